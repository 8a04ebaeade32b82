"""The job `recount`."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from ask.accounts.models import User
from ask.questions.models import Question
from tests import cast

pytestmark = pytest.mark.django_db


def recount(*arguments: str) -> list[str]:
    out = StringIO()
    call_command("recount", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue().splitlines()


def right_site() -> Question:
    question = cast.ask()
    User.objects.filter(id=cast.alice().id).update(question_count=1)
    return question


def test_a_right_site_has_a_line_for_each_counter_and_no_drift() -> None:
    right_site()
    *lines, last = recount()
    assert len(lines) == 19
    assert lines[0] == "Post.score: 1 checked, 0 drift"
    assert last == "Checked 19 counters: none drifts."


def test_an_empty_site_has_no_drift() -> None:
    assert recount()[-1] == "Checked 19 counters: none drifts."


def test_drift_fails_until_it_is_mended() -> None:
    question = right_site()
    Question.objects.update(score=5)
    with pytest.raises(CommandError, match="1 values drift; recount --fix mends them"):
        recount()
    lines = recount("--fix")
    assert lines[0] == f"Post.score: 1 checked, 1 drift ({question.id}: 5 → 0)"
    assert lines[-1] == "Checked 19 counters: mended 1."
    assert recount()[-1] == "Checked 19 counters: none drifts."
