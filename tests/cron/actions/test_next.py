"""When everything runs next, for people and for programs."""

import io
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.sites import run_manage

RECORDED = json.loads((Path(__file__).parents[1] / "vectors.json").read_text())

CRONTAB = """\
#: name=night
30 2 * * * backup.sh
#: name=boot
@reboot warm.sh
"""


def said(*arguments: str) -> str:
    out = io.StringIO()
    call_command("crontab", "next", *arguments, stdout=out)
    return out.getvalue()


def found(*arguments: str) -> Any:
    return json.loads(said(*arguments, "--json"))


def refusal(*arguments: str) -> str:
    with pytest.raises(CommandError) as refused:
        said(*arguments)
    return str(refused.value)


@pytest.fixture
def crontab(tmp_path: Path) -> Path:
    path = tmp_path / "crontab"
    path.write_text(CRONTAB)
    return path


@pytest.mark.parametrize("window", RECORDED["windows"], ids=lambda window: window["name"])
def test_every_recorded_run_of_debian_is_found(window: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "crontab"
    lines = [f"#: name=job-{n}\n{text} true\n" for n, text in enumerate(window["fires"])]
    path.write_text("".join(lines))
    span = ("--from", str(window["start"]), "--until", str(window["end"]))
    answer = found("--file", str(path), *span, "--zone", window["zone"])
    runs = {entry["schedule"]: entry["runs"] for entry in answer["entries"]}
    assert runs == window["fires"]
    assert (answer["from"], answer["until"]) == (window["start"], window["end"])


def test_an_expression_is_an_entry_without_a_name() -> None:
    answer = found("30 2 * * *", "--count=2", "--from=2026-03-28T00:00", "--zone=Europe/Berlin")
    assert answer == {
        "zone": "Europe/Berlin",
        "from": 1774652400,
        "until": None,
        "entries": [
            {
                "name": None,
                "line": None,
                "schedule": "30 2 * * *",
                "runs": [1774661400, 1774746000],
            }
        ],
    }


def test_a_whole_crontab_names_its_entries_and_lines(crontab: Path) -> None:
    entries = found("--file", str(crontab), "--count", "1")["entries"]
    assert [(entry["name"], entry["line"], len(entry["runs"])) for entry in entries] == [
        ("night", 2, 1),
        ("boot", 4, 0),
    ]


def test_the_name_of_an_entry_asks_for_it_alone(crontab: Path) -> None:
    (entry,) = found("night", "--file", str(crontab))["entries"]
    assert (entry["name"], len(entry["runs"])) == ("night", 5)


def test_a_crontab_comes_from_standard_input_too() -> None:
    out, _ = run_manage("crontab", "next", "--file", "-", "--json", stdin=CRONTAB)
    assert [entry["name"] for entry in json.loads(out)["entries"]] == ["night", "boot"]


def test_the_system_form_has_users(crontab: Path) -> None:
    crontab.write_text("* * * * * root indexer --rotate\n")
    (entry,) = found("--file", str(crontab), "--system")["entries"]
    assert entry["name"] == "indexer"


def test_the_ends_are_left_out() -> None:
    assert found("0 * * * *", "--from=0", "--until=10800")["entries"][0]["runs"] == [3600, 7200]
    assert found("0 * * * *", "--from=-1", "--count=1")["entries"][0]["runs"] == [0]


def test_a_count_ends_what_has_no_end_sooner() -> None:
    runs = found("0 * * * *", "--from=0", "--until=1000000000", "--count=2")["entries"][0]["runs"]
    assert runs == [3600, 7200]


@pytest.mark.parametrize(
    "text",
    ["1774652400", "2026-03-28T00:00", "2026-03-28", "2026-03-27T23:00Z", "2026-03-27 23:00+00:00"],
)
def test_a_moment_may_be_written_in_several_ways(text: str) -> None:
    assert found("* * * * *", f"--from={text}", "--zone=Europe/Berlin")["from"] == 1774652400


def test_people_read_local_time_with_its_offset() -> None:
    text = said("30 2 * * *", "--count=2", "--from=2026-03-28T00:00", "--zone=Europe/Berlin")
    head, *lines = text.splitlines()
    assert head == "every day at 02:30"
    assert lines[0].startswith("  2026-03-28 02:30 +0100 CET, Sat, ")
    assert lines[1].startswith("  2026-03-29 03:00 +0200 CEST, Sun, ")


def test_the_repeated_hour_is_told_apart() -> None:
    text = said("30 * * * *", "--count=2", "--from=2026-10-25T02:00", "--zone=Europe/Berlin")
    assert Counter(line.split(",")[0] for line in text.splitlines()[1:]) == {
        "  2026-10-25 02:30 +0200 CEST": 1,
        "  2026-10-25 02:30 +0100 CET": 1,
    }


def test_it_speaks_russian() -> None:
    text = said("30 2 * * *", "--count=1", "--lang=ru")
    assert text.startswith("каждый день в 02:30\n")
    assert "через" in text


def test_mistakes_are_one_line(crontab: Path) -> None:
    assert refusal("0 0 30 2 *") == (
        "0 0 30 2 *: column 5: there is no such date: it would never run; write 28 2"
    )
    assert "yesterday" in refusal("@daily", "--from=yesterday")
    assert "Did you mean night?" in refusal("nigt", "--file", str(crontab))
    crontab.write_text("61 * * * * true\n")
    assert refusal("--file", str(crontab)).startswith(f"{crontab}:1:1: ")
    assert refusal("--file", str(crontab.parent / "none")).endswith("No such file or directory.")
    for wrong in ("--zone=Mars/Base", "--count=0", "--count=many"):
        with pytest.raises(CommandError):
            said("@daily", wrong)
