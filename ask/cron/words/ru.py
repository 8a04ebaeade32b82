"""Расписания по-русски."""

import re
from collections.abc import Callable, Iterable

from ask.cron.words.shape import At, Days, EveryHours, EveryMinutes, Minutes, Times, runs_of

REBOOT = "при запуске системы"
WEEKDAYS = tuple("воскресенье понедельник вторник среда четверг пятница суббота".split())
EVERY = (
    "каждое воскресенье",
    "каждый понедельник",
    "каждый вторник",
    "каждую среду",
    "каждый четверг",
    "каждую пятницу",
    "каждую субботу",
)
ON = (
    "воскресеньям",
    "понедельникам",
    "вторникам",
    "средам",
    "четвергам",
    "пятницам",
    "субботам",
)
MONTHS = (
    "",
    *"январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь".split(),
)
MONTHS_OF = (
    "",
    *"января февраля марта апреля мая июня июля августа сентября октября ноября декабря".split(),
)
MONTHS_IN = (
    "",
    *"январе феврале марте апреле мае июне июле августе сентябре октябре ноябре декабре".split(),
)
WORKDAYS = (1, 2, 3, 4, 5)
WEEKEND = (6, 0)
ODD = tuple(range(1, 32, 2))
EVEN = tuple(range(2, 32, 2))
FORMS = {
    "day": ("день", "дня", "дней"),
    "hour": ("час", "часа", "часов"),
    "minute": ("минута", "минуты", "минут"),
    "second": ("секунда", "секунды", "секунд"),
    "entry": ("задание", "задания", "заданий"),
    "problem": ("ошибка", "ошибки", "ошибок"),
    "warning": ("предупреждение", "предупреждения", "предупреждений"),
}


def sentence(times: Times, days: Days) -> str:
    said = _times(times)
    if days.dates:
        weekdays = ""
        if days.weekdays and days.is_and:
            both = listed((WEEKDAYS[day] for day in days.weekdays), last="или")
            weekdays = f", только если это {both}"
        elif days.weekdays:
            weekdays = f", а также {_weekdays(days)}"
            weekdays += f" в {_months_in(days)}" if days.months else ""
        return f"{said} {_dates(days)}{weekdays}"
    months = f" в {_months_in(days)}" if days.months else ""
    if days.weekdays:
        return f"{_weekdays(days)} {said}{months}"
    return f"каждый день {said}{months}" if isinstance(times, At) else f"{said}{months}"


def _times(times: Times) -> str:
    match times:
        case At(at):
            return f"в {listed(at)}"
        case Minutes(minutes, hours):
            return _minutes(minutes, hours)
        case EveryMinutes(count, window):
            said = _every(count, "minute")
        case EveryHours(count, minute, window):
            said = _every(count, "hour")
            # Промежуток называет и минуту.
            said += f" на {minute}-й минуте" if minute and not window else ""
    return f"{said} с {window[0]} до {window[1]}" if window else said


def _every(count: int, unit: str) -> str:
    if count == 1:
        return {"minute": "каждую минуту", "hour": "каждый час"}[unit]
    return f"каждые {counted(count, unit)}"


def _minutes(minutes: tuple[int, ...], hours: tuple[int, ...]) -> str:
    if not minutes:
        said = "каждую минуту"
    elif len(minutes) == 1:
        said = f"на {minutes[0]}-й минуте"
    else:
        said = f"на минутах {numbers(minutes)}"
    if not hours:
        return f"{said} каждого часа"
    return f"{said} в час{'ы' if len(hours) > 1 else ''} {numbers(hours)}"


def _dates(days: Days) -> str:
    if days.months:
        where = listed(_ranges(days.months, MONTHS_OF.__getitem__))
    elif days.has_only_rare_dates:
        where = "каждого месяца, где " + ("оно есть" if len(days.dates) == 1 else "они есть")
    else:
        where = "каждого месяца"
    if days.dates in (ODD, EVEN):
        return f"по {'не' if days.dates == ODD else ''}чётным числам {where}"
    return f"{listed(_ranges(days.dates, '{}-го'.format))} числа {where}"


def _weekdays(days: Days) -> str:
    if days.weekdays == WORKDAYS:
        return "по будням"
    if days.weekdays == WEEKEND:
        return "по выходным"
    if len(days.weekdays) == 1:
        return EVERY[days.weekdays[0]]
    return f"по {listed(ON[day] for day in days.weekdays)}"


def _months_in(days: Days) -> str:
    return listed(MONTHS_IN[month] for month in days.months)


def numbers(values: tuple[int, ...]) -> str:
    return listed(_ranges(values, str, dash="–"))


def listed(words: Iterable[str], *, last: str = "и") -> str:
    """`1, 2 и 3`."""
    *first, final = words
    return f"{', '.join(first)} {last} {final}" if first else final


def counted(count: int, unit: str) -> str:
    """`1 минута`, `2 минуты`, `5 минут`."""
    one, few, many = FORMS[unit]
    if count % 10 == 1 and count % 100 != 11:
        return f"{count} {one}"
    is_few = count % 10 in (2, 3, 4) and count % 100 not in (12, 13, 14)
    return f"{count} {few if is_few else many}"


def accusative(words: str) -> str:
    """`через 21 минуту`: as it stands behind a preposition."""
    return re.sub(r"\b(минут|секунд)а\b", r"\1у", words)


def _ranges(values: tuple[int, ...], name: Callable[[int], str], *, dash: str = " – ") -> list[str]:
    return [
        name(first) if first == last else f"{name(first)}{dash}{name(last)}"
        for first, last in runs_of(values)
    ]
