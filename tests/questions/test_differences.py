"""What changed between two texts."""

from hypothesis import given
from hypothesis import strategies as st

from ask.questions.differences import MAX_LENGTH, MAX_LINES, Change, difference

TEXTS = st.text(alphabet="ab c\n", max_size=60)


def test_words_are_compared_within_lines() -> None:
    assert difference("a red sky\n", "a blue sky\n") == [
        (Change.SAME, "a "),
        (Change.REMOVED, "red"),
        (Change.ADDED, "blue"),
        (Change.SAME, " sky\n"),
    ]


def test_lines_far_from_a_change_are_folded() -> None:
    before = "".join(f"line {number}\n" for number in range(20))
    parts = difference(before, before + "more\n")
    assert parts == [
        (Change.FOLDED, ""),
        (Change.SAME, "line 18\nline 19\n"),
        (Change.ADDED, "more\n"),
    ]


def test_line_ends_of_another_system_are_no_change() -> None:
    assert difference("a\r\nb\r\n", "a\nb\n") == [(Change.SAME, "a\nb\n")]


def test_texts_that_are_too_long_are_not_compared() -> None:
    assert difference("a" * MAX_LENGTH, "b") is None
    assert difference("\n" * MAX_LINES, "b") is None


@given(TEXTS, TEXTS)
def test_the_parts_make_up_both_texts(before: str, after: str) -> None:
    parts = difference(before, after)
    assert parts is not None
    if any(change is Change.FOLDED for change, _ in parts):
        return
    new = "".join(text for change, text in parts if change is not Change.REMOVED)
    old = "".join(text for change, text in parts if change is not Change.ADDED)
    assert (old, new) == (before, after)
