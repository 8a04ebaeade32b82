"""Who answered best under a tag."""

import pytest

from ask.questions.models import Tag
from ask.ratings import top_answerers
from ask.ratings.models import TopAnswerer
from ask.ratings.standings import refresh_standings
from tests.cast import NOON, alice, answer, ask, bob, carol, person, tag

pytestmark = pytest.mark.django_db


def best_under(found: Tag) -> list[tuple[int, str, int, int]]:
    refresh_standings(now=NOON, dumped_at=None, is_full=True)
    return [
        (one.place, one.user.display_name, one.score, one.answer_count)
        for one in TopAnswerer.objects.under(found)
    ]


def test_scores_of_answers_add_up_by_tag() -> None:
    both, one = ask(tags="sky light"), ask(tags="sky")
    answer(both, by=bob(), score=3)
    answer(one, by=bob(), score=-1)
    answer(one, by=carol(), score=5)
    assert best_under(tag("sky")) == [(1, "Carol", 5, 1), (2, "Bob", 2, 2)]
    assert best_under(tag("light")) == [(1, "Bob", 3, 1)]


def test_of_equal_scores_more_answers_come_first() -> None:
    question = ask(tags="sky")
    answer(question, by=bob(), score=2)
    answer(question, by=bob(), score=0)
    answer(question, by=carol(), score=2)
    assert [name for _, name, _, _ in best_under(tag("sky"))] == ["Bob", "Carol"]


def test_wikis_closed_accounts_deleted_posts_and_what_has_no_score_do_not_count() -> None:
    question = ask(tags="sky", by=alice())
    answer(question, by=person("Zed", is_active=False), score=7)
    answer(question, by=bob(), score=0)
    answer(question, by=carol(), score=7, deleted_at=NOON)
    answer(question, by=alice(), score=7, community_owned_at=NOON)
    answer(ask(tags="sky", deleted_at=NOON), by=bob(), score=7)
    assert best_under(tag("sky")) == []


def test_only_the_best_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(top_answerers, "LENGTH", 2)
    question = ask(tags="sky")
    for score in (1, 3, 2):
        answer(question, by=person(f"Person {score}"), score=score)
    assert [score for _, _, score, _ in best_under(tag("sky"))] == [3, 2]
