import pytest
from django.template import Context, Template, TemplateSyntaxError
from pytest_django import Settings

from tests.caching.broken import BROKEN

TEMPLATE = "{% load kept %}{% kept 60 greeting language %}{{ word }}{% endkept %}"


def render(*, language: str, word: str) -> str:
    return Template(TEMPLATE).render(Context({"language": language, "word": word}))


def test_a_part_is_kept_for_each_of_its_arguments() -> None:
    assert render(language="en", word="<b>") == "&lt;b&gt;"
    assert render(language="en", word="later") == "&lt;b&gt;"
    assert render(language="ru", word="later") == "later"


def test_a_part_is_made_anew_while_the_cache_is_down(settings: Settings) -> None:
    settings.CACHES = BROKEN
    assert render(language="en", word="one") == "one"
    assert render(language="en", word="two") == "two"


@pytest.mark.parametrize("arguments", ["", "60", "soon greeting"])
def test_a_part_needs_seconds_and_a_name(arguments: str) -> None:
    with pytest.raises(TemplateSyntaxError):
        Template(f"{{% load kept %}}{{% kept {arguments} %}}{{% endkept %}}")
