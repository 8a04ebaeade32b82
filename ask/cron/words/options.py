"""How an entry is started, in words: its options."""

from ask.cron.options import Options
from ask.cron.words import LANGUAGES, Language, duration_in_words

_PHRASES = {
    "en": {
        "timeout": "ended when it runs longer than {timeout}, and killed {grace} later",
        "no_timeout": "may run as long as it takes",
        "retries": "after a failure started again, up to {times}, first after {backoff}",
        "skip": "not started while it still runs",
        "allow": "started even while it still runs",
        "catchup": "started once for all that was missed in an outage",
        "late": "late when it has not started within {late}",
        "nodb": "started even if the database does not answer",
        "once": "once",
        "times": "{count} times",
    },
    "ru": {
        "timeout": "прерывается, если идёт дольше, чем {timeout}; завершается силой ещё через"
        " {grace}",
        "no_timeout": "идёт сколько нужно",
        "retries": "после сбоя повторяется до {times}, впервые через {backoff}",
        "skip": "не запускается, пока не закончился прежний запуск",
        "allow": "запускается, даже если прежний запуск не закончился",
        "catchup": "один раз запускается за всё, что пропущено из-за простоя",
        "late": "считается опоздавшим, если не начался за {late}",
        "nodb": "запускается, даже если база данных не отвечает",
        "once": "1 раза",
        "times": "{count} раз",
    },
}


def options_in_words(options: Options, *, language: Language) -> list[str]:
    """What the options of an entry mean, one after the other; also what is so without any."""
    phrases = _PHRASES[language]
    times = phrases["once" if options.retries == 1 else "times"].format(count=options.retries)
    words = {
        name: _span(getattr(options, name) or 0, language=language)
        for name in ("timeout", "grace", "backoff", "late")
    }
    said = [
        "timeout" if options.timeout else "no_timeout",
        "retries" if options.retries else "",
        options.overlap,
        "catchup" if options.catchup else "",
        "late",
        "nodb" if options.nodb else "",
    ]
    return [phrases[key].format(times=times, **words) for key in said if key]


def _span(seconds: int, *, language: Language) -> str:
    words = duration_in_words(seconds, language=language)
    return LANGUAGES[language].accusative(words) if language == "ru" else words
