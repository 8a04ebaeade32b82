"""Hotness where it is stale, and the lists of the sidebar."""

from datetime import timedelta

import pytest

from ask.questions.cached import totals
from ask.questions.models import Post, Question
from ask.ratings import calculation
from ask.ratings.cached import best_tags, best_users, hot_questions
from ask.ratings.calculation import fill_lists, post_count, refresh_hotness
from ask.ratings.hotness import hotness
from tests import cast

pytestmark = pytest.mark.django_db


def refresh(*, is_full: bool = False) -> int:
    return refresh_hotness(is_full=is_full, advanced=lambda count: None)


def test_a_stale_question_gets_its_hotness() -> None:
    question = cast.ask(score=9, is_hotness_stale=True)
    cast.answer(question)
    assert refresh() == 1
    question.refresh_from_db()
    assert question.hotness == hotness(score=9, answer_count=1, created_at=cast.NOON)
    assert not question.is_hotness_stale
    assert refresh() == 0


def test_only_marked_questions_are_looked_at() -> None:
    cast.ask("Marked?", is_hotness_stale=True)
    cast.ask("Unmarked?")
    assert post_count(is_full=False) == 1
    assert post_count(is_full=True) == 2
    assert refresh() == 1
    assert Question.objects.filter(hotness=0).count() == 1


def test_following_the_marks_equals_a_full_run() -> None:
    for number in range(6):
        now = cast.NOON + timedelta(hours=number)
        cast.ask(f"Question {number}?", score=number - 2, now=now, is_hotness_stale=True)
    refresh()
    incremental = dict(Post.objects.values_list("id", "hotness"))
    assert refresh(is_full=True) == 0
    Post.objects.update(hotness=0)
    assert refresh(is_full=True) == 6
    assert dict(Post.objects.values_list("id", "hotness")) == incremental


def test_an_answer_loses_a_mark_and_has_no_hotness() -> None:
    answer = cast.answer(cast.ask(), score=3, is_hotness_stale=True)
    refresh()
    answer.refresh_from_db()
    assert answer.hotness == 0
    assert not answer.is_hotness_stale


def test_a_killed_run_loses_one_batch_and_the_next_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(calculation, "BATCH", 2)
    for number in range(5):
        cast.ask(f"Question {number}?", is_hotness_stale=True)

    def die(count: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        refresh_hotness(is_full=False, advanced=die)
    assert refresh() == 3
    assert not Post.objects.filter(hotness=0).exists()


def test_a_vote_that_comes_meanwhile_keeps_the_mark(monkeypatch: pytest.MonkeyPatch) -> None:
    question = cast.ask(is_hotness_stale=True)

    def vote_meanwhile(*, score: int, **_: object) -> float:
        Post.objects.filter(id=question.id).update(score=score + 1)
        return 1.0

    monkeypatch.setattr(calculation, "hotness", vote_meanwhile)
    refresh()
    assert Post.objects.get(id=question.id).is_hotness_stale


def test_the_lists_are_filled() -> None:
    question = cast.ask(tags="sky")
    fill_lists()
    Post.objects.all().delete()
    assert [row["id"] for row in hot_questions.get()] == [question.id]
    assert best_users.get()[0]["display_name"] == "Alice"
    assert best_tags.get() == [{"name": "sky", "question_count": 1}]
    assert totals.get()["questions"] == 1
