"""How a mail leaves the house, and what is known of it afterwards.

Django's own backends say only that something failed. Whether a mail may have gone out all the same
depends on when: before the server had the end of it, it surely has not; after that only the
server's answer tells.
"""

from collections.abc import Sequence
from smtplib import SMTP, SMTPException, SMTPServerDisconnected
from typing import Any, Protocol

from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.smtp import EmailBackend as SMTPBackend

from ask.digests.models import MailReason, MailState
from ask.digests.outbox import Outcome
from ask.digests.wire import as_bytes, bare

NOT_LET_IN = {421, 454, 530, 534, 535, 538}
"""Answers that concern the connection and its login, and no mail: RFC 5321 and RFC 4954."""


class ServerAway(Exception):
    """No mail can be handed over now, whichever it is; the text says why."""


class Transport(Protocol):
    def connect(self) -> None:
        """Be ready to deliver. Raises ServerAway."""

    def deliver(self, message: EmailMessage) -> Outcome:
        """Hand a message with one recipient over. Raises ServerAway, where it was not tried."""

    def close(self) -> None:
        """Leave the server."""


def transport() -> Transport:
    """The way that `EMAIL_URL` names."""
    backend = get_connection()
    return ThroughSMTP(backend) if isinstance(backend, SMTPBackend) else ThroughBackend(backend)


class ThroughBackend:
    """For programs, files and memory: what is taken is sent."""

    def __init__(self, backend: Any) -> None:
        self._backend = backend

    def connect(self) -> None:
        """Nothing is needed."""

    def deliver(self, message: EmailMessage) -> Outcome:
        try:
            self._backend.send_messages([message])
        except TimeoutError as e:
            return Outcome(state=MailState.UNKNOWN, reason=MailReason.NO_ANSWER, answer=f"{e}")
        except OSError as e:
            return _again(f"{e}")
        return Outcome(state=MailState.SENT)

    def close(self) -> None:
        self._backend.close()


class ThroughSMTP:
    """One connection for many mails. A server that ends it between two is greeted once more."""

    def __init__(self, backend: SMTPBackend) -> None:
        self._backend: Any = backend
        self._is_fresh = False

    def connect(self) -> None:
        self._connection()

    def deliver(self, message: EmailMessage) -> Outcome:
        sender, recipient = bare(message.from_email), bare(message.recipients()[0])
        data = _quoted(as_bytes(message))
        while True:
            smtp = self._connection()
            try:
                refusal = self._announce(smtp, sender=sender, recipient=recipient, size=len(data))
                if refusal is None:
                    smtp.send(data)
            except (SMTPException, OSError) as e:
                self._drop()
                # The first words on a connection show whether the server still listens; only what
                # it does to a fresh one is about this mail.
                if not self._is_fresh:
                    continue
                return _again(f"the connection ended before the mail was sent: {e}")
            self._is_fresh = False
            return refusal or self._answer(smtp)

    def _connection(self) -> SMTP:
        if self._backend.connection is None:
            try:
                self._backend.open()
                self._smtp().ehlo_or_helo_if_needed()
            except (SMTPException, OSError) as e:
                self._drop()
                raise ServerAway(f"{e}") from e
            self._is_fresh = True
        return self._smtp()

    def _smtp(self) -> SMTP:
        connection: SMTP = self._backend.connection
        return connection

    def _announce(self, smtp: SMTP, *, sender: str, recipient: str, size: int) -> Outcome | None:
        """Say what comes; None where the server waits for it. Raises ServerAway."""
        extensions = {"size": f" size={size}", "8bitmime": " body=8bitmime"}
        options = "".join(words for name, words in extensions.items() if smtp.has_extn(name))
        commands = (f"MAIL FROM:<{sender}>{options}", f"RCPT TO:<{recipient}>",
                    "DATA")  # fmt: skip
        answers = _conversed(smtp, commands)
        mail, rcpt, data = answers
        if mail[0] in NOT_LET_IN:
            return self._shut_out(*mail, is_about_mail=False)
        if data[0] == 354:
            if mail[0] == 250 and rcpt[0] in {250, 251, 252}:
                return None
            # Asked for although there is nobody to send it to: RFC 2920, section 3.1.
            smtp.send(".\r\n")
            smtp.getreply()
        refusal = next(one for one in answers if not 200 <= one[0] < 300)
        if refusal[0] == 421:
            return self._shut_out(*refusal, is_about_mail=True)
        try:
            smtp.rset()
        except (SMTPException, OSError):
            self._drop()
        return _refused(*refusal)

    def _shut_out(self, code: int, words: bytes, *, is_about_mail: bool) -> Outcome:
        """The server wants no more of this connection."""
        if not self._is_fresh:
            raise SMTPServerDisconnected(_said(code, words))
        self._drop()
        if is_about_mail:
            return _refused(code, words)
        raise ServerAway(_said(code, words))

    def _answer(self, smtp: SMTP) -> Outcome:
        try:
            code, words = smtp.getreply()
        except (SMTPException, OSError) as e:
            self._drop()
            return Outcome(
                state=MailState.UNKNOWN, reason=MailReason.NO_ANSWER,
                answer=f"the connection ended after the mail was sent: {e}",
            )  # fmt: skip
        if 200 <= code < 300:
            return Outcome(state=MailState.SENT, answer=_said(code, words))
        if code == 421:
            self._drop()
        return _refused(code, words)

    def _drop(self) -> None:
        if self._backend.connection is not None:
            self._backend.connection.close()
        self._backend.connection = None

    def close(self) -> None:
        try:
            self._backend.close()
        except (SMTPException, OSError):
            self._drop()


def _conversed(smtp: SMTP, commands: Sequence[str]) -> list[tuple[int, bytes]]:
    """The answers to commands; to those after a refusal, where they were not sent, the same one.

    A server that allows it (RFC 2920) gets them all at once: a mail then takes two turns and not
    four, each as long as the way to the server and back.
    """
    if any("\r" in command or "\n" in command for command in commands):
        raise ValueError("An address has a line break in it.")
    lines = [f"{command}\r\n" for command in commands]
    if smtp.has_extn("pipelining"):
        smtp.send("".join(lines))
        return [smtp.getreply() for _ in lines]
    answers: list[tuple[int, bytes]] = []
    for line in lines:
        if not answers or 200 <= answers[-1][0] < 300:
            smtp.send(line)
            answers.append(smtp.getreply())
        else:
            answers.append(answers[-1])
    return answers


def _quoted(data: bytes) -> bytes:
    """As RFC 5321 has it: a line that begins with a dot gets another one, and a dot ends it."""
    quoted = data.replace(b"\r\n.", b"\r\n..")
    if quoted.startswith(b"."):
        quoted = b"." + quoted
    return quoted + (b"" if quoted.endswith(b"\r\n") else b"\r\n") + b".\r\n"


def _refused(code: int, words: bytes) -> Outcome:
    if 500 <= code < 600:
        said = _said(code, words)
        return Outcome(state=MailState.FAILED, reason=MailReason.REFUSED, answer=said)
    return _again(_said(code, words))


def _again(answer: str) -> Outcome:
    return Outcome(state=MailState.PLANNED, reason=MailReason.POSTPONED, answer=answer)


def _said(code: int, words: bytes) -> str:
    return f"{code} {words.decode(errors='replace')}"
