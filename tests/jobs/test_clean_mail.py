from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from ask.digests import cleaning
from ask.digests.models import Mail, Notice
from tests.cast import answer, ask, person
from tests.digests.outboxes import mail
from tests.digests.telling import alice, bob, find

pytestmark = pytest.mark.django_db(databases="__all__")

DAY = timedelta(days=1)


def clean(*options: str) -> str:
    said = StringIO()
    call_command("clean_mail", *options, stdout=said, stderr=StringIO())
    return said.getvalue()


def test_old_mails_and_notices_go_and_others_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cleaning, "BATCH", 2)
    now = timezone.now()
    for days in (1, 40, 200, 201, 202, 203, 204):
        mail(f"sent {days}", state="sent", ended_at=now - days * DAY)
    mail("waits", planned_at=now - 300 * DAY)
    question = ask(by=alice(), now=now - 300 * DAY)
    answer(question, by=bob(), now=now)
    find(now)
    answer(question, by=bob(), now=now)
    find(now)
    Notice.objects.filter(id=min(Notice.objects.values_list("id", flat=True))).update(
        happened_at=now - 190 * DAY
    )
    assert clean("--dry-run") == "Would remove 5 mails and 1 notices.\n"
    assert clean() == "Removed 5 mails and 1 notices.\n"
    assert clean() == "Removed 0 mails and 0 notices.\n"
    assert {one.key for one in Mail.objects.all()} == {"sent 1", "sent 40", "waits"}


def test_what_keeps_a_digest_from_coming_twice_stays() -> None:
    mail(state="sent", ended_at=timezone.now() - 20 * DAY)
    assert clean("--days", "0") == "Removed 0 mails and 0 notices.\n"
    with pytest.raises(CommandError, match="negative"):
        clean("--days", "-1")


def test_closed_accounts_leave_nothing_behind() -> None:
    gone = person("Gone", is_active=False)
    mail(user=gone, state="sent", ended_at=timezone.now())
    Notice.objects.create(
        user=gone, kind="answers", post=answer(ask()), happened_at=timezone.now(),
        frequency="never",
    )  # fmt: skip
    assert clean() == "Removed 1 mails and 1 notices.\n"
