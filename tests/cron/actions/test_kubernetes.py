"""The crontab as CronJobs: what they say, what cannot be said, and what a pod makes of its tick."""

import io
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml
from django.core.management import CommandError, call_command
from kubernetes_validate import latest_version, validate
from pytest_django import Settings

from ask.cron.actions import tick
from ask.cron.crontab import Crontab, Entry
from ask.cron.kubernetes import NoMoment, said, starts
from ask.cron.schedule import Schedule
from ask.env import FOLDER
from tests.sites import site

CRONTAB = """\
PATH=bin:/usr/bin:/bin
#: timeout=10m retries=2 grace=20s late=10m
*/10 * * * * calc_best --all
#: name=mail.daily_digest overlap=allow late=5s
0 0 * * 7 mail.sh
#: catchup=once
@daily clean
"""


@pytest.fixture
def crontab(tmp_path: Path, settings: Settings) -> Path:
    path = tmp_path / "crontab"
    path.write_text(CRONTAB)
    settings.CRONTAB = path
    settings.CRON_ZONE = ""
    return path


def printed(*arguments: str) -> tuple[str, str]:
    """What is printed, and what is complained of."""
    out, complaint = io.StringIO(), io.StringIO()
    call_command("crontab", "kubernetes", *arguments, stdout=out, stderr=complaint)
    return out.getvalue(), complaint.getvalue()


def cron_jobs(*arguments: str) -> list[dict[str, Any]]:
    return [document for document in yaml.safe_load_all(printed(*arguments)[0]) if document]


def refusal(*arguments: str) -> str:
    with pytest.raises(CommandError) as refused:
        printed(*arguments)
    return str(refused.value)


def pod_of(cron_job: dict[str, Any]) -> dict[str, Any]:
    pod: dict[str, Any] = cron_job["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    return pod


# What they say


@pytest.mark.parametrize("version", [latest_version(), "1.32"])
def test_kubernetes_knows_every_field(crontab: Path, version: str) -> None:
    arguments = ("--namespace=ask", "--env-from", "ask", "configmap/ask", "--image=r.io/ask:1.2")
    for cron_job in cron_jobs(*arguments):
        validate(cron_job, version, strict=True)


def test_the_program_that_checks_manifests_passes_those_of_this_project(tmp_path: Path) -> None:
    file = tmp_path / "cron.yaml"
    assert printed("--crontab", str(FOLDER / "crontab"), "--output", str(file)) == ("", "")
    command = [sys.executable, "-m", "kubernetes_validate", "--strict", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("INFO") == len(Crontab.read((FOLDER / "crontab").read_text()).entries)


def test_the_same_crontab_gives_the_same_bytes(crontab: Path, tmp_path: Path) -> None:
    first, _ = printed()
    file = tmp_path / "cron.yaml"
    assert printed("--output", str(file)) == ("", "")
    assert printed("--output", str(file)) == ("", "")
    assert file.read_text() == first
    # What stands above an entry, and where, is nothing to Kubernetes.
    crontab.write_text("# more words\n\n" + CRONTAB)
    assert printed()[0] == first
    assert first.count("\n---\n") == 3


def test_schedules_names_and_policies(crontab: Path) -> None:
    seen = [
        (
            job["metadata"]["name"],
            job["spec"]["schedule"],
            job["spec"]["concurrencyPolicy"],
            job["spec"]["startingDeadlineSeconds"],
            job["spec"]["jobTemplate"]["spec"].get("activeDeadlineSeconds"),
            pod_of(job)["terminationGracePeriodSeconds"],
        )
        for job in cron_jobs()
    ]
    three_attempts = 3 * (600 + 20 + 5) + (60 + 120) * 1.25 + 25 + 600
    assert seen == [
        ("calc-best", "*/10 * * * *", "Forbid", 600, three_attempts, 50),
        ("mail-daily-digest", "0 0 * * 0", "Allow", 30, None, 40),
        ("clean", "@daily", "Forbid", 86400, None, 40),
    ]
    for job in cron_jobs():
        assert (job["apiVersion"], job["kind"]) == ("batch/v1", "CronJob")
        assert job["spec"]["timeZone"] == "Etc/UTC"
        assert job["spec"]["jobTemplate"]["spec"]["backoffLimit"] == 0
        assert job["spec"]["jobTemplate"]["spec"]["ttlSecondsAfterFinished"] > 0
        assert pod_of(job)["restartPolicy"] == "Never"


def test_a_name_is_one_of_dns_and_no_longer_than_52(crontab: Path) -> None:
    crontab.write_text(f"#: name=a{'_.' * 25}b\n@daily a\n#: name=no\n@daily b\n")
    first, second = (job["metadata"]["name"] for job in cron_jobs())
    assert len(first) == 52
    assert re.fullmatch(r"[a-z0-9][a-z0-9-]*[a-z0-9]", first)
    assert second == "no"


def test_a_pod_starts_the_runner_and_may_do_nothing_else(crontab: Path) -> None:
    pod = pod_of(cron_jobs("--image=ask:7")[1])
    (container,) = pod["containers"]
    assert container["image"] == "ask:7"
    assert container["command"] == "python manage.py crontab tick mail.daily_digest".split()
    assert container["args"] == [
        "--at=$(CRON_TICK)",
        "--kubernetes-job=$(CRON_TICK_JOB)",
        "--echo",
    ]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    mounted = {mount["mountPath"] for mount in container["volumeMounts"]}
    env = {each["name"]: each.get("value") for each in container["env"]}
    assert env["CRON_FOLDER"] in mounted
    assert env["CRON_ZONE"] == "Etc/UTC"
    assert "envFrom" not in container


def test_the_tick_comes_through_the_annotation(crontab: Path) -> None:
    (container,) = pod_of(cron_jobs()[0])["containers"]
    paths = {
        each["name"]: each["valueFrom"]["fieldRef"]["fieldPath"]
        for each in container["env"]
        if "valueFrom" in each
    }
    assert paths == {
        "CRON_TICK": "metadata.annotations['batch.kubernetes.io/cronjob-scheduled-timestamp']",
        "CRON_TICK_JOB": "metadata.labels['batch.kubernetes.io/job-name']",
    }


def test_settings_come_from_secrets_and_config_maps(crontab: Path) -> None:
    (container,) = pod_of(cron_jobs("--env-from", "ask", "configmap/more")[0])["containers"]
    assert container["envFrom"] == [
        {"secretRef": {"name": "ask"}},
        {"configMapRef": {"name": "more"}},
    ]


def test_another_crontab_is_told_to_the_pods(crontab: Path) -> None:
    arguments = pod_of(cron_jobs("--crontab", str(crontab))[0])["containers"][0]["args"]
    assert arguments[-1] == f"--crontab={crontab}"


def test_the_zone_is_that_of_the_setting_or_said(crontab: Path, settings: Settings) -> None:
    settings.CRON_ZONE = "Europe/Berlin"
    assert cron_jobs()[0]["spec"]["timeZone"] == "Europe/Berlin"
    assert cron_jobs("--zone=Asia/Tokyo")[0]["spec"]["timeZone"] == "Asia/Tokyo"
    for name in ("localtime", "CET-1CEST", "/etc/localtime"):
        settings.CRON_ZONE = name
        assert "choose one with --zone" in refusal()


# What cannot be said


def test_all_that_is_refused_is_said_at_once(crontab: Path) -> None:
    crontab.write_text("@reboot warm.sh\n#: name=a_b\n@daily a.sh\n#: name=a.b\n  0 0 * * * b.sh\n")
    assert refusal().splitlines() == [
        f"{crontab}:1:1: Kubernetes starts nothing at boot: let a scheduler run this one",
        f"{crontab}:5:3: a_b and a.b are both a-b to Kubernetes; write #: name=…",
    ]
    crontab.write_text("0 0 * * *  pupkin  a.sh\n")
    assert refusal("--system").startswith(f"{crontab}:1:12: a pod runs as one user")
    crontab.write_text("61 * * * * a.sh\n")
    assert refusal().startswith(f"{crontab}:1:1: ")


@pytest.mark.parametrize(
    "argument",
    ["--image=a b", "--namespace=A", "--env-from=A_B", "--env-from=pod/x", "--image=a\n"],
)
def test_what_is_no_name_is_refused(crontab: Path, argument: str) -> None:
    with pytest.raises(CommandError):
        printed(argument)


def test_nothing_is_written_of_a_crontab_that_is_refused(crontab: Path, tmp_path: Path) -> None:
    crontab.write_text("@reboot warm.sh\n")
    refusal("--output", str(tmp_path / "cron.yaml"))
    assert not (tmp_path / "cron.yaml").exists()
    crontab.write_text(CRONTAB)
    assert refusal("--output", str(tmp_path / "none" / "a")).endswith("No such file or directory.")


def test_pods_that_end_at_once_are_told_of(crontab: Path) -> None:
    crontab.write_text("0 0 */2 * 1 a.sh\n")
    out, complaint = printed()
    assert "\n# 0 0 */2 * 1: pods that start at other times end at once.\n" in out
    assert complaint.startswith(f"{crontab}:1:1: warning: Kubernetes knows no AND of both day")


def test_a_time_that_clocks_skip_is_told_of(crontab: Path) -> None:
    crontab.write_text("30 2 * * * a.sh\n*/5 2 * * * b.sh\n30 4 * * * c.sh\n")
    _, complaint = printed("--zone=Europe/Berlin")
    assert complaint.count("\n") == 1
    assert re.search(r":1:1: warning: .* \d{4}-03-\d\d 02:30, which .* Europe/Berlin", complaint)
    assert printed()[1] == ""


# What a pod makes of its tick

BERLIN = ZoneInfo("Europe/Berlin")


def entry(expression: str, options: str = "name=a_job") -> Entry:
    return Crontab.read(f"#: {options}\n{expression} true\n").entries[0]


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


@pytest.mark.parametrize(
    ("annotation", "job", "moment"),
    [
        ("2026-05-19T03:00:00-07:00", "", "2026-05-19T10:00:00+00:00"),
        ("2026-05-19T03:00:00Z", "a-job-1", "2026-05-19T03:00:00+00:00"),
        ("2026-05-19T03:00:59.5Z", "", "2026-05-19T03:00:00+00:00"),
        ("", "a-job-29652660", "2026-05-19T03:00:00+00:00"),
    ],
)
def test_the_tick_is_what_the_annotation_says_or_else_the_name_of_the_job(
    annotation: str, job: str, moment: str
) -> None:
    assert said(entry("* * * * *"), at=annotation, job=job) == at(moment)


@pytest.mark.parametrize("job", ["", "a-job-manual", "other-29652660", "a-job-29652660-x", "a-job"])
def test_a_job_that_a_person_made_says_none(job: str) -> None:
    assert said(entry("* * * * *"), at="", job=job) is None


@pytest.mark.parametrize(
    "text", ["now", "2026-05-19", "2026-05-19T03:00:00", "2026-13-19T03:00:00Z", "1779159600"]
)
def test_what_is_no_moment_is_refused(text: str, crontab: Path) -> None:
    with pytest.raises(NoMoment):
        said(entry("* * * * *"), at=text, job="")
    with pytest.raises(CommandError, match="is no moment"):
        call_command("crontab", "tick", "calc_best", f"--at={text}")


@pytest.mark.parametrize(
    ("expression", "moment", "is_due", "is_started"),
    [
        ("30 2 * * *", "2026-10-25T02:30:00+02:00", True, True),
        # The second pass of the hour, and the other day field.
        ("30 2 * * *", "2026-10-25T02:30:00+01:00", False, True),
        ("0 0 */2 * 1", "2026-03-02T00:00:00+01:00", False, True),
        ("0 0 */2 * 1", "2026-03-09T00:00:00+01:00", True, True),
        # Debian makes it up after the hour that is skipped, Kubernetes does not.
        ("30 2 * * *", "2026-03-29T03:00:00+02:00", True, False),
        ("30 2 * * *", "2026-03-30T03:30:00+02:00", False, False),
        ("@weekly", "2026-03-29T00:00:00+01:00", True, True),
        ("@reboot", "2026-03-29T00:00:00+01:00", False, False),
    ],
)
def test_what_kubernetes_starts_too_often_is_known(
    expression: str, moment: str, is_due: bool, is_started: bool
) -> None:
    assert Schedule.parse(expression).matches(at(moment), zone=BERLIN) == is_due
    assert starts(entry(expression), at(moment), zone=BERLIN) == is_started


@pytest.mark.parametrize(
    ("expression", "options", "late", "is_in_time"),
    [
        ("* * * * *", "name=a", 299, True),
        ("* * * * *", "name=a", 301, False),
        ("* * * * *", "name=a late=1h", 3599, True),
        ("30 2 * * *", "name=a", 3 * 3600, True),
        ("30 2 * * *", "name=a", 3 * 3600 + 1, False),
        ("30 2 * * *", "name=a catchup=once", 9 * 3600, True),
        ("* * * * *", "name=a catchup=once", -3600, False),
        ("* * * * *", "name=a", -2, True),
    ],
)
def test_a_pod_that_waited_for_too_long_starts_nothing(
    expression: str, options: str, late: int, is_in_time: bool
) -> None:
    assert tick.is_in_time(entry(expression, options), 0, now=late) == is_in_time


def test_a_pod_too_much_is_well_and_a_pod_for_another_crontab_is_not(
    crontab: Path, settings: Settings
) -> None:
    settings.CRON_ZONE = "Europe/Berlin"
    crontab.write_text("#: name=night\n30 2 * * * true\n")
    out = io.StringIO()
    call_command("crontab", "tick", "night", "--at=2026-10-25T02:30:00+01:00", stdout=out)
    assert out.getvalue().endswith("nothing to do.\n")
    with pytest.raises(CommandError, match="its CronJob differs from"):
        call_command("crontab", "tick", "night", "--at=2026-10-25T04:30:00+01:00")
    with pytest.raises(CommandError, match="it is too late"):
        call_command("crontab", "tick", "night", "--at=2020-10-26T02:30:00+01:00")


@pytest.mark.django_db(databases="__all__")
def test_a_tick_runs_once_whoever_is_started_for_it(tmp_path: Path) -> None:
    (tmp_path / "crontab").write_text("#: name=a_job late=1h\n* * * * * echo seen; exit 3\n")
    minute = int(datetime.now(UTC).timestamp()) // 60 - 20
    moment = datetime.fromtimestamp(minute * 60, UTC)
    with site(tmp_path) as place:
        place.environment |= {"CRONTAB": str(tmp_path / "crontab"), "CRON_ZONE": "Etc/UTC"}
        command = ("crontab", "tick", "a_job", "--echo")
        place.environment["CRON_FOLDER"] = str(tmp_path / "pod 1")
        said, _ = place.run(*command, f"--at={moment.isoformat()}", "--kubernetes-job=x", code=3)
        assert said == "seen\n"
        place.environment["CRON_FOLDER"] = str(tmp_path / "pod 2")
        said, _ = place.run(*command, "--at=", f"--kubernetes-job=a-job-{minute}")
        assert said == ""
        seen = place.clock_query("SELECT cause, state, scheduled_for FROM cron_run")
    assert len(seen) == 1
    assert seen[0][:2] == ("schedule", "failed")
    assert str(seen[0][2])[:16] == f"{moment:%Y-%m-%d %H:%M}"
