"""Whom `@name` means."""

import pytest

from ask.digests.mentions import mentioned

PEOPLE = [(1, "Alice"), (2, "Bob"), (3, "Bobby Tables"), (4, "Анна Иванова"), (5, "alice")]


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("@Bob, see above", [2]),
        ("@bobbytables and @BOB", [3, 2]),
        ("@bobb", [3]),
        ("@al", []),
        ("@ali: yes", [1]),
        ("@аннаиванова @анна", [4]),
        ("mail me at me@bob.example", []),
        ("@Alice @alice", [1]),
        ("@nobody @", []),
        ("(@Bob).", [2]),
    ],
)
def test_mentions(text: str, ids: list[int]) -> None:
    assert mentioned(text, PEOPLE) == ids
