"""What an operator is told of failures by mail."""

from ask.cron.words import Language

SUBJECTS = {
    "en": {
        "failed": "[{site}] {job} failed on {host}",
        "timed out": "[{site}] {job} timed out on {host}",
        "lost": "[{site}] {job} was lost on {host}",
        "works again": "[{site}] {job} works again",
    },
    "ru": {
        "failed": "[{site}] {job}: сбой на {host}",
        "timed out": "[{site}] {job} не уложился в срок на {host}",
        "lost": "[{site}] {job} потерян на {host}",
        "works again": "[{site}] {job} снова работает",
    },
}

REASONS = {
    "en": {"status": "exit status {status}", "signal": "ended by {signal}"},
    "ru": {"status": "код завершения {status}", "signal": "завершён сигналом {signal}"},
}

LABELS = {
    "en": {
        "why": "Why",
        "schedule": "Schedule",
        "due": "Due",
        "started": "Started",
        "took": "Took",
        "attempts": "Attempts",
        "memory": "Memory",
        "host": "Host",
        "log": "Log",
        "look": "Look",
        "since": "Failed since",
        "count": "Failed runs",
        "worked": "Worked at",
    },
    "ru": {
        "why": "Почему",
        "schedule": "Расписание",
        "due": "По плану",
        "started": "Начало",
        "took": "Длился",
        "attempts": "Попыток",
        "memory": "Память",
        "host": "Машина",
        "log": "Журнал",
        "look": "Подробнее",
        "since": "Сбои с",
        "count": "Неудачных запусков",
        "worked": "Заработал",
    },
}

OUTPUT = {"en": "What it printed last:", "ru": "Конец вывода:"}
SILENCE = {"en": "It printed nothing.", "ru": "Вывода нет."}
ONCE = {
    "en": "The next mail about it comes when it works again.",
    "ru": "Следующее письмо о нём придёт, когда он снова заработает.",
}
SPAN = {"en": "{moment}, for {span}", "ru": "{moment}, всего {span}"}


def labelled(lines: dict[str, str], *, language: Language) -> str:
    """A table of two columns, of what there is."""
    labels = LABELS[language]
    rows = [(labels[name], value) for name, value in lines.items() if value]
    width = max(len(label) for label, _ in rows) + 2
    return "\n".join(f"{label:{width}}{value}" for label, value in rows)
