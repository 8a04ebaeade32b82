"""Why a run is in its state, in Russian: whatever the code can say has its words."""

import ast
import re
from collections.abc import Iterator

import pytest

from ask.cron.words.reasons import reason_in_words
from ask.env import FOLDER

SAYING = ("records.py", "runner.py", "scheduler.py")


def text(node: ast.expr) -> str:
    """A string of the code, with `x` in the place of what it speaks of; empty if it is none."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(text(one) if isinstance(one, ast.Constant) else "7" for one in node.values)
    if isinstance(node, ast.IfExp):
        return text(node.body)
    return ""


def said() -> Iterator[str]:
    """What becomes a reason in the code."""
    for name in SAYING:
        for node in ast.walk(ast.parse((FOLDER / "ask/cron" / name).read_text())):
            if isinstance(node, ast.Assign):
                target = node.targets[0]
                known = getattr(target, "attr", "") or getattr(target, "id", "")
                if known in ("reason", "SILENT", "killed"):
                    yield text(node.value)
                elif known == "step":
                    yield f"{text(node.value)}: No such file or directory"
            elif isinstance(node, ast.Call):
                called = getattr(node.func, "attr", "") or getattr(node.func, "id", "")
                if called == "CannotStart":
                    yield text(node.args[0])
                elif called == "_end" and len(node.args) == 2:
                    yield text(node.args[1])
                yield from (text(k.value) for k in node.keywords if k.arg == "reason")


def test_every_reason_of_the_code_has_its_russian() -> None:
    found = {reason for reason in said() if reason}
    assert len(found) >= 15
    for reason in found:
        russian = reason_in_words(reason, language="ru")
        assert re.search("[а-яё]", russian), reason
        assert not re.search("[a-z]{3}", russian.replace("root", "")), russian
        assert reason_in_words(reason, language="en") == reason


@pytest.mark.parametrize(
    ("reason", "russian"),
    [
        (
            "the run of 2026-05-01 03:00 UTC on db-1.example had not ended",
            "запуск 2026-05-01 03:00 UTC на db-1.example ещё не закончился",
        ),
        ("cannot enter /x/{y}: Not a directory", "не удалось войти в папку /x/{y}: это не папка"),
        ("cannot enter /x: Input/output error", "не удалось войти в папку /x: Input/output error"),
        ("paused by Carol: moving\nhouse", "задание на паузе (Carol): moving\nhouse"),
        ("what nobody knows", "what nobody knows"),
        ("", ""),
    ],
)
def test_what_it_speaks_of_stays(reason: str, russian: str) -> None:
    assert reason_in_words(reason, language="ru") == russian
