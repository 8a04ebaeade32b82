from pathlib import Path

import pytest
from pytest_django import Settings

from ask.tools.static_files import collect_static_files


@pytest.fixture
def source(settings: Settings, tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    settings.STATICFILES_DIRS = [folder]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STORAGES = {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
    }
    path = folder / "ask.css"
    path.write_text("a {}")
    return path


def test_static_files_are_collected_once(source: Path, tmp_path: Path) -> None:
    assert collect_static_files()
    assert not collect_static_files()
    assert (tmp_path / "static" / "ask.css").read_text() == "a {}"


def test_static_files_are_collected_again_when_one_is_written(source: Path, tmp_path: Path) -> None:
    collect_static_files()
    source.write_text("b { color: red }")
    assert collect_static_files()
    assert (tmp_path / "static" / "ask.css").read_text() == "b { color: red }"


def test_static_files_are_collected_again_when_they_were_removed(
    source: Path, tmp_path: Path
) -> None:
    collect_static_files()
    (tmp_path / "static" / "staticfiles.json").unlink()
    assert collect_static_files()
