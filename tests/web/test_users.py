"""People and their profiles."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from ask.accounts.models import COMMUNITY, User
from ask.questions.cached import totals
from ask.questions.models import Answer
from ask.ratings.models import Badge, BadgeClass
from tests.cast import NOON, alice, ask, bob, carol, comment, person

pytestmark = pytest.mark.django_db

TABS = ["profile", "questions", "answers", "tags", "badges", "activity"]


def test_the_best_come_first_and_the_site_s_own_user_is_left_out(client: Client) -> None:
    User.objects.create(id=COMMUNITY, username="community", display_name="Community")
    alice(), bob(), carol()
    names = [user.display_name for user in client.get("/users").context["people"]]
    assert names == ["Carol", "Bob", "Alice"]
    names = [user.display_name for user in client.get("/users?filter=LIC").context["people"]]
    assert names == ["Alice"]


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
        person(f"Person {number}")
    totals.fill()
    for path in ("/users", "/users?tab=new&page=2", "/users?filter=person"):
        client.get(path)
        with django_assert_max_num_queries(5):
            assert client.get(path).status_code == 200
