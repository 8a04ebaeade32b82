"""What can be seen."""

import pytest

from ask.core.characters import is_unseen, seen, shows_something

PERSIAN = "می\u200cخواهم"
FAMILY = "👩\u200d👩\u200d👧"
RAINBOW = "🏳\ufe0f\u200d🌈"


@pytest.mark.parametrize("char", "\u200b\u2060\u00ad\u202e\u3164\ufeff\x07\ue000\u2065\u200d")
def test_what_shows_nothing_or_turns_the_line_is_unseen(char: str) -> None:
    assert is_unseen(char)
    assert seen(f"sky{char}blue") == "skyblue"
    assert not shows_something(char * 20)


@pytest.mark.parametrize("char", ["a", "é", "я", "!", " ", "\u0301", "🙂", "\U0001fae8"])
def test_letters_signs_blanks_and_new_pictures_are_seen(char: str) -> None:
    assert not is_unseen(char)
    assert seen(f"x{char}y") == f"x{char}y"


@pytest.mark.parametrize("text", [PERSIAN, FAMILY, RAINBOW, "क्\u200dष"])
def test_joiners_stay_where_they_join(text: str) -> None:
    assert seen(text) == text


def test_one_joiner_joins() -> None:
    assert seen("\u200dم\u200c\u200c\u200dم\u200d \u200d") == "م\u200cم\u200d "


@pytest.mark.parametrize("text", ["", " \n", "\u00a0\u2003", "\u0301\ufe0f", "\u200b\u2800"])
def test_blanks_and_marks_alone_show_nothing(text: str) -> None:
    assert not shows_something(text)
