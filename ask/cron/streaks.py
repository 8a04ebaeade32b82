"""Failures in a row: who is told of the first one, and that it works again.

The database decides, once for all hosts. While it is away, a host decides alone, by what it knew
last: a file, `Known`, which the database's answer replaces as soon as there is one.
"""

import json
import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.db import router, transaction
from django.db.models import F

from ask.cron.answering import answered_in_time
from ask.cron.models import Run, Streak
from ask.cron.runner import give_to_owner

FAILURES = (Run.State.FAILED, Run.State.TIMED_OUT, Run.State.LOST)

Tell = Callable[[Run, Streak | None], object]
"""Tells of a run: that it failed, or that it ended the streak. May be called twice with the same.

It is called within the transaction: who is killed before its end tells again.
"""


@answered_in_time
def judge(run: Run, *, tell: Tell) -> None:
    """Take the end of a run into account; twice gives the same. Raises DatabaseError."""
    with transaction.atomic(using=router.db_for_write(Streak)):
        if run.state in FAILURES:
            judge_failure(run, tell=tell)
        elif run.state == Run.State.SUCCEEDED:
            _judge_success(run, tell=tell)


def judge_failure(run: Run, *, tell: Tell) -> None:
    """The same for a failure, in a transaction of the caller."""
    later = Run.objects.filter(job=run.job, scheduled_for__gt=run.scheduled_for)
    if later.filter(state=Run.State.SUCCEEDED).exists():
        return  # recorded late, and over
    Streak.objects.bulk_create([Streak.begun_by(run)], ignore_conflicts=True)
    if Streak.objects.filter(pk=run.job, run=run.pk).exists():
        tell(run, None)
    else:
        streaks = Streak.objects.filter(pk=run.job, last_failed_for__lt=run.scheduled_for)
        streaks.update(count=F("count") + 1, last_failed_for=run.scheduled_for)


def _judge_success(run: Run, *, tell: Tell) -> None:
    over = Streak.objects.filter(pk=run.job, last_failed_for__lt=run.scheduled_for)
    streak = over.first()
    if streak and over.filter(run=streak.run).delete()[0]:
        tell(run, streak)


@answered_in_time
def current() -> list[Streak]:
    """All streaks. Raises DatabaseError."""
    return list(Streak.objects.order_by("job"))


class Known:
    """What a host knows of streaks while the database is away. Raises OSError."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def replace(self, streaks: list[Streak]) -> None:
        """Now the database has answered."""
        if streaks or self.path.exists():
            self._write({streak.job: streak for streak in streaks})

    def judge(self, run: Run, *, tell: Tell) -> None:
        """Take the end of a run into account, once."""
        streaks = self._read()
        streak = streaks.get(run.job)
        if streak and streak.last_failed_for >= run.scheduled_for:
            return
        if run.state in FAILURES:
            if streak:
                streak.count += 1
                streak.last_failed_for = run.scheduled_for
            else:
                streaks[run.job] = Streak.begun_by(run)
                tell(run, None)
        elif run.state == Run.State.SUCCEEDED and streak:
            del streaks[run.job]
            tell(run, streak)
        else:
            return
        self._write(streaks)

    def _read(self) -> dict[str, Streak]:
        with suppress(FileNotFoundError, ValueError, KeyError, TypeError):
            found = json.loads(self.path.read_bytes())
            return {job: _streak(job, **values) for job, values in found.items()}
        return {}

    def _write(self, streaks: dict[str, Streak]) -> None:
        text = json.dumps({job: _values(streak) for job, streak in streaks.items()})
        with suppress(FileNotFoundError):
            if self.path.read_text() == text:
                return
        descriptor, made = tempfile.mkstemp(dir=self.path.parent)
        with os.fdopen(descriptor, "w") as file:
            give_to_owner(descriptor, of=self.path.parent)
            file.write(text)
        Path(made).replace(self.path)


def _values(streak: Streak) -> dict[str, str | int]:
    return {
        "run": str(streak.run),
        "since": streak.since.isoformat(),
        "last_failed_for": streak.last_failed_for.isoformat(),
        "count": streak.count,
    }


def _streak(job: str, *, run: str, since: str, last_failed_for: str, count: int) -> Streak:
    return Streak(
        job=job,
        run=UUID(run),
        since=datetime.fromisoformat(since),
        last_failed_for=datetime.fromisoformat(last_failed_for),
        count=count,
    )
