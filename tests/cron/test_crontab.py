"""The crontab: read without losing a byte, refused with all that is wrong, changed in one line."""

from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ask.cron.commands import split_input, suggested_name
from ask.cron.crontab import Crontab, CrontabError, Options, UnknownEntry

LECTURE = """\
# The background processes of a question-and-answer site
MAILTO=root
PATH=/bin:/usr/bin:/home/project/bin
SHELL=/bin/bash

# m h dom mon dow user command
*/3 * * * * root indexer --rotate --all
0 0 * * * root backup.sh
0 3 7 * * root big_backup_all.sh

*/10 * * * * pupkin /home/ask/manage.py calc_best
*/10 * * * * pupkin /home/ask/manage.py send_mail
"""

OPTIONED = """\
SHELL = /bin/bash
#: name=best timeout=10m  retries=3
# Ranks questions.
#: overlap=allow catchup=once nodb
  */10\t* * * *   manage.py calc_best  --all
@daily backup.sh
"""


def problems(text: str | bytes, *, is_system: bool = False) -> list[str]:
    with pytest.raises(CrontabError) as refused:
        Crontab.read(text, is_system=is_system)
    assert str(refused.value).count("\n") == len(refused.value.problems) - 1
    return str(refused.value).splitlines()


def only(text: str, *, is_system: bool = False) -> str:
    (problem,) = problems(text, is_system=is_system)
    return problem


def warnings(text: str) -> list[str]:
    return [str(problem) for problem in Crontab.read(text).warnings]


def test_the_crontab_of_the_lecture_is_read() -> None:
    crontab = Crontab.read(LECTURE, is_system=True)
    assert [(entry.name, entry.user, entry.line) for entry in crontab.entries] == [
        ("indexer", "root", 7),
        ("backup", "root", 8),
        ("big_backup_all", "root", 9),
        ("calc_best", "pupkin", 11),
        ("send_mail", "pupkin", 12),
    ]
    indexer = crontab.entry("indexer")
    assert indexer.expression == "*/3 * * * *"
    assert indexer.command == indexer.text == "indexer --rotate --all"
    assert indexer.variables == {
        "MAILTO": "root",
        "PATH": "/bin:/usr/bin:/home/project/bin",
        "SHELL": "/bin/bash",
    }
    assert indexer.options == Options()
    assert str(crontab) == LECTURE


def test_options_stand_in_comments_above_an_entry() -> None:
    best, backup = Crontab.read(OPTIONED).entries
    assert best.name == "best"
    assert best.options == Options(timeout=600, retries=3, overlap="allow", catchup=True, nodb=True)
    assert best.text == "manage.py calc_best  --all"
    assert backup.options == Options()


def test_a_variable_holds_for_the_lines_below() -> None:
    first, second, third = Crontab.read(
        "0 1 * * * a\nX = 'a b' \nY=\"\"\n0 1 * * * b\nX=c # d\n0 1 * * * c\n"
    ).entries
    assert first.variables == {}
    assert second.variables == {"X": "a b", "Y": ""}
    assert third.variables == {"X": "c # d", "Y": ""}


def test_bytes_that_are_no_text_survive() -> None:
    data = b"# \xff\xfe\n0 1 * * * echo \xe9\n"
    crontab = Crontab.read(data)
    assert bytes(crontab) == data
    assert bytes(crontab.with_expression("echo", "@daily")) == b"# \xff\xfe\n@daily echo \xe9\n"


@pytest.mark.parametrize(
    ("text", "command", "given"),
    [
        ("a b", "a b", None),
        ("a%", "a", ""),
        ("a%b", "a", "b\n"),
        ("a%b%c", "a", "b\nc\n"),
        ("a%b%", "a", "b\n"),
        ("a%%", "a", "\n"),
        (r"date +\%F", "date +%F", None),
        (r"a\\b", r"a\b", None),
        (r"a\\%b", "a\\", "b\n"),
        (r"a\\\%b", r"a\%b", None),
        (r"a\b\n", r"a\b\n", None),
        ("a\\", "a\\", None),
        (r"a%b\%c", "a", "b%c\n"),
        (r"a%b\\c", "a", "b\\\\c\n"),
        (r"a%b\\%c", "a", "b\\%c\n"),
        ("a%b\\", "a", "b\\\n"),
        ("a%\\", "a", "\\"),
    ],
)
def test_a_percent_sign_begins_the_input(text: str, command: str, given: str | None) -> None:
    assert split_input(text) == (command, given)


@pytest.mark.parametrize(
    ("command", "name"),
    [
        ("/home/ask/manage.py calc_best", "calc_best"),
        ("backup.sh", "backup"),
        ("indexer --rotate --all", "indexer"),
        ("/srv/big_backup_all.sh > /dev/null 2>&1", "big_backup_all"),
        ("cd /srv/ask && . venv/bin/activate", None),
        ("cd '/srv/a b' && exec python3 manage.py send_mail", "send_mail"),
        ("cd /srv; ./run.sh", "run"),
        ("A=1 B='x y' nice -n 5 ionice -c 3 ./crunch.py", "crunch"),
        ("nice -n5 env -u X Y=1 timeout -k 5 10m bash /srv/backup.sh", "backup"),
        ("/usr/bin/python3.11 -u manage.py --settings x warmcache", "x"),
        ("/usr/bin/python3 -m ask.reports", "ask.reports"),
        ("python3 -c 'print(1)'", None),
        ("python manage.py", None),
        ("manage.py; x", None),
        ("[ -x /bin/x ] && x", None),
        ("echo 'unclosed", "echo"),
        ("Backup.SH", "backup.sh"),
        ("X=1", None),
        ("nice", None),
        ("timeout", None),
        ("", None),
        ("cd /", None),
        ("я", None),
    ],
)
def test_a_job_is_named_after_what_it_starts(command: str, name: str | None) -> None:
    assert suggested_name(command) == name


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0 22-2 * * * a\n", "1:3: a range that goes backwards never matches; write 22-23,0-2"),
        ("0 0 * * *\n", "1:10: no command"),
        ("0 0 * * * %in\n", "1:11: no command before the %"),
        ("* * * * * * a\n", "1:11: a sixth field, where the command should begin"),
        ("* * * * * */5 a\n", "1:11: a sixth field"),
        ("0 0 1 1 * MON,tue a\n", "1:11: a sixth field"),
        ("0 0 1 1 * 2030 a\n", "1:11: a sixth field"),
        ("* * *\n", "1:1: 3 fields: cron wants five"),
        ("nonsense\n", "1:1: one field: cron wants five"),
        ("@every 5m a\n", "1:1: cron does not know @every; write */5 * * * *"),
        ("MAILTO=\n", "1:1: Debian refuses a variable without a value, and the whole file"),
        ("X='a' b\n", "1:3: the quotes must be around the whole value"),
        ("X='a\n", "1:3: the quotes must be around the whole value"),
        ("=a\n", "1:1: Debian reads a variable here, and this is no name of one"),
        ("@daily = a\n", "1:1: Debian reads a variable here, and this is no name of one"),
        ("X=" + "x" * 1000 + "\n", "1:1: a variable's line has at most 998 bytes"),
        ("@daily a" + "x" * 998 + "\n", "1:8: a command of 999 bytes: Debian takes 998"),
        ("0 1 * * * a", "1:12: the last line has no newline"),
        ("0 1 * * * a\r\n# b\r\n", "1:12: a carriage return at the end of the line, and of 1 more"),
        ("@daily *a\n", "1:8: a command that begins with *"),
        ("X=\ud800\n", "1:3: a character that no crontab can hold"),
        ("\ufeff# a\n", "1:1: a byte order mark"),
        ("# a\0\n", "1:4: a character that no crontab can hold"),
        ("# \ud800\n", "1:3: a character that no crontab can hold"),
        ("#\n" * 10_001, "10001:1: more than 10,000 lines"),
        ("0 1 * * * a\n0 2 * * * a\n", "2:11: a is the name of line 1 already: give it a name"),
        ("#: name=a\n0 1 * * * b\n0 2 * * * a\n", "3:11: a is the name of line 2 already"),
        ("0 2 * * * a\n#: name=a\n0 1 * * * b\n", "2:4: a is the name of line 1 already"),
        ("0 1 * * * [ -x b ] && b\n", "1:11: no name can be told from this command"),
        ("#: nodb\n\n0 1 * * * a\n", "1:1: these options belong to no entry"),
        ("#: nodb\nX=1\n0 1 * * * a\n", "1:1: these options belong to no entry"),
        ("0 1 * * * a\n#: nodb\n", "2:1: these options belong to no entry"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text: str, expected: str) -> None:
    assert only(text).startswith(f"crontab:{expected}")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0 1 * * *\n", "1:10: no user and no command"),
        ("0 1 * * * root\n", "1:15: no command"),
        ("@daily root   " + "x" * 997 + "\n", "1:15: a command of 999 bytes"),
        ("0 1 * * * /bin/true\n", "1:11: the system form has a user here"),
        ("0 1 * * * * root a\n", "1:11: a sixth field, where the user should begin"),
    ],
)
def test_the_system_form_has_a_user(text: str, expected: str) -> None:
    assert only(text, is_system=True).startswith(f"crontab:{expected}")


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("tiemout=5m", "1:4: no option tiemout; did you mean timeout?; write timeout=5m"),
        ("colour=red", "1:4: no option colour: there are name, timeout"),
        ("nodb  nodb", "1:10: nodb is said twice"),
        ("nodb=yes", "1:4: nodb takes no value; write nodb"),
        ("timeout", "1:4: timeout has no value"),
        ("timeout=", "1:4: timeout has no value"),
        ("timeout=5", "1:4: timeout is a whole number with s, m, h or d, such as 90s or 10m"),
        ("timeout=10min", "1:4: timeout is a whole number with s, m, h or d"),
        ("timeout=0s", "1:4: timeout goes from 1s to 366d; write timeout=1s"),
        ("retries=101", "1:4: retries is a whole number from 0 to 100"),
        ("retries=-1", "1:4: retries is a whole number from 0 to 100"),
        ("overlap=skp", "1:4: overlap may be skip or allow; write overlap=skip"),
        ("catchup=all", "1:4: catchup may be once; write catchup=once"),
        ("name=Calc-Best!", "1:4: a name has small letters"),
        ("name=" + "a" * 53, "1:4: a name has at most 52 characters"),
        ("", "1:1: no options"),
    ],
)
def test_an_option_is_refused_with_its_place(options: str, expected: str) -> None:
    assert only(f"#: {options}\n0 1 * * * a\n").startswith(f"crontab:{expected}")


def test_all_that_is_wrong_is_said_at_once() -> None:
    found = problems("0 24 * * * a\n#: x=1\n\n*/0 * * * * b\n0 1 * * * c")
    assert [problem.split(": ")[0] for problem in found] == [
        "crontab:1:3",
        "crontab:2:1",
        "crontab:2:4",
        "crontab:4:1",
        "crontab:5:12",
    ]


def test_what_is_wrong_fits_on_one_line_of_any_terminal() -> None:
    for problem in problems("#: name=\x1b[2J\u2028\n0 1 * * * a\n\x07 * * * * b\n"):
        assert problem.isprintable()


def test_whatever_can_be_read_is_there_beside_the_problems() -> None:
    crontab = Crontab.inspect("0 24 * * * a\n0 1 * * * b")
    assert [entry.name for entry in crontab.entries] == ["b"]
    assert [problem.line for problem in crontab.problems] == [1, 2]
    assert str(crontab) == "0 24 * * * a\n0 1 * * * b"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CRON_TZ=UTC\n", "1:1: Debian ignores CRON_TZ"),
        ("MAILTO=root,-f,a@b.org\n", "1:13: '-f' is no address: it gets no mail"),
        ("TZ=UTC\n", "1:1: TZ is for the commands only"),
        ("PATH=$HOME/bin:/bin\n", "1:6: cron expands nothing"),
        ("X=a # b\n", "1:5: no comment: this is a part of the value"),
        ("0 1 * * * root /bin/x\n", "1:11: this looks like the system form"),
        ("0 1 * * * pupkin /home/ask/manage.py x\n", "1:11: this looks like the system form"),
        ("0 0 */2 * 1 a\n", "1:5: crons disagree about these days"),
        (" */90 * * * * a\n", "1:2: this step is never taken: it is only ever minute 0; write 0"),
    ],
)
def test_what_may_surprise_is_a_warning(text: str, expected: str) -> None:
    (warning,) = warnings(text)
    assert warning.startswith(expected)


@pytest.mark.parametrize(
    "text",
    [
        "0 1 * * * bash /srv/x.sh\n",
        "0 1 * * * rsync /a /b\n",
        "X='a # b'\n",
        "0 1 * * * a $HOME\n",
        "",
    ],
)
def test_what_is_usual_is_no_warning(text: str) -> None:
    assert warnings(text) == []


def test_a_schedule_changes_in_place() -> None:
    crontab = Crontab.read(OPTIONED).with_expression("best", "0 3 * * *")
    assert str(crontab) == OPTIONED.replace("*/10\t* * * *", "0 3 * * *")
    assert crontab.entry("best").expression == "0 3 * * *"


def test_a_command_changes_in_place() -> None:
    crontab = Crontab.read(LECTURE, is_system=True).with_command("backup", "/srv/backup.sh --fast")
    assert str(crontab) == LECTURE.replace("root backup.sh", "root /srv/backup.sh --fast")


def test_options_change_in_place() -> None:
    crontab = Crontab.read(OPTIONED)
    changed = crontab.with_options(
        "best", Options(timeout=90, overlap="allow", catchup=True, nodb=True, late=60)
    )
    assert str(changed) == OPTIONED.replace("timeout=10m  retries=3", "timeout=90s").replace(
        "nodb", "nodb late=1m"
    )
    assert changed.with_options("best", crontab.entry("best").options).entry("best").options == (
        crontab.entry("best").options
    )
    assert str(crontab.with_options("best", crontab.entry("best").options)) == OPTIONED


def test_options_come_and_go_with_a_line_of_their_own() -> None:
    crontab = Crontab.read("# a\n  @daily backup.sh\n")
    changed = crontab.with_options("backup", Options(retries=2))
    assert str(changed) == "# a\n  #: retries=2\n  @daily backup.sh\n"
    assert str(changed.with_options("backup", Options())) == str(crontab)


@pytest.mark.parametrize("expression", ["70 * * * *", "@daily x", "* * * * *\n* * * * * b", ""])
def test_no_other_schedule_gets_in(expression: str) -> None:
    with pytest.raises(CrontabError, match=r"^crontab:5:3: "):
        Crontab.read(OPTIONED).with_expression("best", expression)


@pytest.mark.parametrize("command", ["", "a\n* * * * * b", "*/5 a", "%a", "a\r", "a\0", "x" * 999])
def test_no_other_command_gets_in(command: str) -> None:
    with pytest.raises(CrontabError):
        Crontab.read(OPTIONED).with_command("best", command)


def test_an_unknown_entry_is_not_changed() -> None:
    with pytest.raises(UnknownEntry, match="crontab has no entry x"):
        Crontab.read(OPTIONED).with_command("x", "a")


BEGINNINGS = ("*", "*/5", "0", "7", "1-5", "MON", "@daily", "@reboot", "0 1 * * * ", "\n0 1 * * * ")
OPTIONS = ("#", "#:", "name=a", "timeout=5m", "nodb", "retries=2")
COMMANDS = ("root", "a", "/bin/b", "manage.py c", "%", "\\", "é", "$HOME")
SIGNS = (" ", " ", " ", "\t", "\n", "\n", "\r", "X", "=", "'", '"', "\ufeff", "\0")
pieces = st.sampled_from((*BEGINNINGS, *OPTIONS, *COMMANDS, *SIGNS))
texts = st.lists(pieces, max_size=25).map("".join) | st.text(
    st.characters(codec=None, exclude_categories=()), max_size=40
)


def read_or_refuse(data: str | bytes, *, is_system: bool) -> None:
    inspected = Crontab.inspect(data, is_system=is_system)
    try:
        crontab = Crontab.read(data, is_system=is_system)
    except CrontabError as e:
        assert e.problems
        assert all(problem.line >= 1 and problem.column >= 1 for problem in e.problems)
        assert str(e).replace("\n", "").isprintable()
    else:
        assert crontab == inspected
        assert bytes(crontab) == (
            data if isinstance(data, bytes) else data.encode(errors="surrogateescape")
        )
    if isinstance(data, str):
        assert str(inspected) == data


@settings(max_examples=300, deadline=None)
@given(texts, st.booleans())
@example("\n", False)
@example("#:\n#:nodb\n@daily a\n", False)
def test_any_text_is_read_or_refused(text: str, is_system: bool) -> None:
    read_or_refuse(text, is_system=is_system)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60), st.booleans())
def test_any_bytes_are_read_or_refused(data: bytes, is_system: bool) -> None:
    read_or_refuse(data, is_system=is_system)


@pytest.mark.long
@settings(max_examples=30_000, deadline=None)
@given(texts | st.binary(max_size=200), st.booleans())
def test_very_many_crontabs_are_read_or_refused(data: str | bytes, is_system: bool) -> None:
    read_or_refuse(data, is_system=is_system)


blanks = st.text(alphabet=" \t", min_size=1, max_size=3)
schedules = st.sampled_from(["*/5 * * * *", "0 3 7 * *", "@daily", "@reboot", "0\t0 1,15  * 5"])
commands = st.text(alphabet="abc /-%\\'\"=#$é", max_size=20).map(lambda text: f"run {text}".strip())
durations = st.integers(1, 10**6)
options = st.builds(
    Options,
    timeout=st.none() | durations,
    grace=st.integers(0, 86400),
    retries=st.integers(0, 100),
    backoff=st.integers(0, 86400),
    overlap=st.sampled_from(["skip", "allow"]),
    catchup=st.booleans(),
    late=durations,
    nodb=st.booleans(),
)


@st.composite
def crontabs(draw: st.DrawFn) -> str:
    lines = []
    for number in range(draw(st.integers(1, 4))):
        lines += draw(
            st.lists(st.sampled_from(["", "# a", "X=1", "  # b", "Y = 'c d' "]), max_size=2)
        )
        lines.append(f"#: name=job{number}")
        if said := str(draw(options)):
            lines.append(f"{draw(blanks)}#: {said}")
        lines.append(f"{draw(blanks)}{draw(schedules)}{draw(blanks)}{draw(commands)}")
    return "\n".join(lines) + "\n"


@settings(max_examples=150, deadline=None)
@given(crontabs(), schedules, commands, st.data())
def test_changing_one_entry_changes_one_line(
    text: str, expression: str, command: str, data: st.DataObject
) -> None:
    crontab = Crontab.read(text)
    entry = data.draw(st.sampled_from(crontab.entries))
    for changed in (
        crontab.with_expression(entry.name, expression),
        crontab.with_command(entry.name, command),
    ):
        assert len(changed.lines) == len(crontab.lines)
        differing = [
            number
            for number, lines in enumerate(zip(crontab.lines, changed.lines, strict=True), 1)
            if lines[0] != lines[1]
        ]
        assert differing in ([], [entry.line])
    assert (
        crontab.with_expression(entry.name, expression).entry(entry.name).expression == expression
    )
    assert crontab.with_command(entry.name, command).entry(entry.name).text == command


@settings(max_examples=100, deadline=None)
@given(crontabs(), options, st.data())
def test_changing_the_options_of_one_entry_changes_no_other(
    text: str, new: Options, data: st.DataObject
) -> None:
    crontab = Crontab.read(text)
    entry = data.draw(st.sampled_from(crontab.entries))
    changed = crontab.with_options(entry.name, new)
    assert changed.entry(entry.name).options == new
    moved = len(changed.lines) - len(crontab.lines)
    for before, after in zip(crontab.entries, changed.entries, strict=True):
        assert crontab.lines[before.line - 1] == changed.lines[after.line - 1]
        if before.name != entry.name:
            shift = moved if before.line > entry.line else 0
            lines = tuple(number + shift for number in before.option_lines)
            assert replace(before, line=before.line + shift, option_lines=lines) == after
