"""What cmarkgfm's own function gives, without what it leaves behind."""

import resource

import cmarkgfm
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ask.questions import cmark

EXTENSIONS = ("autolink", "strikethrough")


@given(st.text(alphabet="*_`[]()<>&;\\~!#-+=1. \n\t\"'ab:/@wé日", max_size=60))
def test_the_same_html_is_made(markdown: str) -> None:
    assert cmark.to_html(markdown, extensions=EXTENSIONS) == (
        cmarkgfm.markdown_to_html_with_extensions(markdown, extensions=EXTENSIONS)
    )


@pytest.mark.parametrize("markdown", ["<b>a</b>", "[a](javascript:b)", "<script>a</script>"])
def test_no_html_is_let_through(markdown: str) -> None:
    html = cmark.to_html(markdown, extensions=())
    assert "<b>" not in html
    assert "javascript" not in html
    assert "<script" not in html


def test_memory_stays_flat() -> None:
    def render() -> None:
        for _ in range(2_000):
            cmark.to_html("*a* `b` https://c.example/ " * 20, extensions=EXTENSIONS)

    render()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(5):
        render()
    # The library's own function would have lost more than 100 MB.
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 4_000
