"""Links to the source site."""

import pytest

from ask.questions.source_links import SourceLinks, links_in
from tests import cast

LINKS = SourceLinks(
    host="beer.stackexchange.com",
    post_ids=frozenset({7, 8}),
    user_ids=frozenset({3, -1}),
    tags=frozenset({"ale", "c++"}),
)


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("https://beer.stackexchange.com/questions/7/why-ale", "/questions/7/why-ale"),
        ("http://beer.stackexchange.com/questions/7", "/questions/7"),
        ("//beer.stackexchange.com/q/7/3", "/q/7/3"),
        ("https://BEER.stackexchange.com/a/8", "/a/8"),
        ("https://beer.stackexchange.com/questions/7/why/8#8", "/questions/7/why/8#8"),
        ("https://beer.stackexchange.com/q/7?noredirect=1#comment5", "/q/7?noredirect=1#comment5"),
        ("https://beer.stackexchange.com/users/3/bob?tab=activity", "/users/3/bob?tab=activity"),
        ("https://beer.stackexchange.com/users/-1/community", "/users/-1/community"),
        ("https://beer.stackexchange.com/questions/tagged/ale", "/questions/tagged/ale"),
        (
            "http://beer.stackexchange.com/questions/tagged/ale+c%2B%2b",
            "/questions/tagged/ale+c%2B%2b",
        ),
        ("https://beer.stackexchange.com/tags/ale/info", "/tags/ale/info"),
    ],
)
def test_a_page_that_is_here_is_linked_here(url: str, path: str) -> None:
    assert LINKS.path(url) == path


@pytest.mark.parametrize(
    "url",
    [
        "https://beer.stackexchange.com/questions/9/deleted",
        "https://beer.stackexchange.com/users/4/gone",
        "https://beer.stackexchange.com/questions/tagged/ale+wine",
        "https://beer.stackexchange.com/questions/tagged/",
        "https://beer.stackexchange.com/help/how-to-ask",
        "https://beer.stackexchange.com/",
        "https://meta.beer.stackexchange.com/questions/7",
        "https://beer.stackexchange.com.evil.example/questions/7",
        "https://evil.example/?https://beer.stackexchange.com/questions/7",
        "ftp://beer.stackexchange.com/questions/7",
        "https://beer.stackexchange.com/questions/7777777777777777777777",
        "//[beer.stackexchange.com/questions/7",
        "/questions/7",
        "mailto:bob@beer.stackexchange.com",
    ],
)
def test_other_addresses_stay_as_they_are(url: str) -> None:
    assert LINKS.path(url) is None


@pytest.mark.django_db
def test_what_is_here_is_found_at_once() -> None:
    question = cast.ask(tags="ale")
    bob = cast.bob()
    host = "beer.stackexchange.com"
    body = (
        f'<a href="https://{host}/q/{question.id}">this</a> <a href="https://{host}/q/5">gone</a>'
        f' <a href="https://{host}/users/{bob.id}/bob">Bob</a>'
        f' <a href="https://{host}/questions/tagged/ale">ale</a>'
    )
    links = links_in([body], host=host)
    assert links.post_ids == {question.id}
    assert links.user_ids == {bob.id}
    assert links.tags == {"ale"}


@pytest.mark.django_db
def test_a_deleted_post_is_not_here() -> None:
    question = cast.ask(deleted_at=cast.NOON)
    body = f'<a href="https://example.com/q/{question.id}">this</a>'
    assert links_in([body], host="example.com").post_ids == frozenset()


def test_without_a_source_nothing_is_looked_for() -> None:
    assert links_in(["<a href='https:///q/1'>"], host="").path("https:///q/1") is None
