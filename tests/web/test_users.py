"""People and their profiles."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from ask.accounts.models import COMMUNITY, User
from ask.questions.cached import totals
from ask.questions.models import Answer, PostHistoryType, Vote, VoteType
from ask.ratings.cached import rankings
from ask.ratings.models import Badge, BadgeClass, ReputationDay
from ask.ratings.standings import refresh_standings
from tests.cast import NOON, alice, ask, bob, carol, comment, history, person

pytestmark = pytest.mark.django_db


def names_on(client: Client, address: str) -> list[str]:
    return [user.display_name for user, _points in client.get(address).context["people"]]


TABS = ["profile", "questions", "answers", "tags", "badges", "reputation", "activity"]


def test_the_best_come_first_and_the_site_s_own_user_is_left_out(client: Client) -> None:
    User.objects.create(id=COMMUNITY, username="community", display_name="Community")
    alice(), bob(), carol()
    names = names_on(client, "/users")
    assert names == ["Carol", "Bob", "Alice"]
    names = names_on(client, "/users?filter=LIC")
    assert names == ["Alice"]


def test_each_tab_and_period_has_its_own_order(client: Client) -> None:
    person("Dora", now=NOON - timedelta(days=20), up_vote_count=7)
    question, older = ask(by=alice()), ask(by=carol())
    for post, days_ago in ((question, 0), (older, 20), (older, 20)):
        at = NOON - timedelta(days=days_ago)
        Vote.objects.create(post=post, vote_type=VoteType.UP, created_at=at)
    history(question, PostHistoryType.EDIT_BODY, guid="a", by=bob())
    refresh_standings(now=NOON, dumped_at=None)
    rankings.fill()
    assert names_on(client, "/users?tab=reputation&filter=week") == ["Alice"]
    assert names_on(client, "/users?tab=Reputation&filter=month") == ["Carol", "Alice"]
    assert names_on(client, "/users?tab=new&filter=week") == ["Bob", "Carol", "Alice"]
    assert names_on(client, "/users?tab=new&filter=month")[-1] == "Dora"
    assert names_on(client, "/users?tab=editors&filter=week") == ["Bob"]
    assert names_on(client, "/users?tab=editors") == ["Bob"]
    assert names_on(client, "/users?tab=voters&filter=week") == ["Dora"]
    assert names_on(client, "/users?filter=month&search=ali") == ["Alice"]
    assert names_on(client, "/users?tab=editors&search=ali") == []
    assert client.get("/users?filter=LIC").context["wanted"] == "LIC"


def test_a_period_says_its_days_and_what_was_gained_in_it(client: Client) -> None:
    Vote.objects.create(post=ask(), vote_type=VoteType.UP, created_at=NOON)
    refresh_standings(now=NOON, dumped_at=None)
    rankings.fill()
    html = client.get("/users?filter=week").content.decode()
    assert "25 Apr 2024 – 1 May 2024" in html
    assert "+10 reputation" in html
    html = client.get("/users?filter=week", headers={"accept-language": "ru"}).content.decode()
    assert "+10 к репутации" in html


@pytest.mark.parametrize("tab", ["reputation", "new", "voters", "editors"])
def test_before_the_first_computation_nobody_is_ranked(client: Client, tab: str) -> None:
    response = client.get(f"/users?tab={tab}&filter=week")
    assert "Nobody so far." in response.content.decode()


def test_another_name_leads_to_the_right_one(client: Client) -> None:
    user = person("Анна Лебедева")
    for path in (f"/users/{user.id}", f"/users/{user.id}/x", f"/users/{user.id}/x?tab=tags"):
        response = client.get(path)
        assert response.status_code == 301
        assert client.get(path, follow=True).status_code == 200
    assert client.get(f"/users/{user.id}?tab=tags").headers["Location"].endswith("?tab=tags")


def test_nobody_is_not_found(client: Client) -> None:
    assert client.get("/users/5").status_code == 404
    assert client.get(f"/users/{10**30}").status_code == 404


def test_a_profile_shows_what_somebody_did(client: Client, accepted: Answer) -> None:
    comment(accepted, "I am sure.", by=bob())
    Badge.objects.create(user=bob(), name="Teacher", badge_class=BadgeClass.BRONZE, awarded_at=NOON)
    url = bob().get_absolute_url()
    assert "Why is the sky blue?" in client.get(url).content.decode()
    assert "Why is the sky blue?" in client.get(f"{url}?tab=answers").content.decode()
    assert client.get(f"{url}?tab=tags").context["tag_counts"] == [("light", 0, 1), ("sky", 0, 1)]
    assert "Teacher" in client.get(f"{url}?tab=badges").content.decode()
    activity = client.get(f"{url}?tab=activity").content.decode()
    for done in ("Teacher", "I am sure.", "Why is the sky blue?"):
        assert done in activity


def test_a_website_that_is_no_web_address_is_no_link(client: Client) -> None:
    user = person("Mallory", website_url="javascript:alert(1)")
    assert "javascript:" not in client.get(user.get_absolute_url()).content.decode()


def test_reputation_is_shown_by_day_with_what_the_limit_took(client: Client) -> None:
    for days_ago, votes, other in ((0, 230, 15), (1, -2, 0), (400, 10, 0)):
        ReputationDay.objects.create(
            user=bob(),
            gained_on=timezone.now().date() - timedelta(days=days_ago),
            vote_points=votes,
            other_points=other,
        )
    response = client.get(f"{bob().get_absolute_url()}?tab=reputation")
    assert [day.points for day in response.context["days"]] == [215, -2, 10]
    html = response.content.decode()
    assert "(30 beyond the limit of a day)" in html
    assert html.count("<rect") == 2
    assert 'class="loss"' in html


def test_the_reputation_of_many_days_is_on_pages(client: Client) -> None:
    ReputationDay.objects.bulk_create(
        ReputationDay(
            user=bob(),
            gained_on=NOON.date() - timedelta(days=days),
            vote_points=10,
            other_points=0,
        )
        for days in range(35)
    )
    url = f"{bob().get_absolute_url()}?tab=reputation"
    assert len(client.get(url).context["days"]) == 30
    assert len(client.get(f"{url}&page=2").context["days"]) == 5
    assert client.get(f"{url}&page=3").status_code == 404


@pytest.mark.parametrize("tab", TABS)
def test_a_profile_takes_few_queries(
    client: Client, tab: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(35):
        question = ask(f"Question {number}", tags="sky", by=bob())
        comment(question, by=bob())
        Badge.objects.create(user=bob(), name=f"Badge {number}", badge_class=3, awarded_at=NOON)
    url = f"{bob().get_absolute_url()}?tab={tab}"
    client.get(url)
    with django_assert_max_num_queries(5):
        assert client.get(url).status_code == 200


def test_the_list_takes_few_queries(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(40):
        somebody = person(f"Person {number}", up_vote_count=1)
        Vote.objects.create(post=ask(by=somebody), vote_type=VoteType.UP, created_at=NOON)
    refresh_standings(now=NOON, dumped_at=None)
    totals.fill()
    rankings.fill()
    for path in (
        "/users",
        "/users?tab=new&page=2",
        "/users?filter=person",
        "/users?tab=reputation&filter=week&page=2",
        "/users?tab=new&filter=week&page=2",
        "/users?tab=voters&page=2",
        "/users?tab=reputation&filter=week&search=person",
    ):
        client.get(path)
        with django_assert_max_num_queries(5):
            assert client.get(path).status_code == 200


@pytest.mark.django_db
def test_the_site_itself_has_a_profile(client: Client) -> None:
    User.objects.create(id=-1, username="user-1", display_name="Community")
    assert client.get("/users/-1")["Location"] == "/users/-1/community"
    assert client.get("/users/-1/community").status_code == 200


def test_a_moderator_has_a_mark_beside_their_name(client: Client, accepted: Answer) -> None:
    comment(accepted, by=bob())
    pages = (
        carol().get_absolute_url(),
        "/users?search=Carol",
        ask(by=carol()).get_absolute_url(),
        "/questions",
    )
    for language, word in (("en", "moderator"), ("ru", "модератор")):
        for page in pages:
            html = client.get(page, headers={"accept-language": language}).content.decode()
            assert f' <span title="{word}"><span aria-hidden="true">♦</span>' in html, page
    assert "♦" not in client.get(bob().get_absolute_url()).content.decode()
    assert "♦" in client.get(accepted.parent.get_absolute_url()).content.decode()  # Carol's comment


def test_a_profile_says_until_when_somebody_is_suspended(client: Client) -> None:
    until = timezone.now() + timedelta(days=2)
    susan = person("Susan", suspended_until=until)
    html = client.get(susan.get_absolute_url()).content.decode()
    assert f'Suspended until <time datetime="{until:%Y-%m-%dT%H:%M:%SZ}">' in html
    User.objects.filter(id=susan.id).update(suspended_until=NOON)
    assert "Suspended" not in client.get(susan.get_absolute_url()).content.decode()
