"""The mails that a run gives cause to: it failed, or it works again."""

import signal
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from django.conf import settings

from ask.cron import configuration
from ask.cron.models import Attempt, Run, Streak
from ask.cron.schedule import Schedule
from ask.cron.words import Language, duration_in_words, in_words, mails
from ask.cron.words.reasons import reason_in_words

TAIL_LINES, TAIL = 40, 8_000
"""Lines and characters of the output's end."""


@dataclass(frozen=True)
class Letter:
    """A mail's own words."""

    name: str
    """Which cause it has: the same cause, the same name."""
    subject: str
    text: str


def failure(run: Run, attempts: Sequence[Attempt], *, expression: str = "") -> Letter:
    """A run failed, was ended for its time, or was lost; `expression` is its schedule."""
    language = _language()
    last = attempts[-1] if attempts else None
    lines = {
        "why": _why(run, last, language),
        "schedule": _schedule(expression, language),
        "due": _shown(run.scheduled_for),
        "started": _shown(run.started_at) if run.started_at else "",
        "took": _took(run, language),
        "attempts": str(run.attempt_count or ""),
        "memory": f"{run.peak_memory / 1e6:,.0f} MB" if run.peak_memory else "",
        "host": run.host,
        "log": last.log if last else "",
        "look": _look(run),
    }
    output = _tail(last)
    said = f"{mails.OUTPUT[language]}\n\n{output}" if output else mails.SILENCE[language]
    text = f"{mails.labelled(lines, language=language)}\n\n{said}\n\n{mails.ONCE[language]}\n"
    return Letter(f"{run.pk}-failed", _subject(run, run.state, language), text)


def recovery(run: Run, streak: Streak) -> Letter:
    """A run succeeded after a streak of failures."""
    language = _language()
    span = int((run.scheduled_for - streak.since).total_seconds())
    lines = {
        "since": mails.SPAN[language].format(
            moment=_shown(streak.since), span=duration_in_words(span, language=language)
        ),
        "count": str(streak.count),
        "worked": _shown(run.started_at or run.scheduled_for),
        "host": run.host,
        "look": _look(run),
    }
    text = f"{mails.labelled(lines, language=language)}\n"
    return Letter(f"{run.pk}-works", _subject(run, "works again", language), text)


def _language() -> Language:
    code = settings.LANGUAGE_CODE.partition("-")[0]
    return cast(Language, code) if code in mails.SUBJECTS else "en"


def _subject(run: Run, what: str, language: Language) -> str:
    subject = mails.SUBJECTS[language][what].format(
        site=settings.SITE_NAME, job=run.job, host=run.host
    )
    # What is no character of a line would end the header.
    return " ".join("".join(c if c.isprintable() else " " for c in subject).split())


def _why(run: Run, last: Attempt | None, language: Language) -> str:
    if run.reason:
        return reason_in_words(run.reason, language=language)
    return _end_of(last, language) if last else ""


def _end_of(attempt: Attempt, language: Language) -> str:
    reasons = mails.REASONS[language]
    if attempt.signal is None:
        return reasons["status"].format(status=attempt.exit_status)
    name = str(attempt.signal)
    with suppress(ValueError):
        name = signal.Signals(attempt.signal).name
    return reasons["signal"].format(signal=name)


def _schedule(expression: str, language: Language) -> str:
    if not expression:
        return ""
    words = in_words(Schedule.parse(expression), language=language)
    return f"{words} ({expression})"


def _took(run: Run, language: Language) -> str:
    if not run.started_at or not run.ended_at:
        return ""
    seconds = (run.ended_at - run.started_at).total_seconds()
    return duration_in_words(max(round(seconds), 0), language=language)


def _tail(attempt: Attempt | None) -> str:
    """The end of the output, as what a reader of mail shows rather than obeys."""
    if attempt is None:
        return ""
    if attempt.output_tail and len(attempt.output_tail) > TAIL:
        text = attempt.output_tail
    else:
        text = attempt.output_head + attempt.output_tail
    lines = text[-TAIL:].replace("\r", "").rstrip().split("\n")[-TAIL_LINES:]
    return "\n".join("".join(c if c.isprintable() or c == "\t" else "�" for c in x) for x in lines)


def _shown(moment: datetime) -> str:
    return f"{moment.astimezone(configuration.zone()):%Y-%m-%d %H:%M:%S %Z}"


def _look(run: Run) -> str:
    moment = run.scheduled_for.astimezone(configuration.zone())
    return f"manage.py crontab explain {run.job} --at {moment:%Y-%m-%dT%H:%M}"
