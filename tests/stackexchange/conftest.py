import pytest
from django.db.backends.base.base import BaseDatabaseWrapper

from ask.stackexchange.aside import ALIAS


@pytest.fixture(autouse=True)
def _building_aside_is_allowed(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Django's tests forbid database aliases that appear while a test runs; an import makes one."""
    if "django_db" not in request.keywords:
        return
    request.getfixturevalue("transactional_db")
    checked = BaseDatabaseWrapper.ensure_connection

    def ensure_connection(self: BaseDatabaseWrapper) -> None:
        if self.alias == ALIAS and self.connection is None:
            self.connect()
        else:
            checked(self)

    monkeypatch.setattr(BaseDatabaseWrapper, "ensure_connection", ensure_connection)
