"""How fast the outbox empties, and in how much memory: `make bench-mail`.

A hundred thousand people, each with a few things to be told, get their daily digest from one
process into a sink: a mail server on this machine that takes everything and keeps nothing. Beside
it stands the limit: a finished mail of the same size, over and over, through Python's SMTP client
into the same sink, without a database and without being written.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

from tests.services.command import end_orderly_on_signals
from tests.services.sqlite import sqlite

LEAST = 500
"""Mails a second that are promised."""
FLAT = 1.15
"""How much more memory may be held at the end than after a tenth of the mails."""

NOW = datetime(2027, 1, 15, 8, tzinfo=UTC)
QUESTIONS = 2_000
TOLD = 3
"""Things that each person is told."""
BARE = 5_000
"""Mails that are sent to find the limit."""


class Sink(asyncio.Protocol):
    """One connection to a server that says yes to everything."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.rest, self.is_data = b"", False
        self.transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        self.rest += data
        while True:
            end = b"\r\n.\r\n" if self.is_data else b"\r\n"
            line, found, rest = self.rest.partition(end)
            if not found:
                return
            self.rest = rest
            if self.is_data:
                self.is_data = False
                self.transport.write(b"250 OK\r\n")
                continue
            word = line[:4].upper()
            self.is_data = word == b"DATA"
            answer = {b"DATA": b"354 Go on\r\n", b"EHLO": b"250-sink\r\n250 PIPELINING\r\n"}
            self.transport.write(answer.get(word, b"250 OK\r\n"))
            if word == b"QUIT":
                self.transport.close()


async def serve() -> None:
    """Take mails until somebody ends this."""
    server = await asyncio.get_running_loop().create_server(Sink, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


@contextmanager
def sink() -> Iterator[str]:
    """A sink in a process of its own; its `EMAIL_URL`."""
    command = [sys.executable, "-m", "benchmarks.mail", "--serve"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            yield f"smtp://127.0.0.1:{process.stdout.readline().strip()}"
        finally:
            process.kill()


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def fill(count: int) -> None:
    """People with confirmed addresses, and notices that wait for the daily digest."""
    from allauth.account.models import EmailAddress  # noqa: PLC0415 - settings come first

    from ask.accounts.models import Preferences, User  # noqa: PLC0415
    from ask.digests.models import Notice  # noqa: PLC0415
    from ask.questions.models import Post  # noqa: PLC0415

    body = "<p>Short waves are scattered more than long ones, so the sky is blue.</p>" * 8
    asked = Post.objects.bulk_create(
        Post(post_type=1, title=f"Why is the sky number {number} blue?", body=body, owner_id=1,
             created_at=NOW - timedelta(hours=20), score=number % 50, tags="sky light")
        for number in range(QUESTIONS)
    )  # fmt: skip
    given = Post.objects.bulk_create(
        Post(post_type=2, parent=question, body=body, owner_id=1, created_at=NOW)
        for question in asked
    )
    size = 5_000
    for start in range(0, count, size):
        numbers = range(start, min(start + size, count))
        people = User.objects.bulk_create(
            User(username=f"user{number}", display_name=f"User {number}",
                 email=f"user{number}@example{number % 40}.org", created_at=NOW)
            for number in numbers
        )  # fmt: skip
        EmailAddress.objects.bulk_create(
            EmailAddress(user=person, email=person.email, verified=True, primary=True)
            for person in people
        )
        Preferences.objects.bulk_create(
            Preferences(user=person, answers="daily", digest="daily",
                        language="ru" if person.pk % 2 else "en")
            for person in people
        )  # fmt: skip
        Notice.objects.bulk_create(
            Notice(user=person, kind="answers", post=given[(person.pk * 7 + nth) % QUESTIONS],
                   actor_id=people[0].pk, happened_at=NOW, frequency="daily")
            for person in people
            for nth in range(TOLD)
        )  # fmt: skip


def bare(url: str, data: bytes) -> float:
    """Mails a second with nothing to do but to hand them over."""
    from smtplib import SMTP  # noqa: PLC0415

    host, _, port = url.removeprefix("smtp://").partition(":")
    client = SMTP(host, int(port))
    started = time.perf_counter()
    for _ in range(BARE):
        client.sendmail("ask@example.org", ["user@example.org"], data)
    seconds = time.perf_counter() - started
    client.close()
    return BARE / seconds


def held() -> int:
    """Bytes of memory that this process holds now."""
    lines = Path("/proc/self/status").read_text().splitlines()
    # Without files that are mapped, such as SQLite's.
    return next(1024 * int(line.split()[1]) for line in lines if line.startswith("RssAnon:"))


def measure(count: int) -> dict[str, float]:
    """Every figure of the database of the settings."""
    import django  # noqa: PLC0415

    django.setup()
    from django.conf import settings  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415

    from ask.digests import planning  # noqa: PLC0415
    from ask.digests.composing import Composer  # noqa: PLC0415
    from ask.digests.models import Mail  # noqa: PLC0415
    from ask.digests.sending import send_together  # noqa: PLC0415

    fill(count)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    say(f"{connection.vendor}: {count:,} people are there")
    started = time.perf_counter()
    planned = planning.plan(now=NOW, advanced=lambda number: None)
    planning_seconds = time.perf_counter() - started
    assert planned == count, planned
    say(f"{connection.vendor}: planned")

    memory: list[int] = []
    done = 0

    def advanced(number: int) -> None:
        nonlocal done
        done += number
        if done % max(count // 100, 1) == 0:
            memory.append(held())

    composer = Composer(site="Ask")
    example = composer(list(Mail.objects.order_by("id")[:1]), now=NOW)
    (message,) = example.values()
    data = message.message().as_bytes(linesep="\r\n")  # type: ignore[union-attr, call-arg]
    started, cpu = time.perf_counter(), time.process_time()
    tally = send_together(compose=composer, clock=lambda: NOW, advanced=advanced)
    seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    assert tally.counts == {"sent": count}, tally
    url = f"smtp://{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    return {
        "size": len(data),
        "planned": count / planning_seconds,
        "sent": count / seconds,
        "cpu": 1000 * cpu / count,
        "bare": bare(url, data),
        "after_a_tenth": memory[len(memory) // 10],
        "most": max(memory),
    }


def report(database: str, count: int, found: dict[str, float]) -> None:
    """Print what was found, each figure with what was promised."""
    sent, growth = found["sent"], found["most"] / found["after_a_tenth"]
    print(f"\n{database}, {count:,} recipients, mails of {found['size']:,.0f} bytes")
    print(f"  planned    {found['planned']:9,.0f} mails/s")
    kept = "kept" if sent >= LEAST else "MISSED"
    print(f"  sent       {sent:9,.0f} mails/s   promised: {LEAST} ({kept})")
    ratio = sent / found["bare"]
    print(f"  limit      {found['bare']:9,.0f} mails/s   no database: {ratio:.2f} × of it")
    print(f"  CPU        {found['cpu']:9.2f} ms a mail")
    kept = "flat" if growth <= FLAT else "NOT FLAT"
    print(
        f"  memory     {found['most'] / 1e6:9.0f} MB at most, {growth:.2f} × what it was"
        f" after a tenth ({kept})"
    )


def in_child(database_url: str, *, arguments: Sequence[str]) -> dict[str, float]:
    """What `measure` finds in the empty database at this address: settings are read once."""
    with sink() as url:
        environment = {
            **os.environ,
            "DATABASE_URL": database_url,
            "CACHE_URL": "locmemcache://",
            "EMAIL_URL": url,
            "SITE_URL": "https://ask.example",
            "DJANGO_SETTINGS_MODULE": "ask.settings",
        }
        migrate = [sys.executable, "manage.py", "migrate", "--verbosity=0"]
        subprocess.run(migrate, env=environment, check=True)
        printed = subprocess.run(
            [sys.executable, "-m", "benchmarks.mail", "--measure", *arguments],
            env=environment,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        ).stdout
    found: dict[str, float] = json.loads(printed)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recipients", type=int, default=100_000)
    parser.add_argument("--databases", default="postgresql,sqlite", help="with commas")
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        asyncio.run(serve())
    elif options.measure:
        print(json.dumps(measure(options.recipients)))
    else:
        end_orderly_on_signals()
        arguments = [f"--recipients={options.recipients}"]
        for database in options.databases.split(","):
            if database == "sqlite":
                with sqlite() as url:
                    found = in_child(url, arguments=arguments)
            else:
                found = in_child(os.environ["DATABASE_URL"], arguments=arguments)
            report(database, options.recipients, found)


if __name__ == "__main__":
    main()
