"""Mail servers: one that takes mails, some that refuse, one that hangs; and a sendmail."""

import asyncio
import email
import email.policy
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass
class MailServer:
    """A server, and what it took."""

    refusal: str = ""
    """What it answers to each recipient, but to those at `good.example.org`."""
    answers: dict[str, str] = field(default_factory=dict)
    """What single recipients are answered: `450 Later`. After `DATA`: `data 450 Later`; `drop` ends
    the connection at once, `data drop` when the mail was taken, and `data hang` says nothing."""
    is_pipelining: bool = False
    """Whether it says that it takes several commands at once."""
    greetings: int = 0
    """How many connections there were."""
    most: int = 0
    """How many mails a connection may bring; the next is answered 421. 0: any number."""
    on_connection: int = 0
    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    senders: list[str | None] = field(default_factory=list)

    @property
    def url(self) -> str:
        """As `EMAIL_URL` has it."""
        return f"smtp://127.0.0.1:{self.port}"

    async def handle_RCPT(  # noqa: N802, PLR0917, RUF100  # aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.refusal and not address.endswith("@good.example.org"):
            return self.refusal
        answer = self.answers.get(address, "")
        if self.most and self.on_connection >= self.most:
            answer = "421 That is enough"
        if answer == "drop":
            _drop(server)
        elif answer and not answer.startswith("data "):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802, RUF100
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        answer = self.answers.get(envelope.rcpt_tos[0], "").removeprefix("data ")
        if answer[:1].isdigit():
            return answer
        self.mails.append(read(envelope.content or b""))
        self.recipients.append(list(envelope.rcpt_tos))
        self.senders.append(envelope.mail_from)
        self.on_connection += 1
        if answer == "drop":
            _drop(server)
        if answer == "hang":
            await asyncio.sleep(3600)
        return "250 OK"

    async def handle_EHLO(  # noqa: N802, PLR0917, RUF100
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, answers: list[str]
    ) -> list[str]:
        self.greetings += 1
        self.on_connection = 0
        session.host_name = hostname
        if self.is_pipelining:
            answers.insert(-1, "250-PIPELINING")
        return answers


def _drop(server: SMTP) -> None:
    transport: Any = server.transport
    transport.abort()


def read(mail: bytes | str) -> EmailMessage:
    """A mail, as its reader has it."""
    data = (mail.encode() if isinstance(mail, str) else mail).replace(b"\r\n", b"\n")
    return email.message_from_bytes(data, _class=EmailMessage, policy=email.policy.default)


class _Controller(Controller):
    def factory(self) -> SMTP:
        return SMTP(self.handler, hostname="mail.example.org")


@contextmanager
def mail_server(refusal: str = "") -> Iterator[MailServer]:
    """One that takes mails, or answers to all recipients with a refusal."""
    found = MailServer(refusal=refusal)
    controller: Any = _Controller(
        found, hostname="127.0.0.1", port=0, loop=asyncio.new_event_loop(), ready_timeout=20
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        controller.port = found.port = free.getsockname()[1]
    controller.start()
    try:
        yield found
    finally:
        controller.stop()


@contextmanager
def hanging_server() -> Iterator[tuple[str, socket.socket]]:
    """The `EMAIL_URL` of one that takes connections and says nothing, and where they arrive."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"smtp://127.0.0.1:{listening.getsockname()[1]}", listening


def sendmail(folder: Path, *, code: int = 0) -> Path:
    """A program that keeps each mail in `folder/mails`, beside its arguments, or refuses it."""
    mails = folder / "mails"
    mails.mkdir(exist_ok=True)
    program = folder / "sendmail"
    program.write_text(
        "#!/bin/sh\n"
        f'test {code} = 0 || {{ echo "no such user" >&2; exit {code}; }}\n'
        f"made=$(mktemp {mails}/XXXXXXXX.part)\n"
        f'echo "$@" > {folder}/arguments\n'
        'cat > "$made"\n'
        'mv "$made" "${made%.part}.mail"\n'
    )
    program.chmod(0o700)
    return program
