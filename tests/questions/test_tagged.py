"""Questions by tag, whether few or many bear it."""

import pytest

from ask.questions import models
from ask.questions.models import Question
from tests.cast import ask, tag


@pytest.mark.django_db
@pytest.mark.parametrize("rare", [0, 1_000])
def test_a_rare_and_a_common_tag_find_the_same(monkeypatch: pytest.MonkeyPatch, rare: int) -> None:
    monkeypatch.setattr(models, "RARE", rare)
    both, one = ask("Both", tags="sky sea"), ask("One", tags="sky")
    sky, sea = tag("sky"), tag("sea")
    assert set(Question.objects.tagged([sky])) == {both, one}
    assert set(Question.objects.tagged([sky, sea])) == {both}
