"""From a job that fails to a mail in a real server, by real schedulers and runners."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cron.runs import until
from tests.cron.swarm import Swarm
from tests.cron.test_faults import database_away
from tests.services.mail import MailServer, hanging_server, mail_server, read, sendmail
from tests.sites import site

pytestmark = pytest.mark.django_db(databases="__all__")

CRONTAB = """\
MAILTO=ops@example.org
MAILFROM=clock@example.org
#: name=job nodb
* * * * * echo what it said; test -e well
#: name=short
* * * * * echo $CRON_SCHEDULED_FOR >> short
"""


@contextmanager
def swarm(folder: Path, url: str, **environment: str) -> Iterator[Swarm]:
    """A scheduler for which a minute takes a second, and which mails to `url`."""
    (folder / "crontab").write_text(CRONTAB)
    with site(folder) as place:
        place.environment |= {"EMAIL_URL": url, **environment}
        found = Swarm(place, folder, speed=60, patience=2)
        try:
            yield found
        finally:
            found.stop()


def subjects(server: MailServer) -> list[str]:
    return [mail["Subject"].partition(" on ")[0] for mail in server.mails]


def test_a_failure_and_its_end_are_mailed(tmp_path: Path) -> None:
    with mail_server() as server, swarm(tmp_path, server.url) as here:
        until(lambda: server.mails)
        (mail,) = server.mails
        assert (mail["To"], mail["From"]) == ("ops@example.org", "clock@example.org")
        assert "what it said" in mail.get_content()
        until(lambda: len(here.rows("job")) > 3)
        (tmp_path / "well").touch()
        until(lambda: len(server.mails) > 1)
    assert subjects(server) == ["[Ask] job failed", "[Ask] job works again"]


def test_while_the_database_is_away_mails_come_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "well").touch()
    with mail_server() as server, swarm(tmp_path, server.url) as here:
        here.wait_for("job", "succeeded")
        with database_away(here):
            (tmp_path / "well").unlink()
            until(lambda: subjects(server) == ["[Ask] job failed"])
            (tmp_path / "well").touch()
            until(lambda: len(server.mails) == 2)
        count = len(here.rows("job"))
        until(lambda: len(here.rows("job")) > count + 3)
        here.stop()
    assert subjects(server) == ["[Ask] job failed", "[Ask] job works again"]


def test_a_server_that_hangs_delays_nothing(tmp_path: Path) -> None:
    with hanging_server() as (url, listening):
        listening.settimeout(30)
        with swarm(tmp_path, url, EMAIL_TIMEOUT="1000") as here:
            connection, _ = listening.accept()
            count = len(here.rows("short"))
            # Long before the mail server's time is over.
            until(lambda: len(here.rows("short")) > count + 3)
            connection.close()


def test_a_runner_without_a_scheduler_sees_to_its_mail(tmp_path: Path) -> None:
    program = sendmail(tmp_path)
    (tmp_path / "crontab").write_text("#: name=job\n@yearly echo what it said; exit 3\n")
    with site(tmp_path) as place:
        environment = place.environment | {
            "CRONTAB": str(tmp_path / "crontab"),
            "CRON_FOLDER": str(tmp_path / "spool"),
            "EMAIL_URL": f"sendmail://{program}",
        }
        command = [sys.executable, "manage.py", "crontab", "run", "job"]
        done = subprocess.run(command, env=environment, capture_output=True, check=False)
        assert done.returncode == 3, done.stderr
    (path,) = (tmp_path / "mails").iterdir()
    mail = read(path.read_bytes())
    # Where nobody is named, the account that it runs under has it, as with cron.
    assert "@" not in mail["To"]
    assert mail["Subject"].startswith("[Ask] job failed on ")
