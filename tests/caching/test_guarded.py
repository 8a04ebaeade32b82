import pytest
from pytest_django import Settings

from ask.caching import guarded
from tests.caching.broken import BROKEN


def test_what_is_kept_is_read() -> None:
    assert guarded.read("colour") is None
    guarded.keep("colour", "blue", 60)
    assert guarded.read("colour") == "blue"


def test_a_cache_that_is_down_holds_nothing_and_is_reported(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.CACHES = BROKEN
    guarded.keep("colour", "blue", 60)
    assert guarded.read("colour") is None
    assert caplog.messages == [
        "the cache did not take colour",
        "the cache did not answer for colour",
    ]
