"""Who gained, voted and edited most in a period."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from ask.accounts.models import COMMUNITY, User
from ask.core.content import LOCAL_IDS
from ask.questions.models import Post, PostHistoryType, Vote, VoteType
from ask.ratings import standings
from ask.ratings.cached import rankings
from ask.ratings.models import Board, Period, Reckoning, Standing
from ask.ratings.standings import refresh_standings, starts_at
from tests.cast import NOON, alice, answer, ask, bob, carol, history, person

pytestmark = pytest.mark.django_db

DUMPED = datetime(2017, 8, 27, 3, 17, 44, 457_000, tzinfo=UTC)
LONG_AGO = datetime(2010, 1, 1, tzinfo=UTC)


def refresh(*, now: datetime = NOON, is_full: bool = False) -> int | None:
    return refresh_standings(now=now, dumped_at=None, is_full=is_full)


def vote(
    post: Post, kind: VoteType, *, days_ago: int = 0, amount: int | None = None, **columns: object
) -> Vote:
    """A vote as a dump has it: at midnight of its day."""
    midnight = NOON.replace(hour=0) - timedelta(days=days_ago)
    found: Vote = Vote.objects.create(
        post=post, vote_type=kind, created_at=midnight, bounty_amount=amount, **columns
    )
    return found


def points(board: Board, period: Period) -> dict[str, int]:
    found = Standing.objects.best(board=board, period=period)
    return dict(found.values_list("user__display_name", "points"))


def gained(period: Period = Period.WEEK) -> dict[str, int]:
    return points(Board.REPUTATION, period)


def test_a_period_has_whole_days_and_the_last_one_counts() -> None:
    assert starts_at(Period.WEEK, ends_at=NOON) == datetime(2024, 4, 25, tzinfo=UTC)
    late_in_the_west = datetime(2024, 4, 30, 23, tzinfo=timezone(timedelta(hours=-5)))
    assert starts_at(Period.WEEK, ends_at=late_in_the_west) == datetime(2024, 4, 25, tzinfo=UTC)
    with pytest.raises(ValueError):
        starts_at(Period.ALL, ends_at=NOON)


def test_votes_give_what_stack_exchange_gives() -> None:
    question = ask(by=alice())
    given = answer(question, by=bob(), is_accepted=True)
    vote(question, VoteType.UP)
    vote(question, VoteType.DOWN)
    vote(question, VoteType.FAVORITE)
    vote(given, VoteType.UP)
    vote(given, VoteType.ACCEPTED)
    vote(given, VoteType.BOUNTY_CLOSE, amount=50)
    refresh()
    assert gained() == {"Bob": 10 + 15 + 50, "Alice": 10 - 2 + 2}


def test_whose_account_is_closed_stands_nowhere() -> None:
    zed = person("Zed", is_active=False, up_vote_count=7)
    vote(ask(by=zed), VoteType.UP)
    history(ask(by=zed), PostHistoryType.EDIT_BODY, guid="a", by=zed)
    assert refresh() == 0


def test_accepting_one_s_own_answer_gives_nothing() -> None:
    vote(answer(ask(by=alice()), by=alice()), VoteType.ACCEPTED)
    assert refresh() == 0


def test_an_answer_to_somebody_unknown_is_accepted_all_the_same() -> None:
    question = ask()
    given = answer(question, by=bob())
    Post.objects.filter(id=question.id).update(owner=None)
    vote(given, VoteType.ACCEPTED)
    refresh()
    assert gained() == {"Bob": 15}


def test_wikis_deleted_posts_and_the_site_itself_gain_nothing() -> None:
    User.objects.create(id=COMMUNITY, username="community", display_name="Community")
    vote(ask(by=User.objects.get(id=COMMUNITY)), VoteType.UP)
    vote(ask(deleted_at=NOON), VoteType.UP)
    wiki = ask(community_owned_at=NOON - timedelta(days=3), by=carol())
    vote(wiki, VoteType.UP, days_ago=1)
    assert refresh() == 0
    vote(wiki, VoteType.UP, days_ago=5)
    refresh()
    assert gained() == {"Carol": 10}


def test_each_period_counts_its_own_days() -> None:
    question = ask()
    for days_ago in (0, 6, 7, 29, 30, 90, 91, 364, 365):
        vote(question, VoteType.UP, days_ago=days_ago)
    refresh()
    found = {period.name: gained(period).get("Alice") for period in Period}
    assert found == {"ALL": None, "WEEK": 20, "MONTH": 40, "QUARTER": 60, "YEAR": 80}


def test_who_lost_more_than_they_gained_is_not_ranked() -> None:
    question = ask()
    vote(question, VoteType.DOWN)
    vote(question, VoteType.UP, days_ago=20)
    refresh()
    assert gained() == {}
    assert gained(Period.MONTH) == {"Alice": 8}


def test_an_edit_is_one_however_much_it_changes() -> None:
    question = ask()
    history(question, PostHistoryType.INITIAL_BODY, guid="a", by=alice())
    for kind in (PostHistoryType.EDIT_TITLE, PostHistoryType.EDIT_BODY, PostHistoryType.EDIT_TAGS):
        history(question, kind, guid="b", by=bob())
    history(question, PostHistoryType.EDIT_BODY, guid="c", by=bob(), now=NOON - timedelta(days=9))
    history(question, PostHistoryType.EDIT_BODY, guid="d", by=carol(), now=LONG_AGO)
    refresh()
    assert points(Board.EDITORS, Period.WEEK) == {"Bob": 1}
    assert points(Board.EDITORS, Period.YEAR) == {"Bob": 2}
    assert points(Board.EDITORS, Period.ALL) == {"Bob": 2, "Carol": 1}


def test_voters_are_ranked_over_all_time() -> None:
    person("Dora", up_vote_count=3, down_vote_count=4)
    person("Emil", up_vote_count=9)
    alice()
    refresh()
    assert list(points(Board.VOTERS, Period.ALL)) == ["Emil", "Dora"]


def test_of_equals_the_newer_comes_first() -> None:
    person("Dora", up_vote_count=1), person("Emil", up_vote_count=1)
    refresh()
    assert list(points(Board.VOTERS, Period.ALL)) == ["Emil", "Dora"]


def test_a_second_run_has_nothing_to_do_until_something_is_added_or_a_day_passes() -> None:
    question = ask()
    vote(question, VoteType.UP)
    assert refresh() == 4
    assert refresh(now=NOON + timedelta(hours=1)) is None
    assert refresh(is_full=True) == 4
    taken_back = vote(question, VoteType.UP, days_ago=40)
    assert refresh() == 4
    assert gained(Period.QUARTER) == {"Alice": 20}
    taken_back.delete()
    assert refresh() == 4
    assert gained(Period.QUARTER) == {"Alice": 10}
    assert refresh(now=NOON + timedelta(days=7)) == 3


def test_a_dump_s_periods_end_where_it_ends_until_somebody_does_something_here() -> None:
    imported = Post.objects.create(id=5, post_type=1, owner=alice(), body="", created_at=DUMPED)
    Vote.objects.create(id=6, post=imported, vote_type=VoteType.UP, created_at=DUMPED)
    assert refresh_standings(now=NOON, dumped_at=DUMPED) == 4
    assert Reckoning.objects.get().ends_at == DUMPED
    assert refresh_standings(now=NOON + timedelta(days=1), dumped_at=DUMPED) is None
    Vote.objects.create(id=LOCAL_IDS, post=imported, vote_type=VoteType.UP, created_at=NOON)
    assert refresh_standings(now=NOON, dumped_at=DUMPED) == 4
    assert Reckoning.objects.get().ends_at == NOON
    assert gained(Period.YEAR) == {"Alice": 10}


def test_a_dump_from_the_future_ends_now() -> None:
    refresh_standings(now=NOON, dumped_at=NOON + timedelta(days=1))
    assert Reckoning.objects.get().ends_at == NOON


def test_a_killed_run_leaves_the_old_rows_and_the_next_one_does_the_work(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    question = ask()
    vote(question, VoteType.UP)
    refresh()
    vote(question, VoteType.UP)
    compute = standings._compute

    def die(*arguments: object, **options: object) -> None:
        compute(*arguments, **options)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(standings, "_compute", die)
        with pytest.raises(KeyboardInterrupt):
            refresh()
    assert gained() == {"Alice": 10}
    assert refresh() == 4
    assert gained() == {"Alice": 20}


def test_the_rankings_say_how_many_there_are_and_until_when() -> None:
    assert rankings.fill() == {"ends_at": None, "ranked": {}, "new": {}}
    vote(ask(), VoteType.UP, days_ago=20)
    person("Dora", now=NOON - timedelta(days=40))
    refresh()
    assert rankings.fill() == {
        "ends_at": NOON.isoformat(),
        "ranked": {"REPUTATION MONTH": 1, "REPUTATION QUARTER": 1, "REPUTATION YEAR": 1},
        "new": {"WEEK": 1, "MONTH": 1, "QUARTER": 2, "YEAR": 2},
    }
