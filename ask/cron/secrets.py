"""What may be shown of a job's variables and command, and of the lines of a crontab.

By names and forms that secrets have: one that looks like anything else is shown.
"""

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

_VALUE = r"""("[^"]*"|'[^']*'|[^\s"';&|]+)"""
_IN_TEXTS = (
    # A login in an address.
    (re.compile(r"""(://)[^\s"'<>]*@"""), rf"\1{HIDDEN}@"),
    # A part of its query.
    (
        re.compile(
            r"""([?&][^=&\s"']*(?:pass|secret|token|key|auth|sig)[^=&\s"']*=)[^&\s"']+""", re.I
        ),
        rf"\1{HIDDEN}",
    ),
    # API_TOKEN=… before a command, -Ddb.password=…
    (
        re.compile(
            r"((?<![\w.-])(?:[A-Z0-9_]*(?:PASS|PWD|SECRET|TOKEN|KEY|CREDENTIAL|AUTH)(?!\w*_FILE=)"
            r"[A-Z0-9_]*|[\w.-]*(?:password|passwd|passphrase|secret|token)[\w.-]*)=)" + _VALUE
        ),
        rf"\1{HIDDEN}",
    ),
    # --password …, --api-key …
    (
        re.compile(
            r"((?<!\S)--?[\w-]*(?:password|passwd|passphrase|secret|token|api-?key)[\w-]*[ \t]+)"
            r"(?!-)" + _VALUE,
            re.I,
        ),
        rf"\1{HIDDEN}",
    ),
    # curl -u name:password
    (re.compile(r"""((?<!\S)(?:-u|--user)[ \t=]*["']?[^\s:"']+:)[^\s"']+"""), rf"\1{HIDDEN}"),
    # Authorization: Bearer …
    (
        re.compile(r"""((?:Authorization|Cookie|[\w-]*(?:Key|Token|Secret)):[ \t]*)[^"'\n]+"""),
        rf"\1{HIDDEN}",
    ),
)


def text_without_secrets(text: str) -> str:
    """A command, or another text of a crontab, with `…` for what looks secret in it."""
    for form, shown in _IN_TEXTS:
        text = form.sub(shown, text)
    return text


def without_secrets(variables: Mapping[str, str]) -> dict[str, str]:
    """The same variables with `…` for what a name or an address says is secret."""
    return {name: _shown(name, value) for name, value in variables.items()}


def line_without_secrets(line: str) -> str:
    """The same line of a crontab with `…` for what is secret in it."""
    if found := _VARIABLE.match(line):
        line = found[1] + _shown(found[2], found[3]) + line[found.end() :]
    return text_without_secrets(line)


def _shown(name: str, value: str) -> str:
    if value and _SECRET_NAME.search(name) and not _NO_SECRET.search(name):
        return HIDDEN
    value = _LOGIN_OF_URL.sub(f"{HIDDEN}@", value)
    return text_without_secrets(_QUERY_OF_URL.sub(rf"\1{HIDDEN}", value))
