"""Addresses of tags."""

from urllib.parse import quote

import pytest
from django.http import Http404
from django.test import Client

from ask.web.addresses import tag_info_path, tag_path, tags_at
from tests.cast import tag


def test_what_means_something_in_an_address_is_quoted() -> None:
    assert tag_path(["c++", "linux"]) == "/questions/tagged/c%2B%2B+linux"
    assert tag_path(["c#"]) == "/questions/tagged/c%23"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("c", ["c"]),
        ("c++", ["c++"]),
        ("c+++linux", ["c++", "linux"]),
        ("linux+c++", ["linux", "c++"]),
        ("linux c", ["linux", "c"]),
        ("c+linux+c", ["c", "linux"]),
        ("C++", ["c++"]),
    ],
)
def test_the_longest_name_that_exists_is_read(text: str, names: list[str]) -> None:
    for name in ("c", "c++", "linux"):
        tag(name)
    assert [found.name for found in tags_at(text)] == names


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["", "+", "c+", "sea", "c+sea"])
def test_a_part_that_is_no_tag_is_not_found(text: str) -> None:
    tag("c")
    with pytest.raises(Http404):
        tags_at(text)


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["C", "a b", "a/b", "a//b", "..", "a?b#c%2F", "x+" * 30, "é"])
def test_a_dump_may_name_a_tag_as_it_likes(client: Client, name: str) -> None:
    tag("c")
    tag("a")
    made = tag(name)
    for path in (tag_path([name]), tag_info_path(name), f"/feeds/tag/{quote(name, safe='')}"):
        assert client.get(path).status_code == 200
    assert client.get(tag_info_path(name)).context["tag"] == made
    assert client.get(tag_path([name])).context["tags"] == [made]


def test_the_admin_needs_no_slash(client: Client) -> None:
    response = client.get("/admin")
    assert (response.status_code, response["Location"]) == (301, "/admin/")
