"""Senders in processes of their own, several at once, killed at any moment."""

import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ask.digests.sending import MARKED, SENDERS
from tests.cron.runs import until
from tests.services.mail import MailServer, mail_server
from tests.sites import Site, site

pytestmark = pytest.mark.django_db(databases="__all__")

NAMES = "key, kind, address, subject, state, reason, answer, planned_at, due_at, attempt_count"


def fill(place: Site, *, digests: int, accounts: int) -> None:
    """Mails that are due: `d0`, `d1` … are digests, `a0`, `a1` … must arrive."""
    rows = [(f"d{number}", 3) for number in range(digests)]
    rows += [(f"a{number}", 1) for number in range(accounts)]
    moment = "2024-05-01 12:00:00+00:00"
    values = ", ".join(
        f"('{key}', {kind}, '{key}@example.org', '', 'planned', '', '', '{moment}', '{moment}', 0)"
        for key, kind in rows
    )
    place.execute(f"INSERT INTO digests_mail ({NAMES}) VALUES {values}")  # noqa: S608


class Senders:
    """Processes that send for one site."""

    def __init__(self, place: Site, server: MailServer, *, lease: float) -> None:
        self.environment = place.environment | {
            "EMAIL_URL": server.url,
            "DJANGO_SETTINGS_MODULE": "ask.settings",
        }
        self.lease = lease
        self.processes: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        command = [sys.executable, "-m", "tests.digests.sender", str(self.lease)]
        self.processes.append(subprocess.Popen(command, env=self.environment))

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        process.kill()
        process.wait()
        self.processes.remove(process)


@contextmanager
def senders(place: Site, server: MailServer, *, count: int, lease: float) -> Iterator[Senders]:
    found = Senders(place, server, lease=lease)
    try:
        for _ in range(count):
            found.start()
        yield found
    finally:
        for process in list(found.processes):
            found.kill(process)


def counts(server: MailServer) -> Counter[str]:
    """How often each mail was received, by its key."""
    return Counter(to.partition("@")[0] for recipients in server.recipients for to in recipients)


def states(place: Site) -> dict[str, str]:
    return dict(place.query("SELECT key, state FROM digests_mail"))


def test_several_senders_at_once_send_each_mail_once(tmp_path: Path) -> None:
    with site(tmp_path) as place, mail_server() as server:
        fill(place, digests=300, accounts=20)
        with senders(place, server, count=3, lease=60):
            until(lambda: set(states(place).values()) == {"sent"}, seconds=60)
        assert set(counts(server).values()) == {1}
        assert len(counts(server)) == 320
        assert server.greetings > 3, "they took turns"


def test_whoever_is_killed_no_digest_comes_twice_and_no_account_mail_is_lost(
    tmp_path: Path,
) -> None:
    rng = random.Random(7)
    with site(tmp_path) as place, mail_server() as server:
        fill(place, digests=500, accounts=40)
        kills = 0
        with senders(place, server, count=2, lease=1.5) as found:
            while any(state == "planned" for state in states(place).values()) and kills < 10:
                wanted = len(server.mails) + rng.randrange(1, 12)
                until(
                    lambda: (
                        len(server.mails) >= wanted  # noqa: B023
                        or "planned" not in states(place).values()
                    ),
                    seconds=60,
                )
                found.kill(rng.choice(found.processes))
                found.start()
                kills += 1
            ended = {"sent", "unknown"}
            until(lambda: set(states(place).values()) <= ended, seconds=90)
        received, found_states = counts(server), states(place)
    assert kills > 5
    for key, state in found_states.items():
        if key.startswith("d"):
            assert received[key] <= 1, f"{key} came {received[key]} times"
            assert state == "unknown" or received[key] == 1, f"{key} is sent and did not come"
        else:
            assert received[key] >= 1, f"{key} did not come"
            assert state == "sent"
    unknown = [key for key, state in found_states.items() if state == "unknown"]
    assert len(unknown) <= kills * MARKED * SENDERS


@pytest.mark.parametrize("kind", [1, 3])
def test_a_sender_killed_while_the_server_is_silent_after_the_mail(
    tmp_path: Path, kind: int
) -> None:
    key = "a0" if kind == 1 else "d0"
    with site(tmp_path) as place, mail_server() as server:
        server.answers[f"{key}@example.org"] = "data hang"
        fill(place, digests=kind == 3, accounts=kind == 1)
        with senders(place, server, count=1, lease=0.5) as found:
            until(lambda: server.mails)
            found.kill(found.processes[0])
            server.answers.clear()
            assert states(place) == {key: "sending"}
            found.start()
            expected = "sent" if kind == 1 else "unknown"
            until(lambda: states(place) == {key: expected})
        assert counts(server) == {key: 2 if kind == 1 else 1}
