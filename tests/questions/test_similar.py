"""Titles like the one that somebody is typing."""

import pytest

from ask.questions.similar import similar
from tests.cast import NOON, ask

pytestmark = pytest.mark.django_db


def found(title: str, *, most: int = 5) -> list[str | None]:
    return [one.title for one in similar(title, most=most)]


def test_the_most_alike_comes_first_and_then_the_higher_score() -> None:
    ask("Why is the evening sky so red?", score=1)
    ask("Why is the evening sky red in winter?", score=7)
    ask("Is there an evening sky over winter seas?", score=3)
    ask("How does one bake bread?")
    assert found("Why is the winter evening sky red?") == [
        "Why is the evening sky red in winter?",
        "Is there an evening sky over winter seas?",
        "Why is the evening sky so red?",
    ]
    assert len(found("evening sky", most=2)) == 2


def test_endings_and_capitals_do_not_matter() -> None:
    ask("Почему вечернее небо красное?")
    ask("Painting evenings of colours")
    assert found("небо вечером красного цвета") == ["Почему вечернее небо красное?"]
    assert found("Почему ВЕЧЕРНЕЕ небо?") == ["Почему вечернее небо красное?"]
    assert found("Colour of an evening") == ["Painting evenings of colours"]


def test_words_that_every_title_has_find_nothing() -> None:
    ask("How can the sky be blue?")
    assert found("How can the") == []
    assert found("как почему") == []
    assert found("") == []
    assert found("?!'\"\\ :* & | ()") == []


def test_what_was_deleted_is_not_found() -> None:
    ask("Why is the evening sky so red?", deleted_at=NOON)
    assert found("evening sky") == []
