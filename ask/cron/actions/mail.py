"""Sends the mails that wait on this host; the scheduler starts it, and `store` does the same."""

import signal
from argparse import ArgumentParser

from django.core.management.base import BaseCommand

from ask.cron import configuration
from ask.cron.outbox import Outbox

HELP = "send the mails that wait on this host"

PATIENCE = 300
"""Seconds, after which whoever sends is ended; each word of a mail server may take its time."""


def add_arguments(parser: ArgumentParser) -> None:
    """None."""


def run(command: BaseCommand, **_: object) -> None:
    """Try each mail that is due. Raises OSError where the spool cannot be used."""
    send(patience=PATIENCE)


def send(*, patience: int) -> None:
    """Send what is due, or be ended by a signal after so many seconds."""
    outbox = Outbox(configuration.spool().mail)
    if outbox.is_due():
        # Nothing is lost by it: what was not sent is due again later.
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(patience)
        outbox.send()
        signal.alarm(0)
