"""What the system's cron is given: lines that start the runner by the name of an entry."""

import os
import pwd
import re
import shlex
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress

from ask.cron import variables
from ask.cron.commands import split_input
from ask.cron.crontab import LONGEST_COMMAND, Crontab, Entry

MAIL = ("MAILTO", "MAILFROM")
"""What cron itself needs of a crontab's variables; the others are the runner's affair."""

BEGIN, END = "# BEGIN Ask: ", "# END Ask: "

ADVICE = "# Written by `manage.py crontab install`: change the crontab above, and install it anew."


class CannotInstall(Exception):
    """The system's cron could not do what the crontab says."""


class Lines:
    """The lines for a crontab, and the block that they are in another one.

    `command` gives the command that starts an entry; `column` is the user that a line of the
    system form names, None in the user form.
    """

    def __init__(
        self,
        crontab: Crontab,
        *,
        command: Callable[[Entry], Sequence[str]],
        column: str | None = None,
    ) -> None:
        if "\n" in crontab.source:
            raise CannotInstall("The crontab's path has a line break in it.")
        self.crontab = crontab
        self.command = command
        self.column = column
        self.begin, self.end = BEGIN + crontab.source, END + crontab.source

    def block(self, above: Iterable[str] = ()) -> list[str]:
        """The lines, below others of the same file, for which they change nothing."""
        before = _mail_after(above)
        mail = dict(before)
        lines = [self.begin, ADVICE]
        for entry in self.crontab.entries:
            usual = {"MAILTO": self._owner(entry), "MAILFROM": self._owner()}
            wanted = {name: entry.variables.get(name, usual[name]) for name in MAIL}
            lines += _changed(mail, wanted, default=self._owner())
            lines.append(self.line(entry))
        # What follows in the file is somebody else's.
        if self.column is None:
            lines += _changed(mail, before, default=self._owner())
        return [*lines, self.end]

    def line(self, entry: Entry) -> str:
        """One entry. Raises CannotInstall when no crontab can say it."""
        command = shlex.join(self.command(entry))
        if "\\" in command or "\n" in command:
            raise CannotInstall(f"No crontab can say this to every cron: {command!r}.")
        # A percent sign would begin the input.
        text = command.replace("%", r"\%")
        length = len(os.fsencode(text))
        if length > LONGEST_COMMAND or split_input(text) != (command, None):
            raise CannotInstall(
                f"{entry.name}: its line would have {length} bytes, and cron takes"
                f" {LONGEST_COMMAND}: choose shorter paths."
            )
        return " ".join(filter(None, (entry.expression, self.column, text)))

    def _owner(self, entry: Entry | None = None) -> str:
        """Whom cron mails to when nobody says so."""
        return (entry.user if entry else None) or self.column or current_user()

    def merged(self, text: str, *, is_wanted: bool = True) -> str:
        """A crontab with the block in it, where it was or at the end; or without it.

        Everything else stays byte for byte. Raises CannotInstall when the marks are damaged.
        """
        lines = _lines(text)
        place = self._place(lines)
        if place is None:
            if not is_wanted:
                return text
            if lines and not lines[-1].endswith("\n"):
                lines[-1] += "\n"
            place = slice(len(lines), len(lines))
        block = self.block(lines[: place.start]) if is_wanted else []
        return "".join(
            [*lines[: place.start], *(f"{line}\n" for line in block), *lines[place.stop :]]
        )

    def found(self, text: str) -> list[str] | None:
        """The block that a crontab holds. Raises CannotInstall when its marks are damaged."""
        lines = _lines(text)
        place = self._place(lines)
        return None if place is None else [line.rstrip("\n") for line in lines[place]]

    def _place(self, lines: list[str]) -> slice | None:
        begins = [n for n, line in enumerate(lines) if line.rstrip("\n") == self.begin]
        ends = [n for n, line in enumerate(lines) if line.rstrip("\n") == self.end]
        if not begins and not ends:
            return None
        if len(begins) != 1 or len(ends) != 1 or begins[0] > ends[0]:
            raise CannotInstall(
                f"The lines {self.begin!r} and {self.end!r} must be there once each, in this order:"
                " mend that with crontab -e first."
            )
        return slice(begins[0], ends[0] + 1)


def current_user() -> str:
    """The name of the account this process runs under."""
    with suppress(KeyError):
        return pwd.getpwuid(os.geteuid()).pw_name
    return str(os.geteuid())


def _lines(text: str) -> list[str]:
    return re.findall(r"[^\n]*\n|[^\n]+\Z", text)


def _mail_after(lines: Iterable[str]) -> dict[str, str]:
    """What the variables about mail are below some lines."""
    found = {}
    for line in lines:
        if line.lstrip(" \t").startswith("#"):
            continue
        with suppress(variables.VariableError):
            if (read := variables.read(line.removesuffix("\n"))) and read[0] in MAIL:
                found[read[0]] = read[1]
    return found


def _changed(mail: dict[str, str], wanted: dict[str, str], *, default: str) -> Iterator[str]:
    """Lines that make the mail as it is wanted; `mail` is what it is, and becomes it.

    A variable cannot be unset, but set to what cron takes when it is not.
    """
    for name in MAIL:
        value = wanted.get(name, default)
        if mail.get(name, default) != value:
            mail[name] = value
            yield _assignment(name, value)


def _assignment(name: str, value: str) -> str:
    for quote in ('"', "'", ""):
        line = f"{name}={quote}{value}{quote}"
        with suppress(variables.VariableError):
            if variables.read(line) == (name, value):
                return line
    raise CannotInstall(f"No crontab can say {name}={value!r}.")
