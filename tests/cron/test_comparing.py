"""What a new version of a crontab has otherwise."""

import pytest

from ask.cron.comparing import Change, compared, difference
from ask.cron.crontab import Crontab

BEFORE = """\
X=1
#: timeout=5m
@daily a.sh
@daily b.sh
0 3 * * * c.sh
"""


def changes(after: str) -> tuple[dict[str, str], list[str]]:
    found = compared(Crontab.read(BEFORE), Crontab.read(after))
    named = {entry.name: change.value for entry, change in found.entries}
    return named, [entry.name for entry in found.removed]


@pytest.mark.parametrize(
    ("old", "new", "expected", "removed"),
    [
        ("# nothing", "# nothing", {}, []),
        ("@daily b", "@hourly b", {"b": "changed"}, []),
        ("b.sh", "b.sh --all", {"b": "changed"}, []),
        ("timeout=5m", "timeout=6m", {"a": "changed"}, []),
        ("timeout=5m", "timeout=300s", {}, []),
        ("0 3 * * *", "0  3\t* * *", {}, []),
        ("X=1", "X=2", {"a": "changed", "b": "changed", "c": "changed"}, []),
        ("b.sh", "d.sh", {"d": "new"}, ["b"]),
        ("@daily b.sh\n", "", {}, ["b"]),
        ("X=1\n", "X=1\n# a remark\n\n", {}, []),
    ],
)
def test_an_entry_is_new_or_changed_or_gone_by_what_it_means(
    old: str, new: str, expected: dict[str, str], removed: list[str]
) -> None:
    found, gone = changes(BEFORE.replace(old, new))
    assert {name: change for name, change in found.items() if change != "none"} == expected
    assert gone == removed


def test_what_cannot_be_read_has_no_part_in_it() -> None:
    found = compared(Crontab.inspect("61 * * * * a\n"), Crontab.inspect("@daily a\n"))
    assert [change for _, change in found.entries] == [Change.NEW]


def test_the_difference_is_a_unified_one() -> None:
    assert difference(b"a\nb\n", b"a\nc\n") == (
        "--- crontab\n+++ crontab\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n"
    )
    assert difference(b"a\n", b"a\n") == ""


def test_bytes_that_are_no_text_have_a_sign_in_the_difference() -> None:
    assert "+\ufffd\ufffdé\n" in difference(b"", b"\xff\0\xc3\xa9\n")


def test_one_sees_that_a_secret_changed_and_not_what_to() -> None:
    assert difference(b"API_KEY=a\n", b"API_KEY=b\n", has_secrets=False).endswith(
        "@@\n-API_KEY=…\n+API_KEY=…\n"
    )


@pytest.mark.parametrize(
    ("before", "after", "hunk"),
    [
        (b"a", b"a\n", "-a\n\\ No newline at end of file\n+a\n"),
        (b"a\n", b"a", "-a\n+a\n\\ No newline at end of file\n"),
        (b"a\n", b"", "-a\n"),
        (b"a\x0c\xc2\x85b\n", b"c\n", "-a\x0c\x85b\n+c\n"),
    ],
)
def test_a_line_ends_where_cron_ends_it(before: bytes, after: bytes, hunk: str) -> None:
    assert difference(before, after).split("@@\n")[1] == hunk
