"""A question's page and the addresses that lead to it."""

import json
import re
from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from ask.core.content import LOCAL_IDS
from ask.questions.models import (
    Answer,
    LinkType,
    PostHistoryType,
    PostLink,
    Question,
    Vote,
    VoteType,
)
from ask.stackexchange.models import Source
from tests.cast import NOON, alice, answer, ask, bob, comment, history

pytestmark = pytest.mark.django_db


def page(client: Client, question: Question, query: str = "") -> str:
    response = client.get(question.get_absolute_url() + query)
    assert response.status_code == 200
    return response.content.decode()


def test_it_shows_who_asked_what(client: Client, accepted: Answer) -> None:
    html = page(client, Question.objects.get())
    for shown in ("Why is the sky blue?", "It looks blue to me.", "Alice", "1,234 views"):
        assert shown in html
    for shown in ("Short waves scatter more.", "Bob", "Are you sure?", "accepted"):
        assert shown in html


@pytest.mark.parametrize("slug", ["", "/", "/wrong", "/why-is-the-sky-blue/"])
def test_another_slug_leads_to_the_right_one(client: Client, question: Question, slug: str) -> None:
    response = client.get(f"/questions/{question.id}{slug}", follow=True)
    assert response.redirect_chain[-1] == (question.get_absolute_url(), 301)


def test_a_redirect_keeps_the_query(client: Client, question: Question) -> None:
    response = client.get(f"/questions/{question.id}?answertab=createdasc")
    assert response.headers["Location"].endswith("why-is-the-sky-blue?answertab=createdasc")


def test_a_title_of_other_letters_has_a_slug(client: Client) -> None:
    question = ask("Почему небо голубое?")
    assert question.slug == "почему-небо-голубое"
    assert client.get(question.get_absolute_url()).status_code == 200


def test_short_addresses_lead_to_the_question(client: Client, accepted: Answer) -> None:
    url = Question.objects.get().get_absolute_url()
    for path in (f"/q/{accepted.parent_id}", f"/q/{accepted.parent_id}/7"):
        response = client.get(path)
        assert (response.status_code, response.headers["Location"]) == (301, url)
    for path in (
        f"/a/{accepted.id}",
        f"/a/{accepted.id}/7",
        f"{url}/{accepted.id}",
        f"/questions/{accepted.id}",
    ):
        response = client.get(path)
        assert (response.status_code, response.headers["Location"]) == (301, f"{url}#{accepted.id}")
    assert f'id="{accepted.id}"' in client.get(url).content.decode()


def test_what_was_never_here_is_not_found(client: Client) -> None:
    for path in ("/questions/1", "/q/1", "/a/1", f"/questions/{10**30}", f"/a/{10**30}"):
        assert client.get(path).status_code == 404


def test_what_was_deleted_is_gone(client: Client, accepted: Answer) -> None:
    Answer.objects.update(deleted_at=NOON)
    assert client.get(f"/a/{accepted.id}").status_code == 410
    Question.objects.update(deleted_at=NOON)
    for path in ("/questions/{}", "/q/{}", "/posts/{}/revisions", "/feeds/question/{}"):
        response = client.get(path.format(accepted.parent_id))
        assert response.status_code == 410
        assert b"This was deleted" in response.content


def test_the_accepted_answer_stands_first_in_every_order(client: Client) -> None:
    question = ask()
    first = answer(question, score=1, now=NOON + timedelta(hours=1))
    second = answer(question, score=9, now=NOON + timedelta(hours=2))
    third = answer(question, score=5, now=NOON + timedelta(hours=3))

    def order(tab: str) -> list[int]:
        response = client.get(question.get_absolute_url(), {"answertab": tab})
        return [shown.post.id for shown in response.context["answers"]]

    assert order("scoredesc") == [second.id, third.id, first.id]
    assert order("modifieddesc") == [third.id, second.id, first.id]
    assert order("createdasc") == [first.id, second.id, third.id]
    question.accepted_answer = first
    question.save()
    assert order("") == [first.id, second.id, third.id]
    assert order("modifieddesc") == [first.id, third.id, second.id]


def test_answers_beyond_thirty_are_on_further_pages(client: Client) -> None:
    question = ask()
    answers = [answer(question, score=100 - number) for number in range(35)]
    url = question.get_absolute_url()
    assert len(client.get(url).context["answers"]) == 30
    assert len(client.get(f"{url}?page=2").context["answers"]) == 5
    assert client.get(f"{url}?page=3").status_code == 404
    last = client.get(f"/a/{answers[-1].id}")
    assert (last.status_code, last.headers["Location"]) == (302, f"{url}?page=2#{answers[-1].id}")
    assert client.get(f"/a/{answers[29].id}").headers["Location"] == f"{url}#{answers[29].id}"


def test_five_comments_are_shown_and_the_rest_folded(client: Client, question: Question) -> None:
    for number in range(8):
        comment(question, f"remark {number}")
    html = page(client, question)
    folded = html.index("<details>")
    assert html.index("remark 4") < folded < html.index("remark 5")
    assert "Show 3 more comments" in html


def test_a_page_takes_few_queries_however_much_is_said(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    question = ask(closed_at=NOON, last_editor=bob(), last_edited_at=NOON)
    for number in range(40):
        given = answer(question, score=number, last_editor=alice(), last_edited_at=NOON)
        for _ in range(3):
            comment(given)
        PostLink.objects.create(
            post=question, related_post=ask(f"Other {number}"), link_type=LinkType.LINKED
        )
    client.get(question.get_absolute_url())
    with django_assert_max_num_queries(5):
        page(client, question)
    with django_assert_max_num_queries(5):
        page(client, question, "?page=2")


def test_a_closed_question_says_why(client: Client) -> None:
    question = ask(closed_at=NOON)
    history(question, PostHistoryType.CLOSED, guid="1", comment="102")
    history(question, PostHistoryType.REOPENED, guid="2")
    history(question, PostHistoryType.CLOSED, guid="3", comment="105")
    html = page(client, question)
    assert "This question is closed" in html
    assert "It asks for opinions." in html
    assert "subject of this site" not in html


def test_a_duplicate_leads_to_its_original(client: Client) -> None:
    original, duplicate, mention = ask("The original"), ask("The duplicate"), ask("A mention")
    for post, other, kind in (
        (duplicate, original, LinkType.DUPLICATE),
        (duplicate, original, LinkType.LINKED),
        (mention, original, LinkType.LINKED),
    ):
        PostLink.objects.create(post=post, related_post=other, link_type=kind)
    assert "It has answers here:" in page(client, duplicate)
    response = client.get(original.get_absolute_url())
    links = response.context["links"]
    assert [post.title for post in links.duplicates] == ["The duplicate"]
    assert [post.title for post in links.linked] == ["A mention"]


def test_a_link_to_what_is_not_here_is_left_out(client: Client, question: Question) -> None:
    gone = ask("Gone", deleted_at=NOON)
    PostLink.objects.create(post=question, related_post=gone, link_type=LinkType.LINKED)
    PostLink.objects.create(post=question, related_post_id=12345, link_type=LinkType.LINKED)
    assert "Gone" not in page(client, question)


def test_a_bounty_stands_at_the_answer_that_won_it(client: Client, accepted: Answer) -> None:
    Vote.objects.create(post=accepted, vote_type=VoteType.BOUNTY_CLOSE, bounty_amount=150)
    Vote.objects.create(
        post=accepted.parent,
        vote_type=VoteType.BOUNTY_START,
        bounty_amount=75,
        created_at=NOON,
    )
    html = page(client, Question.objects.get())
    assert "+150" in html
    assert "+75" not in html  # offered years ago


def test_an_imported_post_names_licence_original_and_author(client: Client) -> None:
    Source.objects.create(name="Sky", url="https://sky.stackexchange.com", imported_at=NOON)
    owner = alice()
    imported = ask(id=77, content_license="CC BY-SA 3.0")
    Question.objects.filter(id=77).update(owner_id=owner.id)
    html = page(client, imported)
    assert 'href="https://sky.stackexchange.com/questions/77"' in html
    assert 'href="https://creativecommons.org/licenses/by-sa/3.0/" rel="license"' in html
    local = ask("Written here")
    assert local.id >= LOCAL_IDS
    assert f"/questions/{local.id}</" not in page(client, local)
    assert "stackexchange.com/questions" not in page(client, local)


def test_nobody_s_text_ends_the_page_s_data(client: Client) -> None:
    question = ask("</script><script>alert(1)</script>", body="<p>&lt;/script&gt; &amp;</p>")
    answer(question)
    html = page(client, question)
    assert "<script>alert" not in html
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    assert found
    data = json.loads(found[1])
    assert data["@type"] == "QAPage"
    assert data["mainEntity"]["name"] == question.title
    assert data["mainEntity"]["text"] == "</script> &"
    assert data["mainEntity"]["suggestedAnswer"][0]["author"]["name"] == "Bob"


def test_names_are_escaped_everywhere(client: Client, accepted: Answer) -> None:
    name = '<b>"Bob"</b>&amp;'
    alice_, bob_ = alice(), bob()
    for user in (alice_, bob_):
        user.display_name = name
        user.save()
    for path in (f"/questions/{accepted.parent_id}", "/users", f"/users/{bob_.id}", "/questions"):
        html = client.get(path, follow=True).content.decode()
        assert '<b>"Bob"' not in html
        assert "&lt;b&gt;" in html
