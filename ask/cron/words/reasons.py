"""Why a run is in its state, in words: runners and records say it in English."""

import re

from ask.cron.words import Language

_REASONS = (
    ("an earlier run had not ended", "предыдущий запуск ещё не закончился"),
    (
        "the run of {moment} UTC on {host} had not ended",
        "запуск {moment} UTC на {host} ещё не закончился",
    ),
    (
        "a process of an earlier run still holds the job's lock",
        "блокировку задания ещё держит процесс предыдущего запуска",
    ),
    ("the job's lock cannot be opened: {fault}", "блокировку задания не открыть: {fault}"),
    ("paused by {who}: {why}", "задание на паузе ({who}): {why}"),
    ("paused by {who}", "задание на паузе ({who})"),
    ("the database was away", "база данных не отвечала"),
    ("it was claimed, and never begun", "его взяли и так и не начали"),
    ("it was stopped before it began", "его остановили до начала"),
    ("its runner was killed", "процесс, который за ним следил, убит"),
    ("no sign of life for {minutes} minutes", "признаков жизни нет уже {minutes} мин"),
    (
        "it left processes behind, which were ended",
        "он оставил после себя процессы, и их завершили",
    ),
    ("its processes could not be killed", "его процессы не удалось завершить"),
    ("there is no user {name} on this host", "на этой машине нет пользователя {name}"),
    ("only root may run a job as {name}", "запускать от имени {name} может только root"),
    ("cannot become {name}: {fault}", "не удалось стать пользователем {name}: {fault}"),
    ("cannot enter {folder}: {fault}", "не удалось войти в папку {folder}: {fault}"),
    ("cannot run the shell {shell}: {fault}", "не удалось запустить оболочку {shell}: {fault}"),
)

_FAULTS = {
    "No such file or directory": "нет такого файла или папки",
    "Permission denied": "нет доступа",
    "Operation not permitted": "нет прав",
    "Not a directory": "это не папка",
    "Exec format error": "это не программа",
}
"""What the system says most often."""

_KNOWN = [
    (re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>.+?)", re.escape(english)), re.S), russian)
    for english, russian in _REASONS
]


def reason_in_words(reason: str, *, language: Language) -> str:
    """A `Run.reason` or an `Attempt.reason`; one that is not known stays as it is."""
    if language == "en":
        return reason
    for english, russian in _KNOWN:
        if found := english.fullmatch(reason):
            values = found.groupdict()
            values |= {"fault": _FAULTS.get(values.get("fault", ""), values.get("fault", ""))}
            return russian.format_map(values)
    return reason
