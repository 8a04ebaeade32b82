"""What is written is read as it was, by another program."""

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ask.cron.yaml import dumped

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    TEXTS | st.integers() | st.booleans() | st.none(),
    lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner),
    max_leaves=20,
)


@given(VALUES)
def test_any_value_comes_back(value: Any) -> None:
    assert yaml.safe_load(dumped(value)) == value


@pytest.mark.parametrize("word", ["no", "On", "null", "1e3", "0x1", "2026-01-01", "~", "", "12:30"])
def test_texts_that_look_like_something_else_stay_texts(word: str) -> None:
    assert yaml.safe_load(dumped({word: [word]})) == {word: [word]}


def test_it_looks_as_a_person_would_write_it() -> None:
    value = {"a": [{"b": 1, "c": ["d", []]}, True], "e": {"f": "*/2 * * * *"}, "g": {}}
    assert dumped(value) == (
        'a:\n  - b: 1\n    c:\n      - d\n      - []\n  - true\ne:\n  f: "*/2 * * * *"\ng: {}\n'
    )
