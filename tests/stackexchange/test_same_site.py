"""A dump of another site does not get mixed with the one that lives here."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from ask.accounts.models import User
from ask.questions.models import Post, PostHistoryType, PostLink, Question, Vote, VoteType
from ask.stackexchange.models import Source
from ask.stackexchange.same_site import AnotherSite, hanging_count
from ask.stackexchange.sample import SITE
from tests import cast
from tests.stackexchange.dumps import answer, question, small
from tests.stackexchange.test_importing import bring

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")

BEER = "https://beer.example"
TRAVEL = "https://travel.example"


def other(folder: Path) -> Path:
    """Another site whose posts have the same ids."""
    long_ago = "2009-08-07T06:05:04.000"
    return small(
        folder,
        Posts=[
            question(1, CreationDate=long_ago, Title="Where?"),
            answer(2, to=1, CreationDate=long_ago),
        ],
    )


def test_another_address_is_another_site(tmp_path: Path) -> None:
    bring(small(tmp_path), site_url=BEER)
    with pytest.raises(AnotherSite) as refusal:
        bring(small(tmp_path), site_url=TRAVEL)
    assert str(refusal.value) == (
        "this site is beer.example, and the dump is of travel.example. Give it a database of its"
        " own (DATABASE_URL); if only its name has changed, say --site-url https://beer.example;"
        " or put it in this one's place with --another-site."
    )
    assert Source.objects.get().url == BEER


def test_other_posts_are_another_site(tmp_path: Path) -> None:
    bring(small(tmp_path / "beer"), site_name="Beer")
    with pytest.raises(AnotherSite) as refusal:
        bring(other(tmp_path / "travel"), site_name="Travel")
    assert str(refusal.value) == (
        "this site is Beer, and the dump (Travel) is of another: of 2 posts that both have, 0 are"
        " of the same moment. Give it a database of its own (DATABASE_URL); or put it in this one's"
        " place with --another-site."
    )
    assert Question.objects.get().title == "Why is it so, number 1?"


def test_other_posts_are_another_site_whatever_its_address(tmp_path: Path) -> None:
    bring(small(tmp_path / "beer"), site_url=BEER)
    with pytest.raises(AnotherSite):
        bring(other(tmp_path / "travel"), site_url=BEER)


@pytest.mark.parametrize(
    ("before", "after"), [("", BEER), (BEER, ""), (BEER, "http://BEER.example")]
)
def test_an_unknown_address_is_no_other_one(tmp_path: Path, before: str, after: str) -> None:
    bring(small(tmp_path), site_url=before)
    bring(small(tmp_path), site_url=after)
    assert Source.objects.get().url == (after or before)


def test_half_of_the_posts_are_enough(tmp_path: Path) -> None:
    bring(small(tmp_path / "before"))
    posts = [question(1), answer(2, to=1, CreationDate="2009-08-07T06:05:04.000")]
    bring(small(tmp_path / "after", Posts=posts))


def test_no_posts_in_common_say_nothing(tmp_path: Path) -> None:
    bring(small(tmp_path / "before"))
    bring(small(tmp_path / "after", Posts=[question(7)], Votes=[]))
    assert Question.objects.get().id == 7


def test_a_site_that_nothing_was_imported_into_takes_any(tmp_path: Path) -> None:
    cast.ask("Mine?")
    bring(other(tmp_path), site_url=TRAVEL)


def test_the_sample_is_nobodys_site(tmp_path: Path) -> None:
    bring(small(tmp_path / "sample"), site_url=f"https://{SITE}")
    cast.comment(Question.objects.get(id=1))
    bring(other(tmp_path / "travel"), site_url=TRAVEL)
    assert Source.objects.get().url == TRAVEL


def test_another_site_may_be_meant(tmp_path: Path) -> None:
    bring(small(tmp_path / "beer"), site_url=BEER)
    staff = cast.carol()
    mine = cast.ask("Mine?", tags="beer")
    cast.answer(mine)
    cast.comment(mine)
    bring(other(tmp_path / "travel"), site_url=TRAVEL, may_replace=True)
    assert Source.objects.get().url == TRAVEL
    assert User.objects.filter(id=staff.id).exists()


def test_what_hangs_on_a_site_keeps_it(tmp_path: Path) -> None:
    bring(small(tmp_path / "beer"), site_url=BEER)
    cast.comment(Question.objects.get(id=1))
    for site_url in (TRAVEL, BEER):
        with pytest.raises(AnotherSite) as refusal:
            bring(other(tmp_path / "travel"), site_url=site_url, may_replace=True)
        assert "--another-site cannot put it in this one's place: 1 things" in str(refusal.value)


def test_each_thing_that_hangs_is_counted_once(tmp_path: Path) -> None:
    bring(small(tmp_path))
    assert hanging_count() == 0
    imported = Question.objects.get(id=1)
    mine = cast.ask("Mine?", tags="beer")
    cast.answer(mine)
    assert hanging_count() == 0
    cast.answer(imported, is_accepted=True)
    cast.comment(imported)
    Vote.objects.create(post_id=2, vote_type=VoteType.FAVORITE, user_id=1)
    cast.history(imported, PostHistoryType.EDIT_BODY, guid="here")
    PostLink.objects.create(post_id=mine.id, related_post_id=1, link_type=1)
    assert hanging_count() == 5
    User.objects.filter(id=1).update(is_staff=True)
    assert hanging_count() == 6
    Post.objects.filter(id=mine.id).update(last_editor_id=-1)
    assert hanging_count() == 6


def test_the_command_says_it_in_one_line(tmp_path: Path) -> None:
    folder = str(small(tmp_path))
    call_command("import_dump", folder, site_url=BEER, stdout=StringIO(), stderr=StringIO())
    options = {"site_url": TRAVEL, "stdout": StringIO(), "stderr": StringIO()}
    with pytest.raises(CommandError, match=r"^this site is beer\.example.*--another-site\.$"):
        call_command("import_dump", folder, **options)
    call_command("import_dump", folder, "--another-site", **options)
    assert Source.objects.get().url == TRAVEL
