"""What a newer dump would change, said beforehand."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from ask.core.content import content_models
from ask.questions.models import Post, Question
from ask.stackexchange.comparing import Difference, Rows
from tests import cast
from tests.stackexchange.dumps import answer, question, small, tag, user, vote
from tests.stackexchange.test_importing import bring

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")


def diff(folder: Path) -> list[str]:
    """The lines about tables."""
    out = StringIO()
    call_command("import_dump", str(folder), "--diff", stdout=out, stderr=StringIO())
    assert out.getvalue().endswith("Nothing was changed.\n")
    return [line for line in out.getvalue().splitlines() if "change" in line][:-1]


def newer(folder: Path) -> Path:
    """Dave comes and asks, Bob edits, and a vote goes."""
    return small(
        folder,
        Users=[user(1, "Alice"), user(2, "Bob"), user(3, "Dave")],
        Posts=[
            question(1, AcceptedAnswerId=2, Score=1, AnswerCount=1),
            answer(2, to=1, Score=1, Body="<p>Because it is.</p>"),
            *(question(id, OwnerUserId=3) for id in range(10, 17)),
        ],
        Votes=[vote(1, post=1, type=2), vote(2, post=2, type=2), vote(4, post=2, type=1)],
        Tags=[tag(1, "beer", count=8), tag(2, "hops", count=8)],
    )


def test_additions_changes_and_removals_are_named(tmp_path: Path) -> None:
    bring(small(tmp_path / "before"))
    before = {model: list(model._default_manager.values()) for model in content_models()}
    assert diff(newer(tmp_path / "after")) == [
        "Users: 1 added, 0 changed, 0 removed (added 3)",
        "Tags: 0 added, 2 changed, 0 removed (changed 1, 2)",
        "Posts: 7 added, 1 changed, 0 removed (added 10, 11, 12, 13, 14, …; changed 2)",
        "Comments: nothing changes",
        "Votes: 0 added, 0 changed, 1 removed (removed 3)",
        "Badges: nothing changes",
        "PostHistory: nothing changes",
        "PostLinks: nothing changes",
    ]
    assert {model: list(model._default_manager.values()) for model in before} == before


def test_the_same_dump_again_changes_nothing_of_what_votes_of_here_changed(tmp_path: Path) -> None:
    bring(small(tmp_path))
    cast.answer(Question.objects.get(id=1))
    assert [line.partition(": ")[2] for line in diff(tmp_path)] == ["nothing changes"] * 8


def test_what_something_hangs_on_is_not_removed(tmp_path: Path) -> None:
    posts = [question(1), question(3), question(4)]
    bring(small(tmp_path / "before", Posts=posts, Votes=[]))
    cast.comment(Question.objects.get(id=3))
    found = diff(small(tmp_path / "after", Posts=[question(1)], Votes=[]))
    assert found[2] == "Posts: 0 added, 0 changed, 1 removed (removed 4)"
    assert Post.objects.filter(id=4).exists()


def test_what_is_missing_and_what_is_empty_differ(tmp_path: Path) -> None:
    bring(small(tmp_path / "before"))
    people = [user(1, "Alice", Location=""), user(2, "Bob")]
    found = diff(small(tmp_path / "after", Users=people))
    assert found[0] == "Users: 0 added, 1 changed, 0 removed (changed 1)"


def test_into_an_empty_site_everything_is_added(tmp_path: Path) -> None:
    assert diff(small(tmp_path))[2] == "Posts: 2 added, 0 changed, 0 removed (added 1, 2)"
    assert not Post.objects.exists()


def test_more_rows_than_are_named_are_counted() -> None:
    found = Difference("Posts", changed=Rows(1234, [1, 2]))
    assert str(found) == "Posts: 0 added, 1,234 changed, 0 removed (changed 1, 2, …)"
