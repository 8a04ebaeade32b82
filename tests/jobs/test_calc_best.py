"""The job `calc_best`."""

from io import StringIO

import pytest
from django.core.management import call_command

from ask.questions.models import Question
from ask.ratings.cached import hot_questions
from tests import cast

pytestmark = pytest.mark.django_db


def calc_best(*arguments: str) -> str:
    out = StringIO()
    call_command("calc_best", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue().strip()


def test_the_hottest_question_comes_first_in_the_list() -> None:
    cast.ask("Cold?", is_hotness_stale=True)
    hot = cast.ask("Hot?", score=500, is_hotness_stale=True)
    assert calc_best() == "Refreshed the hotness of 2 questions, 0 standings and the best lists."
    assert hot_questions.get()[0]["id"] == hot.id


def test_a_second_run_has_nothing_to_refresh() -> None:
    cast.ask(is_hotness_stale=True)
    calc_best()
    assert calc_best() == "Refreshed the hotness of 0 questions, 0 standings and the best lists."


def test_a_full_run_does_not_need_marks() -> None:
    cast.ask(score=3)
    assert (
        calc_best("--full")
        == "Refreshed the hotness of 1 questions, 0 standings and the best lists."
    )
    assert not Question.objects.filter(hotness=0).exists()
