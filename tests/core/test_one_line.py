from hypothesis import given
from hypothesis import strategies as st

from ask.core.one_line import LONGEST, one_line


def test_a_short_text_stays() -> None:
    assert one_line("Users.xml is missing: «é»") == "Users.xml is missing: «é»"


def test_lines_become_one_and_controls_are_seen() -> None:
    assert one_line(" a\n b\x1b[31m\u202ec ") == r"a b\x1b[31m\u202ec"


def test_the_middle_of_a_long_text_is_left_out() -> None:
    line = one_line(f"begin {'x' * 20_000_000} end")
    assert len(line) == LONGEST
    assert line.startswith("begin x")
    assert line.endswith("x end")


@given(st.text(st.characters(), max_size=2_000))
def test_any_text_is_one_line_and_a_line_stays(text: str) -> None:
    line = one_line(text)
    assert line.isprintable()
    assert len(line) <= LONGEST
    assert one_line(line) == line
