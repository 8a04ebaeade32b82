"""Mails wait on the disk until a real server takes them."""

import json
import os
import signal
import subprocess
import sys
import time
from multiprocessing import Process
from pathlib import Path

import pytest
from pytest_django import Settings

from ask.cron import outbox
from ask.cron.outbox import DAY, GIVEN_UP, REMEMBERED, Outbox
from ask.env import email
from tests.services.mail import hanging_server, mail_server


def put(box: Outbox, name: str = "one", *, to: str = "ops@example.org") -> Path:
    box.put(name, to=[to], sender="ask@example.org", subject=f"About {name}", text="Привет\n")
    return box.folder / f"{name}.mail"


def use(settings: Settings, url: str) -> None:
    for name, value in email(url).items():
        setattr(settings, name, value)


def make_due(path: Path) -> None:
    os.utime(path, (0, 0))


def test_a_mail_reaches_a_server_once(tmp_path: Path, settings: Settings) -> None:
    box = Outbox(tmp_path)
    put(box)
    with mail_server() as server:
        use(settings, server.url)
        assert box.is_due()
        box.send()
        put(box)  # the same, told by somebody else
        assert not box.is_due()
        box.send()
    (mail,) = server.mails
    assert (mail["To"], mail["From"]) == ("ops@example.org", "ask@example.org")
    assert mail["Subject"] == "About one"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"]
    assert mail["Message-ID"].endswith("@ask>")
    assert mail.get_content() == "Привет\n"


def test_several_at_once_write_one_mail(tmp_path: Path) -> None:
    processes = [Process(target=put, args=(Outbox(tmp_path),)) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
        assert process.exitcode == 0
    assert [path.name for path in tmp_path.iterdir()] == ["one.mail"]


@pytest.mark.parametrize("refusal", ["550 No such user", "421 Come back later"])
def test_what_a_server_refuses_is_tried_again_and_keeps_no_other_back(
    tmp_path: Path,
    settings: Settings,
    refusal: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    box = Outbox(tmp_path)
    path = put(box, "a")
    put(box, "b", to="ops@good.example.org")
    with mail_server(refusal) as server:
        use(settings, server.url)
        box.send()
        assert [mail["Subject"] for mail in server.mails] == ["About b"]
        assert "'About a' to ops@example.org was not sent, and will be tried again" in caplog.text
        assert refusal[:3] in caplog.text
        assert not box.is_due()
        assert path.stat().st_mtime == pytest.approx(time.time() + outbox.SHORTEST, abs=30)
        server.refusal = ""
        make_due(path)
        box.send()
    assert [mail["Subject"] for mail in server.mails] == ["About b", "About a"]


def test_the_longer_a_mail_waits_the_rarer_it_is_tried(tmp_path: Path, settings: Settings) -> None:
    box = Outbox(tmp_path)
    path = put(box)
    use(settings, "smtp://127.0.0.1:1")
    for waited, pause in ((0, 60), (600, 600), (DAY, 3600)):
        age(path, seconds=waited)
        make_due(path)
        box.send()
        assert path.stat().st_mtime == pytest.approx(time.time() + pause, abs=30)


def age(path: Path, *, seconds: float) -> None:
    mail = json.loads(path.read_text())
    path.write_text(json.dumps(mail | {"at": time.time() - seconds}))


def test_a_mail_is_given_up_after_days(
    tmp_path: Path, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    box = Outbox(tmp_path)
    path = put(box)
    age(path, seconds=GIVEN_UP + 60)
    use(settings, "smtp://127.0.0.1:1")
    box.send()
    assert "is given up" in caplog.text
    assert path.stat().st_size == 0


def test_a_server_that_hangs_is_left(
    tmp_path: Path, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    box = Outbox(tmp_path)
    path = put(box)
    with hanging_server() as (url, _):
        use(settings, url)
        settings.EMAIL_TIMEOUT = 0.05
        box.send()
    assert "timed out" in caplog.text
    assert path.stat().st_size


def test_a_sender_that_was_killed_loses_nothing(tmp_path: Path) -> None:
    box = Outbox(tmp_path / "mail")
    box.folder.mkdir()
    path = put(box)
    with hanging_server() as (url, listening):
        process = sender(tmp_path, url)
        listening.settimeout(30)
        connection, _ = listening.accept()
        # While one sends, another has nothing to do.
        make_due(path)
        assert sender(tmp_path, url).wait(30) == 0
        process.send_signal(signal.SIGKILL)
        process.wait(30)
        connection.close()
    with mail_server() as server:
        make_due(path)
        assert sender(tmp_path, server.url).wait(30) == 0
    assert [mail["Subject"] for mail in server.mails] == ["About one"]
    assert path.stat().st_size == 0


def sender(spool: Path, url: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "manage.py", "crontab", "mail"],
        env={**os.environ, "CRON_FOLDER": str(spool), "EMAIL_URL": url},
    )


def test_what_is_no_mail_harms_no_other(
    tmp_path: Path, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    box = Outbox(tmp_path)
    (tmp_path / "a.mail").write_text("{")
    (tmp_path / "b.mail").write_text('{"at": 1, "nonsense": 2}')
    put(box, "c")
    with mail_server() as server:
        use(settings, server.url)
        box.send()
    assert len(server.mails) == 1
    assert caplog.text.count("is no mail") == 2
    assert not box.is_due()


def test_marks_of_sent_mails_go_in_the_end(tmp_path: Path) -> None:
    old, new = tmp_path / "old.mail", tmp_path / "new.mail"
    for path in (old, new):
        path.touch()
    os.utime(old, (0, time.time() - REMEMBERED - 60))
    Outbox(tmp_path).send()
    assert not old.exists()
    assert new.exists()


def test_a_sender_is_ended_however_slowly_a_server_speaks(tmp_path: Path) -> None:
    box = Outbox(tmp_path / "mail")
    box.folder.mkdir()
    path = put(box)
    send = (
        "import django; django.setup();"
        "from ask.cron.actions.mail import send; send(patience=1); print('sent')"
    )
    with hanging_server() as (url, _):
        done = subprocess.run(
            [sys.executable, "-c", send],
            env={
                **os.environ,
                "DJANGO_SETTINGS_MODULE": "ask.settings",
                "CRON_FOLDER": str(tmp_path),
                "EMAIL_URL": url,
                "EMAIL_TIMEOUT": "1000",
            },
            capture_output=True,
            check=False,
        )
    assert done.returncode == -signal.SIGALRM
    assert path.stat().st_size
    assert not box.is_due()
