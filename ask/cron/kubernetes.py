"""CronJobs of Kubernetes, which start the entries of a crontab through the runner.

Kubernetes says when, and everything else is the runner's affair as it is everywhere: one start for
a tick, time limits, retries, the record.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from ask.cron import yaml
from ask.cron.clock import LARGE
from ask.cron.crontab import Crontab, Entry, Problem
from ask.cron.offsets import DAY, changes, offset_at
from ask.cron.offsets import moment as date_of
from ask.cron.options import MARK
from ask.cron.reasons import Reason
from ask.cron.robfig import translated
from ask.cron.runner import KILLS, LONGEST_BACKOFF
from ask.cron.schedule import Schedule

HEADER = """\
# Written by `manage.py crontab kubernetes`: change the crontab, and write this anew.
"""

SHORTEST_DEADLINE = 30
"""Seconds; the controller looks every ten, and passes over what is due within less."""

CATCH_UP = 86400
"""Seconds in which Kubernetes makes up the newest missed start of an entry with catchup=once."""

TO_START = 600
"""Seconds that a pod may take to start: a node has to be found, an image to be pulled."""

TO_RECORD = 25
"""Seconds for bringing the record of a run that was stopped into the database."""

KEPT = 86400
"""Seconds for which a Job and its logs stay; the record in the database does longer."""

JITTER = 1.25
"""How much longer a pause of the runner may be."""

SPOOL = "/spool"

ANNOTATION = "batch.kubernetes.io/cronjob-scheduled-timestamp"
"""On a Job since Kubernetes 1.32: its tick. Whether pods have it too depends on the cluster."""

JOB_LABEL = "batch.kubernetes.io/job-name"
"""On every pod of a Job. A CronJob's Jobs are named after it and the minute of the tick."""

_RFC_3339 = re.compile(
    r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)", re.A
)
_MINUTE = re.compile(r"[0-9]{1,9}", re.A)


class NoMoment(Exception):
    """A text that is no moment; the message says so."""


@dataclass(frozen=True)
class Settings:
    """What all CronJobs of a crontab share."""

    crontab: str | None
    """The path that pods are told; None: the one that is set there."""
    image: str
    namespace: str | None
    zone: str
    env_from: tuple[tuple[str, str], ...]
    """Where pods get their settings from: (`secret` or `configMap`, name)."""


def name_of(entry: Entry) -> str:
    """What its CronJob is called: a label of DNS has neither `_` nor `.`."""
    return re.sub(r"[_.]", "-", entry.name)


def refused(crontab: Crontab) -> Iterator[Problem]:
    """What cannot be said to Kubernetes."""
    names: dict[str, Entry] = {}
    for entry in crontab.entries:
        at = entry.expression_at + 1
        if entry.schedule.is_reboot:
            yield Problem(
                entry.line,
                at,
                Reason("Kubernetes starts nothing at boot: let a scheduler run this one"),
            )
        if entry.user is not None:
            column = crontab.lines[entry.line - 1].rindex(entry.user, 0, entry.text_at) + 1
            yield Problem(
                entry.line,
                column,
                Reason(
                    "a pod runs as one user, that of its image: a crontab for Kubernetes has none"
                ),
            )
        name = name_of(entry)
        if other := names.get(name):
            yield Problem(
                entry.line,
                at,
                Reason(
                    "{one} and {other} are both {name} to Kubernetes",
                    one=other.name,
                    other=entry.name,
                    name=name,
                ),
                f"{MARK} name=…",
            )
        names.setdefault(name, entry)


def doubts(crontab: Crontab, *, zone: tzinfo, now: float) -> Iterator[Problem]:
    """What Kubernetes does differently: too often, which does no harm, or not at all."""
    for entry in crontab.entries:
        at = entry.expression_at + 1
        found = translated(entry.schedule)
        if not found.is_exact:
            yield Problem(
                entry.line,
                at,
                Reason(
                    "Kubernetes knows no AND of both day fields: it starts a pod at {times}, which"
                    " ends at once when the other field does not match",
                    times=found.text,
                ),
                is_warning=True,
            )
        if when := _skipped(entry.schedule, zone=zone, now=now):
            yield Problem(
                entry.line,
                at,
                Reason(
                    "Kubernetes leaves out {when:%Y-%m-%d %H:%M}, which the clocks of {zone} skip:"
                    " choose another time, or --zone Etc/UTC",
                    when=when,
                    zone=zone,
                ),
                is_warning=True,
            )


def _skipped(schedule: Schedule, *, zone: tzinfo, now: float) -> datetime | None:
    """The first time within a year that is no more than skipped by the clocks, not by the rule."""
    times = schedule.times
    if times is None or times.is_wildcard:
        return None
    begin = int(now) // 60
    for change in changes(begin, begin + 366 * DAY, zone=zone):
        if len(change.skipped) < LARGE:
            for wall in filter(times.matches, change.skipped):
                return date_of(wall)
    return None


def manifests(crontab: Crontab, settings: Settings) -> str:
    """A CronJob for each entry, in their order."""
    documents = [
        _comment(entry) + yaml.dumped(_cron_job(entry, settings)) for entry in crontab.entries
    ]
    return HEADER + "".join(f"---\n{document}" for document in documents)


def _comment(entry: Entry) -> str:
    if translated(entry.schedule).is_exact:
        return ""
    return f"# {entry.expression.strip()}: pods that start at other times end at once.\n"


def _cron_job(entry: Entry, settings: Settings) -> dict[str, Any]:
    options = entry.options
    metadata: dict[str, Any] = {"name": name_of(entry)}
    if settings.namespace:
        metadata["namespace"] = settings.namespace
    labels = {
        "app.kubernetes.io/name": "ask",
        "app.kubernetes.io/component": "cron",
        "app.kubernetes.io/managed-by": "crontab",
    }
    job: dict[str, Any] = {"backoffLimit": 0}
    if (deadline := _longest(entry)) is not None:
        job["activeDeadlineSeconds"] = deadline
    job["ttlSecondsAfterFinished"] = KEPT
    job["template"] = {"metadata": {"labels": labels}, "spec": _pod(entry, settings)}
    return {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": metadata | {"labels": labels},
        "spec": {
            "schedule": translated(entry.schedule).text,
            "timeZone": settings.zone,
            "concurrencyPolicy": "Allow" if options.overlap == "allow" else "Forbid",
            "startingDeadlineSeconds": max(
                options.late, SHORTEST_DEADLINE, CATCH_UP if options.catchup else 0
            ),
            "successfulJobsHistoryLimit": 1,
            "failedJobsHistoryLimit": 3,
            "jobTemplate": {"metadata": {"labels": labels}, "spec": job},
        },
    }


def _longest(entry: Entry) -> int | None:
    """Seconds after which a pod hangs, for whatever the entry's own limits allow is over."""
    options = entry.options
    if options.timeout is None:
        return None
    attempt = options.timeout + options.grace + KILLS
    pauses = sum(
        min(options.backoff * 2.0**number, LONGEST_BACKOFF) * JITTER
        for number in range(options.retries)
    )
    return math.ceil((options.retries + 1) * attempt + pauses) + TO_RECORD + TO_START


def _pod(entry: Entry, settings: Settings) -> dict[str, Any]:
    kinds = {"secret": "secretRef", "configMap": "configMapRef"}
    container: dict[str, Any] = {
        "name": "job",
        "image": settings.image,
        "command": ["python", "manage.py", "crontab", "tick", entry.name],
        "args": ["--at=$(CRON_TICK)", "--kubernetes-job=$(CRON_TICK_JOB)", "--echo"],
    }
    if settings.crontab is not None:
        container["args"].append(f"--crontab={settings.crontab.replace('$', '$$')}")
    if settings.env_from:
        container["envFrom"] = [{kinds[kind]: {"name": name}} for kind, name in settings.env_from]
    return {
        "restartPolicy": "Never",
        "terminationGracePeriodSeconds": entry.options.grace + KILLS + TO_RECORD,
        "automountServiceAccountToken": False,
        # Of each service of the namespace they would be variables in the environment of jobs.
        "enableServiceLinks": False,
        "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
        "containers": [
            container
            | {
                "env": [
                    {"name": "CRON_ZONE", "value": settings.zone},
                    {"name": "CRON_FOLDER", "value": SPOOL},
                    _from_pod("CRON_TICK", f"metadata.annotations['{ANNOTATION}']"),
                    _from_pod("CRON_TICK_JOB", f"metadata.labels['{JOB_LABEL}']"),
                ],
                "securityContext": {
                    "allowPrivilegeEscalation": False,
                    "readOnlyRootFilesystem": True,
                    "capabilities": {"drop": ["ALL"]},
                },
                "volumeMounts": [
                    {"name": "spool", "mountPath": SPOOL},
                    {"name": "tmp", "mountPath": "/tmp"},  # noqa: S108
                ],
            }
        ],
        "volumes": [{"name": "spool", "emptyDir": {}}, {"name": "tmp", "emptyDir": {}}],
    }


def _from_pod(name: str, path: str) -> dict[str, Any]:
    return {"name": name, "valueFrom": {"fieldRef": {"fieldPath": path}}}


def said(entry: Entry, *, at: str, job: str) -> int | None:
    """The tick that Kubernetes started a pod for, in UTC epoch seconds; None where it says none.

    `at` is the annotation, which is empty on pods that have none; `job` is the name of the Job,
    whose end is the minute of the tick unless a person made the Job. Raises NoMoment.
    """
    if at:
        if not _RFC_3339.fullmatch(at):
            raise NoMoment(f"{at!r} is no moment: a CronJob's annotation is one of RFC 3339.")
        try:
            seconds = datetime.fromisoformat(at.upper()).timestamp()
        except (ValueError, OverflowError):
            raise NoMoment(f"{at!r} is no moment: there is no such date or time.") from None
        return int(seconds) // 60 * 60
    minute = job.removeprefix(f"{name_of(entry)}-")
    return int(minute) * 60 if minute != job and _MINUTE.fullmatch(minute) else None


def starts(entry: Entry, moment: int, *, zone: tzinfo) -> bool:
    """Whether its CronJob starts a pod in the minute of `moment`, due or not.

    It does too often where the schedule cannot be said to it, and in the second pass of an hour
    that the clocks repeat.
    """
    if entry.schedule.is_reboot:
        return False
    times = Schedule.parse(translated(entry.schedule).text).times
    minute = moment // 60
    return times is not None and times.matches(minute + offset_at(minute, zone=zone))
