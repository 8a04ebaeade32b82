"""Lines of the log: each says which request or which run it belongs to, as text or as JSON."""

import json
import logging
import os
from contextvars import ContextVar
from datetime import UTC, datetime

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""The request that this thread answers, or answered last: some lines come when it is over."""


class Belonging(logging.Filter):
    """Gives each record `belongs`: a request, or the run and the job that the runner started.

    A record of a process that speaks of somebody else's run says so: `extra={"run": …}`.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Lets every record pass."""
        if run := getattr(record, "run", ""):
            record.belongs = {"run": str(run)}
        elif request := request_id.get():
            record.belongs = {"request": request}
        elif run := os.environ.get("CRON_RUN"):
            record.belongs = {"run": run, "job": os.environ.get("CRON_JOB", "")}
        else:
            record.belongs = {}
        return True


class LineFormatter(logging.Formatter):
    """`2027-01-15 12:00:00,000 ERROR ask.cron [run 0b7e…]: calc_best: failed`."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s%(place)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:
        """The line without a traceback."""
        belongs: dict[str, str] = getattr(record, "belongs", {})
        kind = next(iter(belongs), "")
        record.place = f" [{kind} {belongs[kind]}]" if kind else ""
        return super().formatMessage(record)


class JSONFormatter(logging.Formatter):
    """One object a line: `at`, `level`, `logger`, `message`, what it belongs to, and `error`.

    `extra={"fields": …}` adds more.
    """

    def format(self, record: logging.LogRecord) -> str:
        """A line without line breaks in it, whatever the message holds."""
        at = datetime.fromtimestamp(record.created, UTC)
        line = {
            "at": f"{at:%Y-%m-%dT%H:%M:%S}.{int(record.msecs):03}Z",
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "belongs", {}),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        elif record.stack_info:
            line["error"] = self.formatStack(record.stack_info)
        return json.dumps(line, ensure_ascii=False, default=str)
