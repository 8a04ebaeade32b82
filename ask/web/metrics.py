"""`/metrics`: what Prometheus asks, and what is counted for it."""

import os
import secrets
from collections.abc import Iterator

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from prometheus_client import CollectorRegistry, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from ask.cron.measures import measures
from ask.cron.models import Run
from ask.cron.status import Condition, Trouble
from ask.web.measurements import VARIABLE

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

_of_this_process = CollectorRegistry()
_requests = Histogram(
    "ask_request_seconds",
    "How long requests took, by method, view and class of the status.",
    ["method", "view", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
    registry=_of_this_process,
)


def count_request(request: HttpRequest, *, status: int, seconds: float) -> None:
    """Count a request that was answered."""
    match = request.resolver_match
    # Whatever a stranger may choose has one name, or each would be kept for ever.
    method = request.method if request.method in METHODS else "other"
    view = match.view_name.removeprefix("ask.web.views.") if match else "none"
    _requests.labels(method, view, f"{status // 100}xx").observe(seconds)


def metrics(request: HttpRequest) -> HttpResponse:
    """The figures, for whoever bears `METRICS_TOKEN`."""
    given = request.headers.get("Authorization", "").encode()
    if not secrets.compare_digest(given, f"Bearer {settings.METRICS_TOKEN}".encode()):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    encode, kind = choose_encoder(request.headers.get("Accept", ""))
    registry = CollectorRegistry()
    registry.register(Jobs())
    if os.environ.get(VARIABLE):
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        registry.register(_of_this_process)
    return HttpResponse(encode(registry), content_type=kind)


class Jobs(Collector):
    """The entries of the crontab, as the database has them at this moment."""

    def describe(self) -> Iterator[Metric]:
        """Nothing beforehand: whoever registers this need not ask the database."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """All figures; without the crontab or the database only that, and which of them."""
        found, jobs = measures(now=timezone.now())
        yield GaugeMetricFamily(
            "ask_status_well", "1 if every job ran as it should.", value=found.is_well
        )
        trouble = GaugeMetricFamily(
            "ask_status_trouble", "1 if this cannot be read.", labels=["kind"]
        )
        for kind in Trouble:
            trouble.add_metric([kind], found.trouble is kind)
        yield trouble
        conditions = _gauge("ask_job_condition", "1 for how the job fares.", "condition")
        late = _gauge("ask_job_late_seconds", "Since when the job is late; 0 if it is not.")
        ended = _gauge("ask_job_end_timestamp_seconds", "When its newest run ended.")
        succeeded = _gauge("ask_job_success_timestamp_seconds", "When a run of it succeeded.")
        seconds = _gauge("ask_job_success_seconds", "How long that run took.")
        runs = _gauge("ask_job_runs_last_day", "Runs that were due within 24 hours.", "state")
        for job in jobs:
            for condition in Condition:
                conditions.add_metric([job.name, condition], job.condition is condition)
            late.add_metric([job.name], job.late)
            if job.ended_at:
                ended.add_metric([job.name], job.ended_at.timestamp())
            if job.succeeded_at:
                succeeded.add_metric([job.name], job.succeeded_at.timestamp())
            if job.seconds is not None:
                seconds.add_metric([job.name], job.seconds)
            for state in Run.State:
                runs.add_metric([job.name, state], job.counts[state])
        yield from (conditions, late, ended, succeeded, seconds, runs)


def _gauge(name: str, text: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, text, labels=["job", *labels])
