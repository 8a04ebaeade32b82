"""What became of a run, in words."""

from ask.cron.models import Run
from ask.cron.words import Language

HEADERS = {
    "en": ("name", "when", "next", "last", "state", "takes"),
    "ru": ("имя", "когда", "следующий", "последний", "состояние", "обычно"),
}
NEVER = {"en": "never ran", "ru": "не было"}
PAUSED = {"en": "paused", "ru": "на паузе"}
LATE = {"en": "late since {}", "ru": "опаздывает с {}"}

STATES = {
    "en": {state.value: state.value for state in Run.State},
    "ru": {
        "running": "идёт",
        "succeeded": "успешно",
        "failed": "сбой",
        "timed out": "не уложился в срок",
        "skipped": "пропущен",
        "stopped": "остановлен",
        "lost": "потерян",
    },
}
_WAITING = {"en": "failed, will be tried again", "ru": "сбой, будет повтор"}


def state_in_words(run: Run, *, language: Language) -> str:
    """`running 45 %`, `failed`."""
    if run.state == Run.State.RUNNING:
        if run.next_attempt_at:
            return _WAITING[language]
        if run.progress_total and run.progress_done is not None:
            percent = min(100 * run.progress_done // run.progress_total, 100)
            return f"{STATES[language][run.state]} {percent} %"
    return STATES[language][run.state]
