"""Why a crontab is refused, in every language: complete, with everything it speaks of."""

import ast
import re
from collections.abc import Iterator
from string import Formatter

import pytest

from ask.cron.crontab import Crontab, Problem
from ask.cron.reasons import Reason
from ask.cron.words.problems import RUSSIAN
from ask.env import FOLDER


def sentences() -> Iterator[str]:
    """What every `Reason(…)` of the code is given first."""
    for path in (FOLDER / "ask").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Reason":
                sentence = node.args[0]
                assert isinstance(sentence, ast.Constant), f"{path}:{node.lineno}"
                yield str(sentence.value)


def places(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


def test_every_reason_has_its_russian() -> None:
    assert set(sentences()) == set(RUSSIAN)


def test_a_reason_speaks_of_the_same_in_both_languages() -> None:
    for english, russian in RUSSIAN.items():
        assert places(english) == places(russian), english
        assert re.search("[а-яё]", russian), russian


@pytest.mark.parametrize(
    ("line", "russian"),
    [
        ("0 24 * * * a", "1:3: час может быть от 0 до 23; напишите 0"),
        ("0 0 * * man a", "1:9: man — это не день недели; может быть, mon?; напишите mon"),
        ("0 0 * * {x} a", "1:9: это не день недели: cron понимает числа"),
        ("#: timeout=1\n* * * * * a", "1:4: timeout — это целое число и s, m, h или d"),
        ("#: overlap=x\n* * * * * a", "1:4: overlap может быть skip или allow; напишите"),
        ("MAILTO={0},a", "1:8: '{0}' — это не адрес: писем туда не будет"),
        ("@Daily a", "1:1: такие сокращения cron знает только строчными буквами; напишите @daily"),
        ("0 0 */2 * 1 a", "1:5: эти дни понимают по-разному"),
        ("0 0 */40 * * a", "1:5: этого шага не будет: подходит только день месяца 1; напишите 1"),
        ("@daily " + "a" * 1000, "1:8: в команде 1000 байт, а Debian примет 998"),
    ],
)
def test_it_is_said_in_russian(line: str, russian: str) -> None:
    problem = Crontab.inspect(f"{line}\n").problems[0]
    assert problem.in_words(language="ru").startswith(russian)
    assert str(problem) == problem.in_words(language="en")


@pytest.mark.parametrize("language", ["en", "ru"])
def test_what_somebody_wrote_is_shown_and_not_obeyed(language: str) -> None:
    reason = Reason("{name} is no {kind}", name="\x1b[2J{kind}\u2028", kind="{name}")
    said = Problem(1, 1, reason, "\x07").in_words(language=language)  # type: ignore[arg-type]
    assert said.isprintable()
    assert "[2J{kind}" in said
