"""Records of runs that nobody will ask for again."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from ask.cron.models import Attempt, Intervention, Run, Streak, Watch

BATCH = 500
CLAIMS_KEPT = timedelta(days=2)
"""A record is also the claim of its tick. Whoever comes later than this has no tick to claim."""

INTERVENTIONS_KEPT = timedelta(days=365)
"""Who did what is asked for long after the run itself."""


def clean_runs(
    *,
    now: datetime,
    days: int,
    per_job: int,
    is_trial: bool = False,
    advanced: Callable[[int], None] = lambda _: None,
) -> int:
    """Remove runs that are older than so many days, or beyond so many of their job; how many.

    Skipped ones are counted for themselves: a long pause makes many. What runs stays, and so does
    what was due in the last two days. What people did by hand stays for a year. May be killed and
    repeated.
    """
    count = 0
    for job in Run.objects.order_by("job").values_list("job", flat=True).distinct():
        for runs in (Run.objects.not_skipped(), Run.objects.filter(state=Run.State.SKIPPED)):
            old = Q(scheduled_for__lt=now - timedelta(days=days))
            newest = runs.filter(job=job).order_by("-scheduled_for")
            for moment in newest.values_list("scheduled_for", flat=True)[per_job : per_job + 1]:
                old |= Q(scheduled_for__lte=moment)
            due = runs.filter(old, job=job, scheduled_for__lt=now - CLAIMS_KEPT)
            due = due.exclude(state=Run.State.RUNNING)
            count += due.count() if is_trial else _delete(due, advanced=advanced)
    if not is_trial:
        _give_up(before=now - CLAIMS_KEPT, now=now)
        Intervention.objects.filter(at__lt=now - INTERVENTIONS_KEPT).delete()
        Watch.objects.filter(seen_at__lt=now - timedelta(days=1)).delete()
        # Of jobs that are gone, nobody will say that they work again.
        streaks = Streak.objects.filter(last_failed_for__lt=now - timedelta(days=days))
        streaks.exclude(job__in=Run.objects.values("job")).delete()
    return count


def _give_up(*, before: datetime, now: datetime) -> None:
    """End what people asked for and nobody will do any more."""
    waiting = Intervention.objects.waiting().filter(at__lt=before)
    waiting.starts().refuse(Intervention.Refusal.LATE, now=now)
    over = waiting.filter(kind=Intervention.Kind.CANCEL)
    over = over.exclude(run__in=Run.objects.running().values("pk"))
    over.refuse(Intervention.Refusal.ENDED, now=now)


def _delete(runs: QuerySet[Run], *, advanced: Callable[[int], None]) -> int:
    count = 0
    while ids := list[UUID](runs.values_list("id", flat=True)[:BATCH]):
        Attempt.objects.filter(run__in=ids).delete()
        Run.objects.filter(pk__in=ids).delete()
        count += len(ids)
        advanced(len(ids))
    return count
