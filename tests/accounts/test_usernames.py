"""Names to log in with."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from ask.accounts.models import User
from ask.accounts.usernames import LONGEST, save_with_username

pytestmark = pytest.mark.django_db


def named(name: str) -> str:
    user = User(display_name=name)
    save_with_username(user)
    return user.username


def test_a_username_is_made_of_the_name() -> None:
    assert named("Анна Лебедева") == "анна-лебедева"
    assert named("O'Brien @ home") == "obrien-home"
    assert named("🦊🦊") == "user"
    assert named("x" * 200) == "x" * LONGEST


def test_a_hundred_people_may_have_one_name() -> None:
    assert len({named("Alex") for _number in range(100)}) == 100


def test_small_and_large_letters_are_one_name() -> None:
    named("Alex")
    assert named("ALEX") != "alex"
    User.objects.create(username="ROOT")
    assert User.objects.get(username="root")


@pytest.mark.django_db(transaction=True)
def test_people_of_one_name_may_come_at_the_same_moment() -> None:
    together = Barrier(6)

    def come(_number: int) -> str:
        together.wait(timeout=30)
        try:
            return named("Alex")
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as people:
        assert len(set(people.map(come, range(6)))) == 6
    connection.close()  # on SQLite it may have a file open that an import of another test replaced
    assert User.objects.count() == 6
