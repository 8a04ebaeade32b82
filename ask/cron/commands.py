"""What stands behind the schedule: the command, its input, and the name it suggests for its job."""

import re
import shlex
from pathlib import PurePosixPath

NAME = re.compile(r"[a-z0-9](?:[a-z0-9_.-]*[a-z0-9])?")
LONGEST_NAME = 52
"""Characters: Kubernetes adds eleven to the name of a CronJob, and allows 63."""

_ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=")
_INTERPRETER = re.compile(r"(?:ba|da|z|k)?sh|python[0-9.]*|pypy[0-9.]*|perl|ruby|php[0-9.]*|node")
_SYNTAX = frozenset("[ [[ : ! { } ( ) if then else fi for while until case test true false".split())
"""Words of the shell, which name no job."""

_VALUED = {
    "nice": ("-n", "--adjustment"),
    "ionice": ("-c", "--class", "-n", "--classdata"),
    "timeout": ("-k", "--kill-after", "-s", "--signal"),
    "env": ("-u", "--unset", "-C", "--chdir"),
    "exec": ("-a",),
    "nohup": (),
    "setsid": (),
    "sudo": ("-u", "--user", "-g", "--group"),
    "chronic": (),
}
"""Programs that start another one, and their options that take the word behind."""


def split_input(text: str) -> tuple[str, str | None]:
    r"""The command that the shell gets, and what it finds in its standard input.

    As `child_process` of Debian's `do_command.c` does it. The first `%` without a backslash ends
    the command; later ones are newlines of the input, which always ends in one. `\%` is a percent
    sign in both. In the command, and only there, `\\` is one backslash. None: there is no `%`, and
    the input is empty.
    """
    command: list[str] = []
    place = 0
    while place < len(text):
        if text[place] == "%":
            return "".join(command), _input(text[place + 1 :])
        if text[place] == "\\" and text[place + 1 : place + 2] in ("%", "\\"):
            place += 1
            command.append(text[place])
        else:
            command.append(text[place])
            # What a backslash stands before is never the beginning of an escape.
            if text[place] == "\\" and place + 1 < len(text):
                place += 1
                command.append(text[place])
        place += 1
    return "".join(command), None


def _input(text: str) -> str:
    """Percent signs to newlines, in the very steps of Debian: `\\\\%` is a backslash and `%`."""
    written = []
    is_escaped = is_newline_due = False
    for character in text:
        written_as = character
        if is_escaped and character != "%":
            written.append("\\")
        elif not is_escaped and character == "%":
            written_as = "\n"
        is_escaped = written_as == "\\"
        if not is_escaped:
            written.append(written_as)
            is_newline_due = written_as != "\n"
    if is_escaped:
        written.append("\\")
    if is_newline_due:
        written.append("\n")
    return "".join(written)


def suggested_name(command: str) -> str | None:
    """A job's name after the program that its command starts, or None if none can be told.

    `cd /srv && nice -n 5 python3 manage.py calc_best --all` is `calc_best`.
    """
    words = _words(command)
    while words:
        program = PurePosixPath(words[0]).name
        if _ASSIGNMENT.match(words[0]):
            words = words[1:]
        elif program == "cd":
            words = _after_cd(words)
        elif program in _VALUED:
            words = _after_options(words[1:], valued=_VALUED[program])
            words = words[1:] if program == "timeout" else words
        elif _INTERPRETER.fullmatch(program):
            if words[1:2] == ["-m"]:
                return _as_name(words[2]) if words[2:] else None
            if words[1:2] == ["-c"]:
                return None
            words = _after_options(words[1:], valued=())
        elif program == "manage.py":
            words = _after_options(words[1:], valued=())
            return _as_name(words[0]) if words else None
        else:
            return _as_name(program.removesuffix(".sh").removesuffix(".py"))
    return None


def _words(command: str) -> list[str]:
    lexer = shlex.shlex(command, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    lexer.commenters = ""
    try:
        return list(lexer)
    except ValueError:  # a quote that is never closed is the shell's affair
        return command.split()


def _after_cd(words: list[str]) -> list[str]:
    for place, word in enumerate(words):
        if word in ("&&", ";"):
            return words[place + 1 :]
    return []


def _after_options(words: list[str], *, valued: tuple[str, ...]) -> list[str]:
    while words and words[0].startswith("-") and words[0] != "-":
        words = words[2:] if words[0] in valued else words[1:]
    return words


def _as_name(word: str) -> str | None:
    name = word.lower()
    if word in _SYNTAX or len(name) > LONGEST_NAME or not NAME.fullmatch(name):
        return None
    return name
