"""What ran, and what people did to it: tables in the database that never waits for a long write."""

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models.expressions import RawSQL
from django.db.models.functions import Now

from ask.cron import runner

LOST_AFTER = timedelta(minutes=3)
"""How long a run may go without a sign of life."""

IS_SILENT = models.Q(beat_at__lt=Now() - LOST_AFTER)

SEEN_LATELY = timedelta(seconds=40)
"""How long after its last sign of life a scheduler counts as one."""


_ANY = "ANY"
"""Stands where the name of a job will, which has no large letters."""

_SELECTS = 500
"""How many of them SQLite takes in one union."""


class RunQuerySet(models.QuerySet["Run"]):
    def running(self) -> Self:
        return self.filter(state=Run.State.RUNNING)

    def held(self) -> Self:
        """Those that run, or hold their job's lease; few, and with an index of their own."""
        return self.filter(models.Q(state=Run.State.RUNNING) | models.Q(lease__isnull=False))

    def silent(self) -> Self:
        """Those that hold something, and gave no sign of life for too long.

        Both moments are the database's: clocks of hosts may differ.
        """
        return self.held().filter(IS_SILENT)

    def not_skipped(self) -> Self:
        """Those that had their turn; with an index of their own, for a pause skips thousands."""
        return self.exclude(state=Run.State.SKIPPED)

    def newest_of(self, jobs: Iterable[str], *, count: int = 1) -> Self:
        """The newest of these that each of the jobs has, `count` at most, in one query.

        Each is one look into an index; to group them would read them all.
        """
        # Written once: Django takes longer to write each than a database to answer it.
        newest = self.filter(job=_ANY).order_by("-scheduled_for").values("pk")[:count]
        sql, values = newest.query.get_compiler(self.db).as_sql()
        names = list(jobs)
        wanted = models.Q(pk__in=[])
        for begin in range(0, len(names), _SELECTS):
            some = names[begin : begin + _SELECTS]
            one = f"SELECT * FROM ({sql}) AS newest"  # noqa: S608  # names are values in it
            union = " UNION ALL ".join([one] * len(some))
            filled = [name if value == _ANY else value for name in some for value in values]
            wanted |= models.Q(pk__in=RawSQL(union, filled))  # noqa: S611
        return self.filter(wanted)


class Run(models.Model):
    """One run of an entry of the crontab.

    `UNIQUE(job, scheduled_for)` decides who of many starts it, `UNIQUE(lease)` that a job does not
    overlap itself on several hosts.
    """

    class State(models.TextChoices):
        RUNNING = "running"
        SUCCEEDED = runner.SUCCEEDED
        FAILED = runner.FAILED
        TIMED_OUT = runner.TIMED_OUT
        SKIPPED = runner.SKIPPED
        STOPPED = runner.STOPPED
        LOST = "lost"

    class Cause(models.TextChoices):
        SCHEDULE = "schedule"
        CATCH_UP = "catch-up"
        REBOOT = "reboot"
        PERSON = "person"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    job = models.CharField(max_length=52)
    scheduled_for = models.DateTimeField()
    cause = models.CharField(max_length=10, choices=Cause)
    state = models.CharField(max_length=10, choices=State, default=State.RUNNING)
    reason = models.TextField(blank=True)
    """Why it is in that state, where the state alone does not tell."""
    host = models.CharField(max_length=255)
    command = models.TextField()
    user = models.CharField(max_length=64, blank=True)
    mail_to = models.TextField(blank=True)
    """Addresses that are told of its failure, with commas between."""
    lease = models.CharField(max_length=52, null=True, unique=True)
    """The job's name while this run excludes others of its job."""
    claimed_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    beat_at = models.DateTimeField(db_default=Now())
    """The last sign of life, by the database's clock."""

    attempt_count = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True)
    progress_done = models.BigIntegerField(null=True)
    progress_total = models.BigIntegerField(null=True)
    progress_phase = models.CharField(max_length=200, blank=True)
    peak_memory = models.BigIntegerField(default=0)
    """Bytes, of all processes together, at the worst moment of any attempt."""
    output = models.TextField(blank=True)
    """The end of what the attempt that is going on has printed."""
    environment = models.JSONField(default=dict)
    """The variables that the crontab gives to it, without what is secret."""

    objects = RunQuerySet.as_manager()

    class Meta:
        permissions = [
            ("start_run", "Can start and retry runs"),
            ("cancel_run", "Can cancel runs"),
            ("pause_job", "Can pause and resume jobs"),
            ("change_crontab", "Can change the crontab"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["job", "scheduled_for"], name="cron_run_tick"),
        ]
        indexes = [
            models.Index(fields=["-scheduled_for"], name="cron_run_scheduled_for"),
            models.Index(
                fields=["beat_at"],
                name="cron_run_running",
                condition=models.Q(state="running") | models.Q(lease__isnull=False),
            ),
            models.Index(
                fields=["job", "-scheduled_for"],
                name="cron_run_not_skipped",
                condition=~models.Q(state="skipped"),
            ),
            models.Index(
                fields=["job", "-scheduled_for"],
                name="cron_run_succeeded",
                condition=models.Q(state="succeeded"),
            ),
        ]


class Attempt(models.Model):
    """One start of a run's command, once it is over."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    exit_status = models.IntegerField(null=True)
    signal = models.IntegerField(null=True)
    is_timed_out = models.BooleanField(default=False)
    reason = models.TextField(blank=True)
    peak_memory = models.BigIntegerField()
    """Bytes, of all processes together."""
    cpu = models.FloatField()
    """Seconds, of all processes together."""
    output_bytes = models.BigIntegerField()
    output_head = models.TextField(blank=True)
    output_tail = models.TextField(blank=True)
    log = models.TextField(blank=True)
    """The file on the run's host that holds all of the output, as long as it is kept."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "number"], name="cron_attempt_number"),
        ]


class Streak(models.Model):
    """Failures of a job, one after another: a row from the first one until it works again.

    Whoever makes the row tells of the failure, and whoever removes it tells that all is well.
    """

    job = models.CharField(max_length=52, primary_key=True)
    run = models.UUIDField()
    """The run whose failure was the first."""
    since = models.DateTimeField()
    """When that run was due."""
    last_failed_for = models.DateTimeField()
    """When the last run that failed was due."""
    count = models.PositiveIntegerField(default=1)

    @classmethod
    def begun_by(cls, run: Run) -> Self:
        return cls(
            job=run.job, run=run.pk, since=run.scheduled_for, last_failed_for=run.scheduled_for
        )


class Pause(models.Model):
    """A job that its schedule does not start: what falls due is recorded as skipped."""

    job = models.CharField(max_length=52, primary_key=True)
    since = models.DateTimeField()
    by = models.CharField(max_length=255)
    reason = models.TextField(blank=True)


class InterventionQuerySet(models.QuerySet["Intervention"]):
    def waiting(self) -> Self:
        """Those that nobody has carried out yet, in their order."""
        return self.filter(state=Intervention.State.ASKED).order_by("at")

    def starts(self) -> Self:
        """Those that want a run."""
        return self.filter(kind__in=[Intervention.Kind.START, Intervention.Kind.RETRY])

    def refuse(self, refusal: str, *, now: datetime) -> int:
        """Say why nothing came of them; how many these are."""
        return self.update(state=Intervention.State.REFUSED, refusal=refusal, ended_at=now)


class Intervention(models.Model):
    """What somebody did to the clock by hand: a record, and a request until it is carried out.

    A start and a cancellation are asked for here by whoever wants them, and carried out by a
    scheduler; the others are done when they are recorded.
    """

    class Kind(models.TextChoices):
        START = "start"
        RETRY = "retry"
        CANCEL = "cancel"
        PAUSE = "pause"
        RESUME = "resume"
        EDIT = "edit"

    class State(models.TextChoices):
        ASKED = "asked"
        DONE = "done"
        REFUSED = "refused"

    class Refusal(models.TextChoices):
        UNKNOWN = "unknown"
        """The crontab has no such entry."""
        BUSY = "busy"
        """An earlier run has not ended."""
        LATE = "late"
        """Nobody was there to do it in time."""
        ENDED = "ended"
        """The run that was to be cancelled had ended."""
        FAULT = "fault"
        """The host could not do it; its log says why."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    kind = models.CharField(max_length=10, choices=Kind)
    job = models.CharField(max_length=52, blank=True)
    """Empty where the whole crontab is meant."""
    run = models.UUIDField(null=True)
    """The run that is to be cancelled or retried."""
    begun = models.UUIDField(null=True)
    """The run that came of it."""
    by = models.CharField(max_length=255)
    by_id = models.BigIntegerField(null=True)
    """The id of the person on this site, if it was one."""
    at = models.DateTimeField()
    """In whole milliseconds: a start is also the moment that its run is due."""
    text = models.TextField(blank=True)
    """Why, in the person's words; of a changed crontab, what changed."""
    state = models.CharField(max_length=10, choices=State, default=State.DONE)
    refusal = models.CharField(max_length=10, choices=Refusal, blank=True)
    ended_at = models.DateTimeField(null=True)

    objects = InterventionQuerySet.as_manager()

    class Meta:
        constraints = [
            # Who clicks twice wants it once.
            models.UniqueConstraint(
                fields=["job"],
                condition=models.Q(state="asked", kind__in=["start", "retry"]),
                name="cron_intervention_start",
            ),
            models.UniqueConstraint(
                fields=["run"],
                condition=models.Q(state="asked", kind="cancel"),
                name="cron_intervention_cancel",
            ),
        ]
        indexes = [
            models.Index(fields=["-at"], name="cron_intervention_at"),
            models.Index(fields=["job", "-at"], name="cron_intervention_job"),
            models.Index(fields=["run"], name="cron_intervention_run"),
            models.Index(fields=["begun"], name="cron_intervention_begun"),
            models.Index(
                fields=["at"], name="cron_intervention_waiting", condition=models.Q(state="asked")
            ),
        ]


class Watch(models.Model):
    """A host on which a scheduler looks after the clock."""

    host = models.CharField(max_length=255, primary_key=True)
    seen_at = models.DateTimeField(db_default=Now())
    """Its last sign of life, by the database's clock."""
