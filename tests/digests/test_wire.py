"""Messages as bytes: what Python reads of them is what was written."""

import email
import email.policy
from email.message import EmailMessage as Read
from typing import Any

import pytest
from django.core.mail import BadHeaderError, EmailMessage, EmailMultiAlternatives
from hypothesis import given, settings
from hypothesis import strategies as st

from ask.digests.wire import as_bytes


def message(text: str = "Hello\n", html: str = "", **more: Any) -> EmailMultiAlternatives:
    usual: dict[str, Any] = {
        "subject": "A subject",
        "from_email": "Ask <ask@example.org>",
        "to": ["alice@example.org"],
    }
    found = EmailMultiAlternatives(body=text, **(usual | more))
    if html:
        found.attach_alternative(html, "text/html")
    return found


def read(data: bytes) -> Read:
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert all(len(line) < 998 for line in data.split(b"\r\n"))
    return email.message_from_bytes(data, _class=Read, policy=email.policy.default)


def texts(found: Read) -> list[str]:
    parts = found.walk() if found.is_multipart() else [found]
    whole = [part.get_content() for part in parts if not part.is_multipart()]
    return [text.replace("\r\n", "\n") for text in whole]


TEXTS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\x00\r\x0b\x0c\x1c\x1d\x1e\x85")
)


@settings(deadline=None)
@given(text=TEXTS, html=TEXTS)
def test_texts_arrive_as_they_are(text: str, html: str) -> None:
    found = read(as_bytes(message(text, html)))
    wanted = [f"{one.removesuffix(chr(10))}\n" for one in ([text, html] if html else [text])]
    assert texts(found) == wanted


@pytest.mark.parametrize("text", [".\n..\n", "x" * 5_000, "ы" * 5_000, "trailing \n", "=20\n"])
def test_odd_texts_arrive_too(text: str) -> None:
    found = read(as_bytes(message(text, f"<p>{text}</p>")))
    assert texts(found)[0].rstrip("\n") == text.rstrip("\n")


def test_headers_are_those_of_django() -> None:
    made = message(
        subject="Почему небо голубое? " * 8,
        from_email='"Ask, the site" <ask@пример.рф>',
        headers={"List-Unsubscribe": f"<https://ask.example/{'x' * 120}>", "Message-ID": "<a@b>"},
    )
    quick, usual = read(as_bytes(made)), read(made.message().as_bytes(linesep="\r\n"))  # type: ignore[call-arg]
    for name in ("Subject", "From", "To", "List-Unsubscribe", "Message-ID", "MIME-Version"):
        assert quick[name].strip() == usual[name].strip(), name
    assert b"List-Unsubscribe: <https" in as_bytes(made), "in one line"
    assert quick["Date"]
    assert read(as_bytes(message()))["Message-ID"]


@pytest.mark.parametrize("name", ["subject", "from_email", "to", "headers"])
def test_no_header_begins_another(name: str) -> None:
    evil = "a@example.org\r\nBcc: b@example.org"
    value: Any = {"to": [evil], "headers": {"X-Name": evil}}.get(name, evil)
    with pytest.raises(BadHeaderError):
        as_bytes(message(**{name: value}))


def test_what_is_rare_is_left_to_python() -> None:
    made = message("Text")
    made.attach("a.txt", "attached", "text/plain")
    assert texts(read(as_bytes(made)))[-1] == "attached"
    plain = EmailMessage("A subject", "Text", "ask@example.org", ["alice@example.org"])
    assert texts(read(as_bytes(plain))) == ["Text\n"]
