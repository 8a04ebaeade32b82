from datetime import UTC, datetime

import pytest

from ask.accounts.models import User
from ask.tools.staff_login import renew_staff_login

NOW = datetime(2026, 1, 2, tzinfo=UTC)


@pytest.mark.django_db
def test_the_staff_login_is_renewed_and_not_doubled() -> None:
    first, second = renew_staff_login(now=NOW), renew_staff_login(now=NOW)
    user = User.objects.get(is_staff=True)
    assert first.username == second.username == user.username == "staff"
    assert user.check_password(second.password)
    assert not user.check_password(first.password)
    assert user.is_superuser


@pytest.mark.django_db
def test_an_imported_person_of_that_name_does_not_become_staff() -> None:
    User.objects.create(id=7, username="staff", display_name="staff")
    assert renew_staff_login(now=NOW).username == "staff2"
    assert renew_staff_login(now=NOW).username == "staff2"
    assert not User.objects.get(id=7).is_staff
