"""How tests look at pages."""

from django.http import HttpResponse
from django.test import Client

from ask.accounts.models import User


def client_of(user: User | None, *, is_strict: bool = False) -> Client:
    """The browser of somebody who is logged in; with `is_strict`, forms need their token."""
    client = Client(enforce_csrf_checks=is_strict)
    if user:
        client.force_login(user)
    return client


def text_of(response: object) -> str:
    assert isinstance(response, HttpResponse)
    return response.content.decode()
