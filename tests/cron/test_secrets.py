"""What is secret in a job's variables is not shown."""

import pytest

from ask.cron.secrets import line_without_secrets, text_without_secrets, without_secrets


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
        ("JAVA_OPTS", "-Xmx1g -Ddb.password=hunter2", "-Xmx1g -Ddb.password=…"),
    ],
)
def test_what_is_secret_is_hidden(name: str, value: str, shown: str) -> None:
    assert without_secrets({name: value}) == {name: shown}


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("API_KEY=abc\n", "API_KEY=…\n"),
        ("  'API_KEY' = \"a b\"", "  'API_KEY' = …"),
        ("# API_KEY=abc\n", "# API_KEY=…\n"),
        ("API_KEY='abc\n", "API_KEY=…\n"),
        ('DATABASE_URL="postgres://ask:hunter2@db/ask"\n', 'DATABASE_URL="postgres://…@db/ask"\n'),
        ("PATH=/bin\n", "PATH=/bin\n"),
        ("0 3 * * * curl https://example.org/?page=1\n",) * 2,
        ("#: name=api_key timeout=5m\n",) * 2,
        ("# The key=value lines\n",) * 2,
        ("", ""),
    ],
)
def test_a_line_of_a_crontab_hides_what_is_secret(line: str, shown: str) -> None:
    assert line_without_secrets(line) == shown


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        ("API_TOKEN=abc sync --all", "API_TOKEN=… sync --all"),
        ("API_TOKEN='a b' sync", "API_TOKEN=… sync"),
        ("curl -u ask:hunter2 https://example.org", "curl -u ask:… https://example.org"),
        ("curl https://ask:hunter2@example.org/x", "curl https://…@example.org/x"),
        (
            "curl 'https://example.org/?page=1&token=abc'",
            "curl 'https://example.org/?page=1&token=…'",
        ),
        ("dump --password hunter2 --all", "dump --password … --all"),
        ("dump --password=hunter2 --all", "dump --password=… --all"),
        ("dump --password --all", "dump --password --all"),
        ("curl -H 'Authorization: Bearer abc' x", "curl -H 'Authorization: …' x"),
        ("java -Ddb.password=hunter2 -jar x.jar", "java -Ddb.password=… -jar x.jar"),
        ("KEY_FILE=/run/key python manage.py calc_best --full",) * 2,
        ("backup.sh a=b 2>&1 | tee log; test -e key",) * 2,
        ("",) * 2,
    ],
)
def test_a_command_hides_what_looks_secret(command: str, shown: str) -> None:
    assert text_without_secrets(command) == shown
