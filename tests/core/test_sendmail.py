"""Mail through a program of the host."""

from pathlib import Path

import pytest
from django.core.mail import EmailMessage, get_connection
from pytest_django import Settings

from ask.env import SENDMAIL_BACKEND, email
from tests.services.mail import read, sendmail


def message(*to: str) -> EmailMessage:
    return EmailMessage(
        "Тема", "one\n.\ntwo\n", "ask@example.org", to, connection=get_connection(SENDMAIL_BACKEND)
    )


def test_a_mail_is_handed_over_with_its_recipients(tmp_path: Path, settings: Settings) -> None:
    settings.SENDMAIL = str(sendmail(tmp_path))
    assert message("ops@example.org", "root").send() == 1
    (path,) = (tmp_path / "mails").iterdir()
    found = read(path.read_bytes())
    assert (found["To"], found["Subject"]) == ("ops@example.org, root", "Тема")
    assert found.get_content() == "one\n.\ntwo\n"
    assert (tmp_path / "arguments").read_text() == "-t -i\n"


def test_what_the_program_refuses_is_an_error_with_its_words(
    tmp_path: Path, settings: Settings
) -> None:
    settings.SENDMAIL = str(sendmail(tmp_path, code=67))
    with pytest.raises(OSError, match="refused: no such user"):
        message("nobody").send()
    settings.SENDMAIL = str(tmp_path / "missing")
    with pytest.raises(FileNotFoundError):
        message("nobody").send()


def test_a_program_that_hangs_is_ended(tmp_path: Path, settings: Settings) -> None:
    program = tmp_path / "sendmail"
    program.write_text("#!/bin/sh\nexec sleep 100\n")
    program.chmod(0o700)
    settings.SENDMAIL, settings.EMAIL_TIMEOUT = str(program), 0.05
    with pytest.raises(OSError, match="took longer"):
        message("ops@example.org").send()


def test_nobody_gets_nothing(settings: Settings) -> None:
    settings.SENDMAIL = "/does/not/exist"
    assert message().send() == 0


def test_an_address_names_the_program() -> None:
    assert email("sendmail:///opt/bin/sendmail") == {
        "EMAIL_BACKEND": SENDMAIL_BACKEND,
        "SENDMAIL": "/opt/bin/sendmail",
    }
    assert email("sendmail://")["SENDMAIL"] == "/usr/sbin/sendmail"
    assert email("smtp+tls://me:secret@mail.example.org:587")["EMAIL_HOST"] == "mail.example.org"
