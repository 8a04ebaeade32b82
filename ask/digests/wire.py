"""A message as the bytes that a mail server gets.

Python's own way takes a millisecond for a mail with two texts, as long as everything else together.
What is rare is left to it.
"""

import base64
import binascii
import re
import secrets
from email.utils import formatdate, make_msgid, parseaddr
from functools import lru_cache

from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.message import forbid_multi_line_headers, sanitize_address
from django.core.mail.utils import DNS_NAME

_LINE_END = re.compile(r"\r\n|\r|\n")

_PLAIN = re.compile(r"[\w.+-]+@[\w.-]+", re.ASCII)
"""An address that is sent as it is."""

ALIKE = 1.3
"""Bytes a character up to which a text is readable as quoted-printable."""


def as_bytes(message: EmailMessage) -> bytes:
    """The message with its headers, lines ended by CRLF. Raises BadHeaderError, a ValueError."""
    alternatives = message.alternatives if isinstance(message, EmailMultiAlternatives) else []
    rare = (message.attachments, message.encoding, message.cc, message.reply_to, alternatives[1:])
    if any(rare) or message.content_subtype != "plain":
        return message.message().as_bytes(linesep="\r\n")  # type: ignore[call-arg]
    text = _text("plain", str(message.body))
    if not alternatives:
        return b"".join((_headers(message), text))
    boundary = secrets.token_hex(16)
    start = f"\r\n--{boundary}\r\n".encode()
    return b"".join(
        (
            _headers(message),
            f'Content-Type: multipart/alternative; boundary="{boundary}"\r\n'.encode(),
            start,
            text,
            start,
            _text("html", str(alternatives[0][0])),
            f"\r\n--{boundary}--\r\n".encode(),
        )
    )


def _headers(message: EmailMessage) -> bytes:
    """As Django has them, each in one line, and none that begins another."""
    own = {name.lower(): (name, str(value)) for name, value in message.extra_headers.items()}
    if "message-id" not in own:
        own["message-id"] = ("Message-ID", make_msgid(domain=str(DNS_NAME)))
    headers = {
        "subject": ("Subject", str(message.subject)),
        "from": ("From", message.from_email),
        "to": ("To", ", ".join(map(str, message.to))),
        "date": ("Date", formatdate()),
        **own,
        "mime-version": ("MIME-Version", "1.0"),
    }
    lines = []
    for name, value in headers.values():
        lines.append(f"{name}: {_safe(name, value)}")
    return _crlf("\n".join([*lines, ""])).encode("ascii")


def bare(address: str) -> str:
    """An address without a name, its domain in ASCII. Raises ValueError."""
    return address if _PLAIN.fullmatch(address) else _sanitized(address)


@lru_cache(100)
def _sanitized(address: str) -> str:
    return parseaddr(sanitize_address(address, "utf-8"))[1]


@lru_cache(1_000)
def _safe(name: str, value: str) -> str:
    """A header's value as it is sent; most are the same in many mails. Raises BadHeaderError."""
    return value if _PLAIN.fullmatch(value) else forbid_multi_line_headers(name, value, "utf-8")[1]


def _crlf(text: str) -> str:
    return _LINE_END.sub("\r\n", text) if "\r" in text else text.replace("\n", "\r\n")


def _text(subtype: str, text: str) -> bytes:
    """A part with its own headers."""
    text = _crlf(text)
    if not text.endswith("\r\n"):
        text += "\r\n"
    data = text.encode()
    if len(data) > ALIKE * len(text):
        way, body = "base64", base64.encodebytes(data).replace(b"\n", b"\r\n")
    else:
        way, body = "quoted-printable", binascii.b2a_qp(data)
    head = f'Content-Type: text/{subtype}; charset="utf-8"\r\nContent-Transfer-Encoding: {way}\r\n'
    return b"".join((head.encode(), b"\r\n", body))
