"""The environment as settings understand it: each NAME also as NAME_FILE, addresses as URLs."""

import contextlib
import os
import secrets
import tempfile
from pathlib import Path
from typing import Any

from environ import FileAwareEnv

FOLDER = Path(__file__).resolve().parent.parent

SENDMAIL_BACKEND = "ask.core.sendmail.EmailBackend"


class Environment(FileAwareEnv):  # type: ignore[misc]
    """Remembers which names it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def get_value(self, var: str, *args: Any, **options: Any) -> Any:
        """A setting."""
        self.names.add(var)
        return super().get_value(var, *args, **options)


env = Environment()

if env_file := env.str("ENV_FILE", default=""):
    # Opened here: a file that is not there would be passed over.
    with (FOLDER / env_file).open() as opened:
        env.read_env(opened)
    # For programs that this one starts in other folders.
    os.environ["ENV_FILE"] = str(FOLDER / env_file)


def databases(url: str) -> dict[str, dict[str, Any]]:
    """Django's `DATABASES` for one address.

    On PostgreSQL everything is in one database. On SQLite the site is two files, because a file
    has one writer: `default` holds the content, `clock` (the same name with `-clock`) what must
    never wait for a long write to content.
    """
    default: dict[str, Any] = env.db_url_config(url)
    if not default["ENGINE"].endswith("sqlite3"):
        default["CONN_MAX_AGE"] = None
        default["CONN_HEALTH_CHECKS"] = True
        # A server that does not answer, or whose host is gone, is noticed within seconds.
        default.setdefault("OPTIONS", {}).setdefault("connect_timeout", 10)
        default["OPTIONS"].setdefault("tcp_user_timeout", 30_000)
        return {"default": default}
    path = FOLDER / default["NAME"]
    path.parent.mkdir(parents=True, exist_ok=True)
    return {
        "default": _sqlite(path),
        "clock": _sqlite(path.with_name(f"{path.stem}-clock{path.suffix}")),
    }


def _sqlite(path: Path) -> dict[str, Any]:
    return {
        "ENGINE": "ask.core.sqlite",
        "NAME": str(path),
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            # A transaction that begins as a reader and then writes fails at once when somebody
            # else wrote meanwhile; one that begins as a writer waits its turn.
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
                "PRAGMA cache_size=-32000; PRAGMA mmap_size=1073741824; PRAGMA temp_store=MEMORY"
            ),
        },
        "TEST": {"NAME": str(path.with_name(f"test-{path.name}"))},
    }


def email(url: str) -> dict[str, Any]:
    """Django's settings of mail for one address; `sendmail:///path` names a program."""
    if url.startswith("sendmail:"):
        program = url.removeprefix("sendmail:").removeprefix("//") or "/usr/sbin/sendmail"
        return {"EMAIL_BACKEND": SENDMAIL_BACKEND, "SENDMAIL": program}
    found: dict[str, Any] = env.email_url_config(url)
    return found


def secret_key() -> str:
    """`SECRET_KEY`, or one made at the first start and kept in `var/secret_key`."""
    given: str = env.str("SECRET_KEY", default="")
    if given:
        return given
    path = FOLDER / "var" / "secret_key"
    path.parent.mkdir(exist_ok=True)
    if not path.exists():
        # Complete before it has its name, and the first of several processes wins.
        descriptor, made = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(50))
        with contextlib.suppress(FileExistsError):
            os.link(made, path)
        Path(made).unlink()
    return path.read_text()
