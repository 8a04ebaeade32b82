"""How pages write what the clock knows: schedules, states, durations and amounts."""

import signal as signals
from datetime import datetime, tzinfo

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from ask.cron.crontab import Entry
from ask.cron.models import Attempt, Intervention, Run
from ask.cron.secrets import text_without_secrets
from ask.cron.status import EntryStatus
from ask.cron.words import duration_in_words, in_words
from ask.cron.words.reasons import reason_in_words
from ask.cron.words.states import STATES
from ask.web.language import language_of_words
from ask.web.templatetags.ask import day, number
from ask.web.views.status import CONDITIONS

register = template.Library()

MARKS = {
    Run.State.SUCCEEDED: ("yes", "✓"),
    Run.State.RUNNING: ("run", "▸"),
    Run.State.SKIPPED: ("off", "↷"),
    Run.State.STOPPED: ("off", "■"),
    Run.State.FAILED: ("no", "✗"),
    Run.State.TIMED_OUT: ("no", "⌛\N{VARIATION SELECTOR-15}"),
    Run.State.LOST: ("no", "?"),
}
"""The class and the sign of each state: it is told by more than a colour."""

CAUSES = {
    Run.Cause.SCHEDULE: _("by its schedule"),
    Run.Cause.CATCH_UP: _("to catch up"),
    Run.Cause.REBOOT: _("after a start of the machine"),
    Run.Cause.PERSON: _("by hand"),
}

DEEDS = {
    Intervention.Kind.START: _("started"),
    Intervention.Kind.RETRY: _("retried"),
    Intervention.Kind.CANCEL: _("cancelled"),
    Intervention.Kind.PAUSE: pgettext_lazy("deed", "paused"),
    Intervention.Kind.RESUME: _("resumed"),
    Intervention.Kind.EDIT: _("changed the crontab"),
}

REFUSALS = {
    Intervention.Refusal.UNKNOWN: _("the crontab has no such entry"),
    Intervention.Refusal.BUSY: _("an earlier run had not ended"),
    Intervention.Refusal.LATE: _("nobody was there to start it in time"),
    Intervention.Refusal.ENDED: _("the run had ended already"),
    Intervention.Refusal.FAULT: _("the host could not do it; its log says why"),
}


@register.filter
def schedule(entry: Entry) -> str:
    """`every 10 minutes`."""
    return in_words(entry.schedule, language=language_of_words())


@register.filter
def lasting(seconds: float | None) -> str:
    """A span: `350 ms`, `4.2 s`, then in words as precise as one wants to know it."""
    if seconds is None:
        return "–"
    if seconds < 1:
        return gettext("%(count)s ms") % {"count": number(round(seconds * 1000))}
    if seconds < 10:
        text = f"{seconds:.1f}"
        return gettext("%(count)s s") % {"count": text if language_of_words() == "en" else
                                         text.replace(".", ",")}  # fmt: skip
    coarse = round(seconds)
    for size, limit in ((60, 3600), (3600, 86400 * 2), (86400, None)):
        if coarse >= size * 10 and (limit is None or coarse < limit * 10):
            coarse = round(coarse / size) * size
    return duration_in_words(coarse, language=language_of_words())


@register.filter
def took(run: Run | Attempt) -> str:
    """How long something went on, once it is over."""
    if not run.started_at or not run.ended_at:
        return "–"
    return lasting(max((run.ended_at - run.started_at).total_seconds(), 0))


@register.filter
def amount(size: int | None) -> str:
    """Bytes: `340 kB`, `12.5 MB`."""
    if not size:
        return "–"
    for unit, each in ((_("GB"), 1e9), (_("MB"), 1e6), (_("kB"), 1e3)):
        if size >= each:
            value = size / each
            text = f"{value:.1f}" if value < 10 else f"{value:.0f}"
            return f"{text if language_of_words() == 'en' else text.replace('.', ',')} {unit}"
    return f"{size} {gettext('B')}"


@register.filter
def state_mark(run: Run) -> SafeString:
    """Its state, with a sign and a colour."""
    state = Run.State(run.state)
    look, sign = MARKS[state]
    if state is Run.State.RUNNING and run.next_attempt_at:
        look, words = "no", gettext("failed, will be tried again")
    else:
        words = STATES[language_of_words()][state]
    return format_html('<span class="mark {}"><i aria-hidden="true">{}</i> {}</span>',
                       look, sign, words)  # fmt: skip


@register.filter
def condition_mark(status: EntryStatus) -> SafeString:
    """How an entry fares."""
    looks = {"never": "off", "well": "yes", "running": "run", "paused": "off"}
    signs = {"never": "·", "well": "✓", "running": "▸", "paused": "‖", "late": "!", "lost": "?"}
    return format_html(
        '<span class="mark {}"><i aria-hidden="true">{}</i> {}</span>',
        looks.get(status.condition, "no"),
        signs.get(status.condition, "✗"),
        CONDITIONS[status.condition],
    )


@register.filter
def cause(run: Run) -> str:
    return str(CAUSES[Run.Cause(run.cause)])


@register.filter
def deed(done: Intervention) -> str:
    return str(DEEDS[Intervention.Kind(done.kind)])


@register.filter
def refusal(done: Intervention) -> str:
    return str(REFUSALS[Intervention.Refusal(done.refusal)]) if done.refusal else ""


@register.filter
def percent(run: Run) -> int | None:
    """How far it is, if it says so of how much."""
    if not run.progress_total or run.progress_done is None:
        return None
    return min(100 * run.progress_done // run.progress_total, 100)


@register.filter
def last_lines(text: str, count: int = 3) -> str:
    """The last lines of an output that say something."""
    lines = [line for line in text.replace("\r", "\n").splitlines() if line.strip()]
    return "\n".join(lines[-count:])


@register.filter
def exactly(moment: datetime) -> SafeString:
    """A moment to the second, in the zone of the page: `1 May 2024, 12:00:05`."""
    here = localtime(moment)
    return format_html(
        '<time datetime="{}">{}, {}</time>', f"{moment:%Y-%m-%dT%H:%M:%SZ}", day(here),
        f"{here:%H:%M:%S}",
    )  # fmt: skip


@register.filter
def zoned(moment: datetime, zone: tzinfo) -> str:
    """A moment as a clock on the wall shows it: `2027-01-15 03:00 CET`."""
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M %Z}"


@register.filter
def state_name(state: str) -> str:
    """What a state is called, and `troubled` for all that somebody should look at."""
    return gettext("any trouble") if state == "troubled" else STATES[language_of_words()][state]


@register.filter
def signal(number: int) -> str:
    """`SIGTERM` for 15."""
    try:
        return signals.Signals(number).name
    except ValueError:
        return str(number)


@register.filter
def gap(attempt: Attempt) -> int:
    """Bytes of the output that are neither in its head nor in its tail, nearly."""
    kept = len(attempt.output_head.encode()) + len(attempt.output_tail.encode())
    return max(attempt.output_bytes - kept, 0)


@register.filter
def reason(text: str) -> str:
    """Why a run is in its state."""
    return reason_in_words(text, language=language_of_words())


@register.simple_tag
def url_of_run(run: Run, deed: str) -> str:
    """Where the button of a run posts to."""
    return f"/jobs/runs/{run.pk}/{deed}"


@register.simple_tag
def url_of_entry(name: str, deed: str) -> str:
    """Where the button of an entry posts to."""
    return f"/jobs/entries/{name}/{deed}"


@register.filter
def discreet(text: str) -> str:
    """A command without what is secret in it."""
    return text_without_secrets(text)
