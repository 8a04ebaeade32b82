"""What may be shown of the variables of a job, and of the lines of a crontab that set them."""

import re
from collections.abc import Mapping

HIDDEN = "…"

_SECRET_NAME = re.compile(
    r"PASS|PWD|PW$|SECRET|TOKEN|KEY|CREDENTIAL|AUTH|COOKIE|SESSION|SALT|DSN|PRIVATE|SIGNATURE", re.I
)
_NO_SECRET = re.compile(r"_FILE$|^SSH_AUTH_SOCK$", re.I)
"""These say where something is."""

_LOGIN_OF_URL = re.compile(r"(?<=://)\S*@")
_QUERY_OF_URL = re.compile(r"(://[^?\s]*\?)\S+")

_VARIABLE = re.compile(r"""([ \t#]*["']?([A-Za-z_]\w*)["']?[ \t]*=[ \t]*)([^\n]*)""", re.A)
"""Also one that is commented out, or not quite right."""


def without_secrets(variables: Mapping[str, str]) -> dict[str, str]:
    """The same variables with `…` for what a name or an address says is secret."""
    return {name: _shown(name, value) for name, value in variables.items()}


def line_without_secrets(line: str) -> str:
    """The same line of a crontab with `…` for what is secret in the variable that it sets."""
    if found := _VARIABLE.match(line):
        return found[1] + _shown(found[2], found[3]) + line[found.end() :]
    return line


def _shown(name: str, value: str) -> str:
    if value and _SECRET_NAME.search(name) and not _NO_SECRET.search(name):
        return HIDDEN
    value = _LOGIN_OF_URL.sub(f"{HIDDEN}@", value)
    return _QUERY_OF_URL.sub(rf"\1{HIDDEN}", value)
