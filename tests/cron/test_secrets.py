"""What is secret in a job's variables is not shown."""

import pytest

from ask.cron.secrets import without_secrets


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("PATH", "/usr/bin:/bin", "/usr/bin:/bin"),
        ("DB_PASSWORD", "hunter2", "…"),
        ("PGPASSWORD", "hunter2", "…"),
        ("API_KEY", "abc", "…"),
        ("aws_secret_access_key", "abc", "…"),
        ("API_KEY", "", ""),
        ("SECRET_KEY_FILE", "/run/secrets/key", "/run/secrets/key"),
        ("DATABASE_URL", "postgres://ask:hun/t@er2@db/ask", "postgres://…@db/ask"),
        ("EMAIL_URL", "smtp://user@mail.example", "smtp://…@mail.example"),
        ("HOOK", "https://hooks.example/x?token=abc", "https://hooks.example/x?…"),
        ("MAILTO", "carol@example.com", "carol@example.com"),
    ],
)
def test_what_is_secret_is_hidden(name: str, value: str, shown: str) -> None:
    assert without_secrets({name: value}) == {name: shown}
