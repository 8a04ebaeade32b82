"""What may be written."""

import pytest

from ask.moderation.editing import edit_comment
from ask.questions import editing, texts
from ask.questions.markdown import render_post
from ask.questions.texts import BadText
from tests import cast, written

INVISIBLE = {
    "zero width spaces": "\u200b" * 40,
    "a comment of HTML": "<!-- a comment of more than thirty characters -->",
    "a definition of a link": "[one]: https://example.org/a/long/path/somewhere",
    "empty elements": "<div></div>" * 5,
    "blanks": "&nbsp;" * 10,
    "blanks to braille": "\u2800" * 40,
}


@pytest.mark.parametrize("char", "\u200b\u3164\u2060\u00ad\u202e\ufe0f\u0301")
def test_a_title_is_made_of_what_can_be_seen(char: str) -> None:
    with pytest.raises(BadText) as refused:
        texts.title(char * 30)
    assert refused.value.field == "title"


def test_a_title_loses_what_cannot_be_seen() -> None:
    assert texts.title("Why is\u202e the \u200b sky\u00ad blue?") == "Why is the sky blue?"


def test_a_title_needs_a_letter_or_a_digit() -> None:
    with pytest.raises(BadText, match="letter or a digit"):
        texts.title("?!?!" * 5)


@pytest.mark.parametrize(
    "title",
    [
        "چرا آسمان آبی می\u200cشود و سبز نه؟",
        "What does 👩\u200d💻 do in a title?",
        "Почему API возвращает NULL?",
    ],
)
def test_a_title_may_have_any_alphabets_and_joiners(title: str) -> None:
    assert texts.title(title) == title


@pytest.mark.parametrize("body", INVISIBLE.values(), ids=INVISIBLE)
def test_a_body_shows_something(body: str) -> None:
    with pytest.raises(BadText) as refused:
        texts.visible(render_post(body))
    assert refused.value.field == "body"


@pytest.mark.parametrize(
    "body",
    [
        "![](https://example.org/a-picture-of-the-sky.png)",
        "`x`",
        "$$x$$",
        "می\u200cخواهم",
        "[](https://example.org) !",
    ],
)
def test_a_picture_code_or_a_formula_is_something(body: str) -> None:
    html = render_post(body)
    assert texts.visible(html) == html


@pytest.mark.django_db(databases="__all__")
@pytest.mark.parametrize("body", INVISIBLE.values(), ids=INVISIBLE)
def test_nobody_writes_or_edits_what_shows_nothing(body: str) -> None:
    question = written.ask()
    with pytest.raises(BadText):
        written.ask(body=body)
    with pytest.raises(BadText):
        written.answer(question, body=body)
    with pytest.raises(BadText):
        editing.edit(
            person=cast.alice(), post=question, title=written.TITLE, tags="sky", body=body,
            now=cast.NOON,
        )  # fmt: skip


@pytest.mark.django_db(databases="__all__")
@pytest.mark.parametrize("text", ["\u200b" * 20, "&nbsp;" * 10])
def test_a_comment_shows_something(text: str) -> None:
    question = written.ask()
    said = written.comment(question)
    with pytest.raises(BadText):
        written.comment(question, text=text)
    with pytest.raises(BadText):
        edit_comment(person=cast.bob(), comment=said, text=text, now=cast.NOON)
