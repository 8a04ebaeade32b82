"""Every text of the site has its Russian."""

import shutil
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from django.core.management import call_command
from pytest_django import Settings

from ask.env import FOLDER

KEPT = "ask/locale/ru/LC_MESSAGES/django.po"


def catalogue(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale="ru")


def texts(found: Catalog) -> set[tuple[str | None, str]]:
    return {(one.context, name(one)) for one in found if one.id}


def name(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


@pytest.fixture(scope="module")
def kept() -> Catalog:
    return catalogue(FOLDER / KEPT)


def test_every_text_of_the_code_is_in_the_catalogue(
    kept: Catalog, tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(FOLDER / "ask", tmp_path / "ask")
    settings.LOCALE_PATHS = [tmp_path / "ask" / "locale"]
    monkeypatch.chdir(tmp_path)
    call_command("makemessages", locale=["ru"], no_location=True, no_obsolete=True, verbosity=0)
    assert texts(catalogue(tmp_path / KEPT)) == texts(kept)


def test_every_text_is_translated(kept: Catalog) -> None:
    for message in kept:
        if not message.id:
            continue
        forms = [message.string] if isinstance(message.string, str) else message.string
        assert forms and all(forms), f"{name(message)!r} has no Russian"
        assert not message.fuzzy, f"{name(message)!r} is fuzzy"


def test_a_translation_keeps_the_placeholders(kept: Catalog) -> None:
    assert not [(name(message), errors) for message, errors in kept.check()]
