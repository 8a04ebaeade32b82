"""What every test finds: an empty cache in memory, static files under their own names, and
passwords that take no time."""

import os

import pytest
from django.core.cache import caches
from hypothesis import settings as hypothesis_settings
from pytest_django import Settings

from tests.caching.broken import IN_MEMORY

# New inputs are for whoever changes the code; a check of what is there gives the same every time.
hypothesis_settings.register_profile("ci", derandomize=True, deadline=None)
if os.environ.get("CI"):
    hypothesis_settings.load_profile("ci")


@pytest.fixture(autouse=True)
def _own_cache(settings: Settings) -> None:
    settings.CACHES = IN_MEMORY
    for alias in IN_MEMORY:
        caches[alias].clear()
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
