"""What the records say about a moment at which an entry should have run."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo

from django.db.models import Q

from ask.cron.crontab import Entry
from ask.cron.models import Run
from ask.cron.words import Language
from ask.cron.words.reasons import reason_in_words
from ask.cron.words.states import STATES

MINUTE = 60

AWAY = timedelta(minutes=5)
"""Within this of a moment, a start of something else shows that somebody looked after the clock."""

_PHRASES = {
    "en": {
        "future": "That moment is yet to come.",
        "run": "The record of {due}: {state}{reason}, on {host}; begun {begun}, ended {ended}.",
        "skipped": "It was skipped on {host}: {reason}.",
        "claimed": "{host} claimed it at {claimed}, and has not begun it.",
        "lost": "It was begun on {host} at {begun} and lost: {reason}.",
        "unbegun": "{host} claimed it at {claimed} and never began it: {reason}.",
        "person": "A person started it.",
        "catch-up": "It was started later, to catch up.",
        "reboot": "It was started after the system started.",
        "none": "There is no record of a run at that moment.",
        "old": "The records begin at {first}, so nothing is known of it.",
        "empty": "No schedule has started anything yet: neither a scheduler has run, nor cron.",
        "away": "Nothing at all was started between {before} and {after}: the scheduler, or cron,"
        " was away.",
        "away_since": "Nothing at all was started after {before}: the scheduler, or cron, is away.",
        "others": "Other entries were started then, so somebody looked after the clock: this one"
        " was not in the crontab, or said something else.",
        "busy": "At that moment the run of {due} on {host} went on.",
        "never": "not yet",
    },
    "ru": {
        "future": "Этот момент ещё не наступил.",
        "run": "Запись о запуске {due}: {state}{reason}, на {host}; начат {begun}, окончен"
        " {ended}.",
        "skipped": "Запуск пропущен на {host}: {reason}.",
        "claimed": "{host} взял его себе в {claimed} и ещё не начал.",
        "lost": "Он начат на {host} в {begun} и потерян: {reason}.",
        "unbegun": "{host} взял его себе в {claimed} и так и не начал: {reason}.",
        "person": "Его запустил человек.",
        "catch-up": "Его запустили позже, навёрстывая пропущенное.",
        "reboot": "Его запустили после старта системы.",
        "none": "Записи о запуске в этот момент нет.",
        "old": "Записи начинаются с {first}, поэтому о нём ничего не известно.",
        "empty": "По расписанию ещё ничего не запускалось: ни планировщик, ни cron не работали.",
        "away": "Между {before} и {after} не запускалось ничего: планировщик или cron не работал.",
        "away_since": "После {before} не запускалось ничего: планировщик или cron не работает.",
        "others": "Другие задания тогда запускались, то есть за временем следили: этого не было в"
        " crontab, или расписание было другим.",
        "busy": "В этот момент ещё шёл запуск {due} на {host}.",
        "never": "ещё нет",
    },
}


def what_became(
    entry: Entry, moment: int, *, zone: tzinfo, language: Language, now: float
) -> list[str]:
    """Sentences about the minute of `moment` (UTC epoch seconds). Raises DatabaseError."""
    return list(_Records(entry, moment, zone=zone, language=language).sentences(now=now))


class _Records:
    def __init__(self, entry: Entry, moment: int, *, zone: tzinfo, language: Language) -> None:
        self.entry = entry
        self.zone = zone
        self.language = language
        self.begin = datetime.fromtimestamp(moment // MINUTE * MINUTE, UTC)
        self.end = self.begin + timedelta(minutes=1)
        self.is_due = entry.schedule.matches(moment, zone=zone)

    def sentences(self, *, now: float) -> Iterator[str]:
        if self.begin.timestamp() > now:
            yield self._say("future")
            return
        # The moment a person chooses is no minute, and one that a clock shows again neither.
        found = Run.objects.filter(job=self.entry.name)
        runs = found.filter(scheduled_for__gte=self.begin, scheduled_for__lt=self.end)
        for run in runs.order_by("scheduled_for"):
            yield from self._run(run)
        if runs or not self.is_due:
            return
        yield self._say("none")
        during = found.filter(Q(ended_at=None) | Q(ended_at__gt=self.begin))
        for run in during.filter(started_at__lt=self.begin):
            yield self._say("busy", due=self._moment(run.scheduled_for), host=run.host)
        yield self._nobody()

    def _run(self, run: Run) -> Iterator[str]:
        words = {
            "host": run.host,
            "reason": reason_in_words(run.reason, language=self.language),
            "claimed": self._moment(run.claimed_at),
            "begun": self._moment(run.started_at),
            "ended": self._moment(run.ended_at),
            "due": self._moment(run.scheduled_for),
            "state": STATES[self.language][run.state],
        }
        if run.state == Run.State.SKIPPED:
            yield self._say("skipped", **words)
        elif run.state == Run.State.RUNNING and not run.started_at:
            yield self._say("claimed", **words)
        elif run.state == Run.State.LOST:
            yield self._say("lost" if run.started_at else "unbegun", **words)
        else:
            words["reason"] = f" ({words['reason']})" if run.reason else ""
            yield self._say("run", **words)
        if run.cause != Run.Cause.SCHEDULE:
            yield self._say(run.cause)

    def _nobody(self) -> str:
        """Why nobody started it."""
        looked = Run.objects.filter(cause=Run.Cause.SCHEDULE)
        near = looked.filter(claimed_at__gte=self.begin, claimed_at__lt=self.begin + AWAY)
        before = looked.filter(claimed_at__lt=self.begin).order_by("-claimed_at").first()
        if near.exists() and before:
            return self._say("others")
        after = looked.filter(claimed_at__gte=self.begin).order_by("claimed_at").first()
        if before and after:
            return self._say(
                "away",
                before=self._moment(before.claimed_at),
                after=self._moment(after.claimed_at),
            )
        if before:
            return self._say("away_since", before=self._moment(before.claimed_at))
        if after:
            return self._say("old", first=self._moment(after.claimed_at))
        return self._say("empty")

    def _moment(self, moment: datetime | None) -> str:
        if moment is None:
            return self._say("never")
        return moment.astimezone(self.zone).strftime("%Y-%m-%d %H:%M:%S %z")

    def _say(self, phrase: str, **words: str) -> str:
        return _PHRASES[self.language][phrase].format(**words)
