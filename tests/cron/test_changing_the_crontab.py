"""A person changes the crontab: the change and its record are there together, or neither is."""

from pathlib import Path

import pytest
from django.db import Error as DatabaseFault
from django.db import OperationalError, connections, router

from ask.cron.interventions import Person, change_crontab
from ask.cron.models import Intervention
from ask.cron.replacing import CannotReplace, Changed
from tests.cast import NOON

BEFORE, AFTER = b"@daily a.sh\n", b"@hourly a.sh\n"


@pytest.fixture
def crontab(tmp_path: Path) -> Path:
    path = tmp_path / "crontab"
    path.write_bytes(BEFORE)
    return path


def change(path: Path, *, before: bytes = BEFORE) -> Intervention:
    carol = Person(name="Carol", id=7)
    now = NOON.replace(microsecond=123_456)
    return change_crontab(path, before=before, after=AFTER, by=carol, now=now)


@pytest.mark.django_db(databases="__all__")
def test_it_is_done_and_recorded(crontab: Path) -> None:
    done = Intervention.objects.get(pk=change(crontab).pk)
    assert crontab.read_bytes() == AFTER
    assert (done.kind, done.by, done.by_id, done.state) == ("edit", "Carol", 7, "done")
    assert done.at == NOON.replace(microsecond=123_000)
    assert done.text.endswith("-@daily a.sh\n+@hourly a.sh\n")


@pytest.mark.django_db(databases="__all__")
def test_what_is_not_done_is_not_recorded(crontab: Path) -> None:
    with pytest.raises(Changed):
        change(crontab, before=b"@weekly a.sh\n")
    with pytest.raises(CannotReplace):
        change(crontab / "none", before=b"")
    assert not Intervention.objects.exists()
    assert crontab.read_bytes() == BEFORE


@pytest.mark.django_db(databases="__all__")
def test_what_cannot_be_recorded_is_not_done(crontab: Path) -> None:
    def away(*_: object) -> None:
        raise OperationalError("the database is away")

    alias = router.db_for_write(Intervention)
    with connections[alias].execute_wrapper(away), pytest.raises(DatabaseFault):
        change(crontab)
    assert crontab.read_bytes() == BEFORE


@pytest.mark.django_db(databases="__all__", transaction=True)
def test_a_record_that_is_lost_at_the_last_moment_undoes_it(
    crontab: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    def away() -> None:
        seen.append(crontab.read_bytes())
        raise OperationalError("the connection was lost")

    alias = router.db_for_write(Intervention)
    with monkeypatch.context() as patch:
        patch.setattr(connections[alias], "_commit", away)
        with pytest.raises(DatabaseFault):
            change(crontab)
    assert seen == [AFTER]
    assert crontab.read_bytes() == BEFORE
    assert not Intervention.objects.exists()
