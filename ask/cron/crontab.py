"""A crontab, read without losing a byte, and written back with one line changed.

What Debian's cron would refuse is refused, and so is what it would read differently from what is
written, with the line, the column, the reason, and what to write instead. All that is wrong is
said at once.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from ask.cron import options as option_words
from ask.cron import variables as variable_lines
from ask.cron.addresses import is_recipient, split
from ask.cron.commands import split_input, suggested_name
from ask.cron.options import MARK, OptionError, Options
from ask.cron.reasons import Reason
from ask.cron.schedule import Schedule, ScheduleError
from ask.cron.variables import VariableError
from ask.cron.words import Language
from ask.cron.words.problems import WRITE, reason_in_words

__all__ = ["Crontab", "CrontabError", "Entry", "Options", "Problem", "printable"]

LONGEST_COMMAND = 998
"""Bytes; of a longer one Debian refuses the whole file."""

MOST_LINES = 10_000
"""Debian refuses a longer file."""

_NAME_OPTION = f"{MARK} name=…"

_WORD = re.compile(r"[^ \t]+")
_USER = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,31}\$?", re.A)
_LITTLE_USER = re.compile(r"[a-z_][a-z0-9_-]{0,31}", re.A)
_DAYS_AND_MONTHS = "sun|mon|tue|wed|thu|fri|sat|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_FIELD_VALUE = rf"(?:\*|\?|[0-9]+|{_DAYS_AND_MONTHS})"
_LIKE_A_FIELD = re.compile(
    rf"{_FIELD_VALUE}(?:-{_FIELD_VALUE})?(?:/[0-9]+)?(?:,{_FIELD_VALUE}(?:-{_FIELD_VALUE})?(?:/[0-9]+)?)*|L",
    re.I | re.A,
)
_IMPOSSIBLE = re.compile(r"[\0\ud800-\udc7f\udd00-\udfff]")
"""NUL, and halves of characters; those of bytes that are no UTF-8 are left out."""

_EXPANDED = re.compile(r"\$(?:[A-Za-z_]|\{)", re.A)
_COMMON_PROGRAMS = frozenset(
    "awk bash cat cd chmod chown chronic cp curl cut dash date dd df docker du echo env exec false"
    " file find flock git grep gunzip gzip head install ionice kill ln ls mkdir mount mv nice"
    " node nohup perl php pip psql python python3 rm rmdir rsync ruby run-parts sed sh sleep"
    " sort ssh stat sudo sync tail tar tee test timeout touch true umount unlink unzip wget xargs"
    " xz zip zsh".split()
)
"""Programs that a path often follows, which users are not named after."""


@dataclass(frozen=True)
class Problem:
    """What is wrong with a line; with `is_warning`, what may surprise in it.

    `line` and `column` begin with 1; column counts characters. `instead` is what to write there,
    empty where only the author can know.
    """

    line: int
    column: int
    reason: Reason
    instead: str = ""
    is_warning: bool = False

    def __str__(self) -> str:
        return self.in_words(language="en")

    def in_words(self, *, language: Language) -> str:
        """`12:5: reason; write 22-23,0-2`."""
        mended = f"; {WRITE[language]} {printable(self.instead)}" if self.instead else ""
        return f"{self.line}:{self.column}: {self.reason_in(language)}{mended}"

    def reason_in(self, language: Language) -> str:
        """The reason alone."""
        return printable(reason_in_words(self.reason, language=language))


class CrontabError(Exception):
    """A crontab that is refused; `problems` are all that is wrong, without the warnings.

    Its text has a line for each: `crontab:12:5: reason; write 22-23,0-2`.
    """

    def __init__(self, problems: Iterable[Problem], *, source: str) -> None:
        self.problems = list(problems)
        self.source = source
        super().__init__("\n".join(f"{source}:{problem}" for problem in self.problems))


class UnknownEntry(Exception):
    """No entry of the crontab has this name."""


@dataclass(frozen=True)
class Entry:
    """A line that says when to start what."""

    name: str
    """From its options, or else after the program that it starts."""
    line: int
    """Its number in the file, from 1."""
    expression: str
    """The schedule as it is written."""
    schedule: Schedule
    user: str | None
    """The account it runs under, in the system form; else None."""
    text: str
    """The command with its input, as it is written."""
    command: str
    """What the shell gets."""
    input: str | None
    """What the command finds in its standard input; None if the line has no `%`."""
    variables: dict[str, str]
    """The variables that are set above it."""
    options: Options
    expression_at: int = field(repr=False)
    text_at: int = field(repr=False)
    """Columns of the line, from 0, where these begin."""
    option_lines: tuple[int, ...] = field(repr=False)
    """The numbers of the comments above it that hold its options."""


class _Word(NamedTuple):
    text: str
    column: int

    @property
    def end(self) -> int:
        return self.column + len(self.text)


class _Place(NamedTuple):
    line: int
    column: int


def _words(line: str, *, begin: int = 0) -> list[_Word]:
    return [_Word(found[0], found.start()) for found in _WORD.finditer(line, begin)]


@dataclass(frozen=True)
class Crontab:
    """The lines of a crontab, and the entries in them."""

    lines: tuple[str, ...]
    """Each with its newline."""
    entries: list[Entry]
    problems: list[Problem] = field(repr=False)
    """Only warnings, unless it was merely inspected."""
    is_system: bool = False
    source: str = "crontab"

    @classmethod
    def read(
        cls, data: str | bytes, *, is_system: bool = False, source: str = "crontab"
    ) -> "Crontab":
        """Read a crontab; `is_system`: with a user before each command, as `/etc/crontab` has.

        `source` is what a problem calls it. Raises CrontabError.
        """
        return cls.inspect(data, is_system=is_system, source=source).checked()

    @classmethod
    def inspect(
        cls, data: str | bytes, *, is_system: bool = False, source: str = "crontab"
    ) -> "Crontab":
        """Read whatever can be read, and keep what is wrong in `problems`, in order of lines."""
        text = data.decode(errors="surrogateescape") if isinstance(data, bytes) else data
        lines = tuple(re.findall(r"[^\n]*\n|[^\n]+\Z", text))
        reader = _Reader(is_system=is_system)
        reader.check_text(text, lines)
        for number, line in enumerate(lines, start=1):
            reader.read(number, line.removesuffix("\n"))
        reader.end()
        problems = sorted(reader.problems, key=lambda problem: (problem.line, problem.column))
        return cls(lines, reader.entries, problems, is_system, source)

    def checked(self) -> "Crontab":
        """Itself. Raises CrontabError when anything is wrong in it."""
        if wrong := [problem for problem in self.problems if not problem.is_warning]:
            raise CrontabError(wrong, source=self.source)
        return self

    @property
    def warnings(self) -> list[Problem]:
        """What may surprise, though it is read."""
        return [problem for problem in self.problems if problem.is_warning]

    def entry(self, name: str) -> Entry:
        """Raises UnknownEntry."""
        for entry in self.entries:
            if entry.name == name:
                return entry
        raise UnknownEntry(f"{self.source} has no entry {name}")

    def with_expression(self, name: str, expression: str) -> "Crontab":
        """The same crontab with another schedule in one entry.

        Raises UnknownEntry and CrontabError.
        """
        entry = self.entry(name)
        self._check_expression(entry, expression)
        return self._replaced(entry, at=entry.expression_at, old=entry.expression, new=expression)

    def with_command(self, name: str, command: str) -> "Crontab":
        r"""The same crontab with another command in one entry, written as a crontab has it (`\%`).

        An entry without a `name` option is named after its command. Raises UnknownEntry and
        CrontabError.
        """
        entry = self.entry(name)
        return self._replaced(entry, at=entry.text_at, old=entry.text, new=command)

    def with_options(self, name: str, options: Options) -> "Crontab":
        """The same crontab with other options for one entry; what does not change stays as it is.

        What is new is added to the last comment with options, or to one of its own above the
        entry. Raises UnknownEntry and CrontabError.
        """
        entry = self.entry(name)
        changed = [
            key for key in option_words.KEYS if getattr(options, key) != getattr(entry.options, key)
        ]
        lines = list(self.lines)
        written = {key: option_words.word(key, options=options) for key in changed}
        for number in entry.option_lines:
            lines[number - 1] = _rewritten(lines[number - 1], written)
        if new := " ".join(filter(None, written.values())):
            if entry.option_lines:
                number = entry.option_lines[-1]
                lines[number - 1] = lines[number - 1].removesuffix("\n").rstrip() + f" {new}\n"
            else:
                indent = re.match(r"[ \t]*", lines[entry.line - 1])
                lines.insert(entry.line - 1, f"{indent[0] if indent else ''}{MARK} {new}\n")
        emptied = {n - 1 for n in entry.option_lines if lines[n - 1].strip() == MARK}
        return self._again(line for place, line in enumerate(lines) if place not in emptied)

    def _check_expression(self, entry: Entry, expression: str) -> None:
        try:
            Schedule.parse(expression)
        except ScheduleError as e:
            problem = Problem(
                entry.line, entry.expression_at + e.column + 1, e.reason, instead=e.instead
            )
            raise CrontabError([problem], source=self.source) from e

    def _replaced(self, entry: Entry, *, at: int, old: str, new: str) -> "Crontab":
        new = new.strip(" \t")
        if "\n" in new:
            problem = Problem(entry.line, at + 1, Reason("an entry is one line"))
            raise CrontabError([problem], source=self.source)
        line = self.lines[entry.line - 1]
        lines = list(self.lines)
        lines[entry.line - 1] = line[:at] + new + line[at + len(old) :]
        return self._again(lines)

    def _again(self, lines: Iterable[str]) -> "Crontab":
        return Crontab.read("".join(lines), is_system=self.is_system, source=self.source)

    def __str__(self) -> str:
        return "".join(self.lines)

    def __bytes__(self) -> bytes:
        return str(self).encode(errors="surrogateescape")


def _rewritten(line: str, written: dict[str, str]) -> str:
    """An option comment with changed words in the place of the old; they leave `written`."""
    pieces = re.split(r"([ \t]+)", line.removesuffix("\n"))
    kept: list[str] = []
    for piece in pieces:
        mark = MARK if piece.startswith(MARK) else ""
        key = piece.removeprefix(mark).partition("=")[0]
        if key not in written:
            kept.append(piece)
        elif new := written.pop(key):
            kept.append(mark + new)
        elif mark:
            kept.append(mark)
        elif kept and not kept[-1].strip():
            kept.pop()
    return "".join(kept).rstrip(" \t") + "\n"


class _Reader:
    """Reads line after line, and keeps what holds for the lines below."""

    def __init__(self, *, is_system: bool) -> None:
        self.is_system = is_system
        self.entries: list[Entry] = []
        self.problems: list[Problem] = []
        self._number = 0
        self._variables: dict[str, str] = {}
        self._names: dict[str, int] = {}
        self._forget_options()

    def check_text(self, text: str, lines: tuple[str, ...]) -> None:
        """What is wrong with the file as a whole."""
        if text.startswith("\ufeff"):
            self._refuse(
                0, Reason("a byte order mark before the first line: save it without"), line=1
            )
        if lines and not lines[-1].endswith("\n"):
            self._refuse(
                len(lines[-1]),
                Reason("the last line has no newline: Debian ignores the whole file"),
                line=len(lines),
            )
        ended = [number for number, line in enumerate(lines, 1) if line.endswith(("\r\n", "\r"))]
        if ended:
            reason = Reason(
                "a carriage return at the end of the line: cron hands it to the command; save it"
                " with the line ends of Unix"
            )
            if len(ended) > 1:
                reason = Reason(
                    "a carriage return at the end of the line, and of {more} more: cron hands it to"
                    " the command; save it with the line ends of Unix",
                    more=len(ended) - 1,
                )
            self._refuse(len(lines[ended[0] - 1].rstrip("\r\n")), reason, line=ended[0])
        if len(lines) > MOST_LINES:
            reason = Reason("more than {most:,} lines: Debian ignores the file", most=MOST_LINES)
            self._refuse(0, reason, line=len(lines))

    def read(self, number: int, line: str) -> None:
        """Take in one line, without its newline."""
        self._number = number
        stripped = line.lstrip(" \t\ufeff" if number == 1 else " \t")
        if odd := _IMPOSSIBLE.search(line):
            self._refuse(odd.start(), Reason("a character that no crontab can hold"))
            self._forget_options()
        elif not stripped.rstrip("\r"):
            self.end()
        elif stripped.startswith(MARK):
            self._read_options(line)
        elif not stripped.startswith("#"):
            self._read_variable_or_entry(line.removesuffix("\r"))

    def end(self) -> None:
        """Options that no entry follows belong to nothing."""
        for number in self._option_lines:
            self._refuse(
                0,
                Reason(
                    "these options belong to no entry: they stand above one, without a blank line"
                    " or a variable between"
                ),
                line=number,
            )
        self._forget_options()

    def _forget_options(self) -> None:
        self._options = Options()
        self._name: tuple[str, _Place] | None = None
        self._known: set[str] = set()
        self._option_lines: list[int] = []

    def _read_options(self, line: str) -> None:
        self._option_lines.append(self._number)
        begin = line.index(MARK) + len(MARK)
        words = _words(line.rstrip("\r"), begin=begin)
        if not words:
            self._refuse(begin - len(MARK), Reason("no options"))
        for word in words:
            try:
                self._options, name = option_words.read(
                    word.text, options=self._options, known=self._known
                )
            except OptionError as e:
                self._refuse(word.column, e.reason, instead=e.instead)
            else:
                if name:
                    self._name = name, _Place(self._number, word.column)

    def _read_variable_or_entry(self, line: str) -> None:
        try:
            variable = variable_lines.read(line)
        except VariableError as e:
            self._refuse(e.column, e.reason, instead=e.instead)
            self.end()
            return
        if variable:
            self.end()
            self._set(line, *variable)
            return
        before = len(self.problems)
        entry = self._entry(line)
        if entry and not any(not problem.is_warning for problem in self.problems[before:]):
            self.entries.append(entry)
        self._forget_options()

    def _set(self, line: str, name: str, value: str) -> None:
        self._variables = {**self._variables, name: value}
        column = len(line) - len(line.lstrip(" \t"))
        at = line.index("=") + 1
        if name == "MAILTO":
            for address in split(value):
                if not is_recipient(address):
                    self._warn(
                        line.index(address, at),
                        Reason("{address!r} is no address: it gets no mail", address=address),
                    )
        if name == "CRON_TZ":
            self._warn(
                column,
                Reason(
                    "Debian ignores CRON_TZ: write the times below in the time zone that cron runs"
                    " in"
                ),
            )
        elif name == "TZ":
            reason = Reason("TZ is for the commands only: their times stay in cron's time zone")
            self._warn(column, reason)
        if found := _EXPANDED.search(line, at):
            reason = Reason("cron expands nothing: the commands will find the $ in it")
            self._warn(found.start(), reason)
        elif " #" in line[at:] and not line[at:].lstrip().startswith(("'", '"')):
            reason = Reason("no comment: this is a part of the value")
            self._warn(line.index(" #", at) + 1, reason)

    def _entry(self, line: str) -> Entry | None:
        """The entry of a line; None, and a problem, where it cannot be read."""
        words = _words(line)
        count = 1 if words[0].text.startswith("@") else 5
        if words[0].text.lower() == "@every":
            count = 2  # its period, to say what to write instead of both
        begin, end = words[0].column, words[:count][-1].end
        schedule = self._schedule(line[begin:end], column=begin)
        if len(words) < count:
            return None  # the schedule has a problem, and takes the whole line
        found = self._user_and_command(line, words[count:], end=end, is_nickname=count < 5)
        if schedule is None or found is None:
            return None
        user, at = found
        return self._named(line[at:], at=at, schedule=schedule, begin=begin, user=user)

    def _user_and_command(
        self, line: str, words: list[_Word], *, end: int, is_nickname: bool
    ) -> tuple[str | None, int] | None:
        """The user, and the column of the command, of what stands behind the schedule."""
        if words and not is_nickname and _LIKE_A_FIELD.fullmatch(words[0].text):
            reason = Reason(
                "a sixth field, where the command should begin: cron has neither seconds nor years"
            )
            if self.is_system:
                reason = Reason(
                    "a sixth field, where the user should begin: cron has neither seconds nor years"
                )
            self._refuse(words[0].column, reason)
            return None
        user = None
        if self.is_system:
            if not self._has_user(words, end=end):
                return None
            user, end, words = words[0].text, words[0].end, words[1:]
        if not words:
            self._refuse(len(line.rstrip(" \t")), Reason("no command"))
            return None
        at = words[0].column
        if not self.is_system:
            self._doubt_form(words)
        # Debian counts the blanks between a user and the command, all but the first.
        longer_by = at - end - 1 if user else 0
        return (user, at) if self._is_command(line[at:], at=at, longer_by=longer_by) else None

    def _is_command(self, text: str, *, at: int, longer_by: int) -> bool:
        length = len(text.encode(errors="surrogateescape")) + longer_by
        if length > LONGEST_COMMAND:
            reason = Reason(
                "a command of {length:,} bytes: Debian takes {most}; use a script",
                length=length,
                most=LONGEST_COMMAND,
            )
            self._refuse(at, reason)
        elif not split_input(text)[0].strip(" \t"):
            self._refuse(at, Reason("no command before the %"))
        elif text.startswith("*") and not self.is_system:
            reason = Reason("a command that begins with *: Debian ignores the whole file")
            self._refuse(at, reason)
        else:
            return True
        return False

    def _schedule(self, text: str, *, column: int) -> Schedule | None:
        try:
            schedule = Schedule.parse(text)
        except ScheduleError as e:
            self._refuse(column + e.column, e.reason, instead=e.instead)
            return None
        for doubt in schedule.warnings:
            self._warn(column + doubt.column, doubt.reason, instead=doubt.instead)
        return schedule

    def _has_user(self, words: list[_Word], *, end: int) -> bool:
        if not words:
            self._refuse(end, Reason("no user and no command: the system form has both"))
            return False
        if _USER.fullmatch(words[0].text):
            return True
        self._refuse(
            words[0].column,
            Reason(
                "the system form has a user here, before the command, and this is no name of one"
            ),
        )
        return False

    def _doubt_form(self, words: list[_Word]) -> None:
        first = words[0].text
        if (
            len(words) > 1
            and words[1].text.startswith("/")
            and _LITTLE_USER.fullmatch(first)
            and first not in _COMMON_PROGRAMS
        ):
            self._warn(
                words[0].column,
                Reason(
                    "this looks like the system form: {word} is the command here, and no user",
                    word=first,
                ),
            )

    def _named(
        self, text: str, *, at: int, schedule: Schedule, begin: int, user: str | None
    ) -> Entry | None:
        command, given = split_input(text)
        name, place = self._name or (suggested_name(command), None)
        if name is None:
            reason = Reason("no name can be told from this command: give it a name of its own")
            self._refuse(at, reason, _NAME_OPTION)
            return None
        if name in self._names:
            self._refuse(
                place.column if place else at,
                Reason(
                    "{name} is the name of line {line} already: give it a name of its own",
                    name=name,
                    line=self._names[name],
                ),
                _NAME_OPTION,
                line=place.line if place else self._number,
            )
            return None
        self._names[name] = self._number
        return Entry(
            name=name,
            line=self._number,
            expression=schedule.text,
            schedule=schedule,
            user=user,
            text=text,
            command=command,
            input=given,
            variables=dict(self._variables),
            options=self._options,
            expression_at=begin,
            text_at=at,
            option_lines=tuple(self._option_lines),
        )

    def _refuse(
        self, column: int, reason: Reason, instead: str = "", *, line: int | None = None
    ) -> None:
        self.problems.append(Problem(line or self._number, column + 1, reason, instead))

    def _warn(self, column: int, reason: Reason, instead: str = "") -> None:
        problem = Problem(self._number, column + 1, reason, instead, is_warning=True)
        self.problems.append(problem)


def printable(text: str) -> str:
    """One line that anything can show, whatever a crontab holds."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
