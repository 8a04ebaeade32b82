"""Questions by the words of their titles."""

import pytest
from django.db import connection

from ask.questions.models import PostType, Question
from tests.cast import ask

pytestmark = pytest.mark.django_db


def titles(text: str) -> set[str | None]:
    return {question.title for question in Question.objects.titled_like(text)}


def test_every_word_must_be_there_in_any_order_and_case() -> None:
    ask("Why is the sky blue?")
    ask("Why is the sea salty?")
    assert titles("SKY why") == {"Why is the sky blue?"}
    assert titles("why") == {"Why is the sky blue?", "Why is the sea salty?"}
    assert titles("sky salty") == set()


def test_the_beginning_of_a_word_is_enough() -> None:
    ask("Почему небо голубое?")
    assert titles("голуб") == {"Почему небо голубое?"}


def test_no_text_finds_everything() -> None:
    ask("Sky")
    assert titles(" ") == {"Sky"}


@pytest.mark.parametrize("text", ["!?", "' OR 1 --", "a & !b | (c", "%", "\\", ":*", "<->"])
def test_marks_find_nothing_and_break_nothing(text: str) -> None:
    ask("Sky")
    assert titles(text) == set()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="the index is PostgreSQL's only")
def test_postgresql_reads_the_index_of_words() -> None:
    Question.objects.bulk_create(
        Question(post_type=PostType.QUESTION, title=f"About the number {n}", body="")
        for n in range(3_000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE questions_post")
    assert "question_title" in Question.objects.titled_like("2718").newest().explain()
