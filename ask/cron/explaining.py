"""Why a job did not run at a moment: which field did not match, or what the clocks did then."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, tzinfo

from ask.cron.clock import LARGE, Clock
from ask.cron.offsets import DAY, Change, changes, offset_at
from ask.cron.offsets import moment as date_of
from ask.cron.schedule import Schedule
from ask.cron.wall import WallTimes
from ask.cron.words import LANGUAGES, Language, en, ru

_PHRASES = {
    "en": {
        "due": "It was due at {moment}.",
        "reboot": "It runs when the system starts, and at no other time.",
        "minute": "The minute is {is_}, and it runs at {wants}.",
        "hour": "The hour is {is_}, and it runs at {wants}.",
        "month": "The month is {is_}, and it runs in {wants}.",
        "day": "The day of the month is the {is_}, and it runs on the {wants}.",
        "weekday": "The day is a {is_}, and it runs on {wants}.",
        "and": "Both the day of the month and the day of the week must match.",
        "either": "Neither the day of the month ({day}, and it runs on the {days}) nor the day of"
        " the week ({weekday}, and it runs on {weekdays}) matches; one of them would be enough.",
        "skipped": "The clocks went from {before} to {after} and skipped {first}–{last}.",
        "skipped_wildcard": "A job that follows the clock does not run for the skipped minutes.",
        "skipped_fixed": "A job with a fixed time runs right afterwards instead.",
        "skipped_for_good": "That is too far for cron to make up the skipped minutes.",
        "repeated": "The clocks went back from {before} to {after}, so {first}–{last} came twice:"
        " a job with a fixed time runs only in the first pass.",
        "made_up": "The clocks went from {before} to {after} just before, and it runs now for the"
        " minutes that were skipped.",
        "previous": "The run before was at {moment}.",
        "next": "The next run is at {moment}.",
        "no_previous": "There was no run before.",
        "no_next": "There is no next run.",
    },
    "ru": {
        "due": "Запуск был назначен на {moment}.",
        "reboot": "Задание запускается при старте системы и больше никогда.",
        "minute": "Минута — {is_}, а нужна {wants}.",
        "hour": "Час — {is_}, а нужен {wants}.",
        "month": "Месяц — {is_}, а нужен {wants}.",
        "day": "Число — {is_}-е, а нужно {wants}.",
        "weekday": "День недели — {is_}, а нужен день: {wants}.",
        "and": "Должны совпасть и число, и день недели.",
        "either": "Не подходит ни число ({day}-е, а нужно {days}), ни день недели ({weekday}, а"
        " нужен день: {weekdays}); хватило бы чего-то одного.",
        "skipped": "Часы перевели с {before} на {after}, и промежутка {first}–{last} не было.",
        "skipped_wildcard": "Задание, которое идёт по часам, за пропущенные минуты не запускается.",
        "skipped_fixed": "Задание с точным временем запускается вместо этого сразу после перевода.",
        "skipped_for_good": "Так далеко cron пропущенное не навёрстывает.",
        "repeated": "Часы перевели назад с {before} на {after}, и промежуток {first}–{last} был"
        " дважды: задание с точным временем запускается только в первый раз.",
        "made_up": "Перед этим часы перевели с {before} на {after}, и задание запускается за"
        " пропущенные минуты.",
        "previous": "Предыдущий запуск: {moment}.",
        "next": "Следующий запуск: {moment}.",
        "no_previous": "Раньше запусков не было.",
        "no_next": "Следующего запуска нет.",
    },
}


def why_not(schedule: Schedule, moment: int, *, zone: tzinfo, language: Language = "en") -> str:
    """Why it did not run in the minute of `moment` (seconds since 1970 in UTC), in sentences.

    The last two name the runs before and after.
    """
    return " ".join(_Explanation(schedule, moment // 60, zone, language).sentences())


class _Explanation:
    def __init__(self, schedule: Schedule, minute: int, zone: tzinfo, language: Language) -> None:
        self.schedule = schedule
        self.minute = minute
        self.zone = zone
        self.language = language
        self.wall = minute + offset_at(minute, zone=zone)

    def sentences(self) -> Iterator[str]:
        times = self.schedule.times
        if times is None:
            yield self._say("reboot")
            return
        yield from self._reasons(times)
        seconds = self.minute * 60
        before = next(self.schedule.previous(seconds, zone=self.zone), None)
        after = next(self.schedule.runs(seconds, zone=self.zone), None)
        yield self._run("previous", before)
        yield self._run("next", after)

    def _run(self, which: str, moment: int | None) -> str:
        if moment is None:
            return self._say(f"no_{which}")
        return self._say(which, moment=self._moment(moment))

    def _reasons(self, times: WallTimes) -> Iterator[str]:
        is_due = Clock(times, self.zone).has(self.minute)
        matches = times.matches(self.wall)
        if is_due:
            if not matches and (change := self._change_before()):
                yield self._say("made_up", **self._around(change))
            yield self._say("due", moment=self._moment(self.minute * 60))
            return
        if not matches:
            yield from self._fields(times)
        yield from self._clocks(times, matches=matches)

    def _fields(self, times: WallTimes) -> Iterator[str]:
        now = date_of(self.wall)
        words = LANGUAGES[self.language]
        for name, field, value in (
            ("minute", times.minute, now.minute),
            ("hour", times.hour, now.hour),
        ):
            if value not in field.values:
                wants = words.numbers(tuple(sorted(field.values)))
                yield self._say(name, is_=str(value), wants=wants)
        if now.month not in times.month.values:
            wants = self._listed(words.MONTHS[month] for month in sorted(times.month.values))
            yield self._say("month", is_=words.MONTHS[now.month], wants=wants)
        yield from self._days(times, now)

    def _days(self, times: WallTimes, now: datetime) -> Iterator[str]:
        words = LANGUAGES[self.language]
        weekday = now.isoweekday() % 7
        is_date, is_weekday = now.day in times.day.values, weekday in times.weekday.values
        date = en.ordinal(now.day) if self.language == "en" else str(now.day)
        dates = self._dates(times)
        day = words.WEEKDAYS[weekday]
        weekdays = self._listed(words.WEEKDAYS[value] for value in sorted(times.weekday.values))
        if not times.is_day_and:
            if not is_date and not is_weekday:
                yield self._say("either", day=date, days=dates, weekday=day, weekdays=weekdays)
            return
        if not is_date:
            yield self._say("day", is_=date, wants=dates)
        if not is_weekday:
            yield self._say("weekday", is_=day, wants=weekdays)
        is_restricted = not times.day.is_every and not times.weekday.is_every
        if is_restricted and is_date != is_weekday:
            yield self._say("and")

    def _dates(self, times: WallTimes) -> str:
        values = sorted(times.day.values)
        if self.language == "en":
            return self._listed(map(en.ordinal, values))
        return self._listed(f"{value}-е" for value in values)

    def _listed(self, words: Iterable[str]) -> str:
        return (
            en.listed(words, last="or") if self.language == "en" else ru.listed(words, last="или")
        )

    def _clocks(self, times: WallTimes, *, matches: bool) -> Iterator[str]:
        """What a change of the clocks has to do with it."""
        for change in changes(self.minute - DAY, self.minute + DAY, zone=self.zone):
            if matches and self.wall in change.repeated and change.at <= self.minute:
                yield self._say("repeated", **self._around(change))
            elif any(map(times.matches, change.skipped)) and self._is_near(change):
                yield self._say("skipped", **self._around(change))
                if times.is_wildcard:
                    yield self._say("skipped_wildcard")
                elif len(change.skipped) >= LARGE:
                    yield self._say("skipped_for_good")
                else:
                    yield self._say("skipped_fixed")

    def _is_near(self, change: Change) -> bool:
        """Whether a skipped minute would have come at about this one, at either offset."""
        return (
            self.minute + change.before in change.skipped
            or self.minute + change.after in change.skipped
            or self.minute == change.at
        )

    def _change_before(self) -> Change | None:
        return max(
            changes(self.minute - DAY, self.minute + 1, zone=self.zone),
            key=lambda change: change.at,
            default=None,
        )

    def _around(self, change: Change) -> dict[str, str]:
        wall = change.skipped or change.repeated
        return {
            "before": self._wall(change.at + change.before),
            "after": self._wall(change.at + change.after),
            "first": f"{date_of(wall[0]):%H:%M}",
            "last": f"{date_of(wall[-1]):%H:%M}",
        }

    def _wall(self, wall: int) -> str:
        return f"{date_of(wall):%Y-%m-%d %H:%M}"

    def _moment(self, moment: int) -> str:
        """With the offset, which tells the two passes of a repeated hour apart."""
        return (
            datetime.fromtimestamp(moment, UTC).astimezone(self.zone).strftime("%Y-%m-%d %H:%M %z")
        )

    def _say(self, phrase: str, **words: str) -> str:
        return _PHRASES[self.language][phrase].format(**words)
