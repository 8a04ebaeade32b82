"""A sender in a process of its own: `python -m tests.digests.sender LEASE`, until it is ended.

It sends what is due, again and again, short texts for whatever mail. `LEASE`, in seconds, is after
how long the claims of others count as left behind.
"""

import sys
from datetime import timedelta

import django

django.setup()

from django.utils import timezone  # noqa: E402 - it needs settings

from ask.digests import outbox  # noqa: E402
from ask.digests.sending import send_together  # noqa: E402
from tests.digests.outboxes import write  # noqa: E402


def main() -> None:
    outbox.LEASE = timedelta(seconds=float(sys.argv[1]))
    while True:
        send_together(compose=write, clock=timezone.now, advanced=lambda count: None, batch=20)


if __name__ == "__main__":
    main()
