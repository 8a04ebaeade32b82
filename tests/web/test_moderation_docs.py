"""The moderator's page says what holds."""

import re

import pytest
from django.urls import is_valid_path

from ask.env import FOLDER
from ask.questions.privileges import PRIVILEGES

PAGE = (FOLDER / "docs/moderation.md").read_text()


@pytest.mark.parametrize("name", PRIVILEGES)
def test_each_privilege_is_documented_with_its_reputation(name: str) -> None:
    assert re.search(rf"^\| {PRIVILEGES[name].reputation:,} \| `{name}` \| ", PAGE, re.M)


def test_nothing_is_documented_that_is_no_privilege() -> None:
    assert set(re.findall(r"^\| [\d,]+ \| `(\w+)` \|", PAGE, re.M)) == set(PRIVILEGES)


def test_every_address_that_it_names_is_one() -> None:
    named = {text.replace("ID", "1") for text in re.findall(r"`/((?:mod|users|help)[\w/]*)`", PAGE)}
    assert named
    assert not [text for text in named if not is_valid_path(f"/{text}")]
