"""What every answer tells a browser, so that nothing runs which is not ours."""

import pytest
from django.conf import settings
from django.test import Client

pytestmark = pytest.mark.django_db(databases="__all__")

ADDRESSES = ["/", "/nosuch", "/status/", "/feeds", "/admin/login/", "/jobs/", "/sitemap.xml"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_only_our_own_files_may_run(client: Client, address: str) -> None:
    headers = client.get(address).headers
    policy = {
        name: values
        for name, *values in (
            part.split() for part in headers["Content-Security-Policy"].split(";")
        )
    }
    assert policy.pop("img-src") == [
        "'self'", "data:", *(f"https://{host}" for host in settings.IMAGE_HOSTS),
    ]  # fmt: skip
    assert policy == {
        "default-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
