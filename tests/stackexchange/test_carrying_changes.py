"""What was changed here on posts of the dump, when the same or a newer dump comes."""

from collections.abc import Sequence
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from ask.moderation.closing import close, reopen
from ask.moderation.deleting import delete, undelete
from ask.questions.editing import edit, source_of
from ask.questions.models import (
    LinkType,
    Post,
    PostHistory,
    PostLink,
    Question,
)
from ask.questions.revisions import revisions
from tests import cast, written
from tests.stackexchange.dumps import answer, history, link, question, small, tag
from tests.stackexchange.test_carrying import rows, tags_of
from tests.stackexchange.test_importing import bring

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")

LATER = "2025-01-01T00:00:00.000"
"""Than everything that is done here."""

HERE = "It was edited here"
THERE = "It was edited there"
AT_LAST = "It was edited at last"
CODE = "    print('some thirty characters of code')"
SHOWN = "<pre><code>print('some thirty characters of code')\n</code></pre>\n"
FIRST = {"AcceptedAnswerId": 2, "AnswerCount": 2, "Score": 1}
STALE = ("is_hotness_stale", "is_rendering_due")


def dump(folder: Path, *, posts: Sequence[str] = (), **more: list[str]) -> Path:
    """A question with two answers, and one each that is open, a duplicate, answered, deleted."""
    return small(
        folder,
        **{
            "Posts": [
                question(1, **FIRST),
                answer(2, to=1, Score=2),
                answer(3, to=1),
                question(4),
                question(5, ClosedDate="2014-02-01T00:00:00.000"),
                question(6, AnswerCount=1),
                answer(7, to=6),
                question(8, DeletionDate="2014-02-01T00:00:00.000"),
                *posts,
            ],
            "PostHistory": [history(1, post=1), history(2, post=5, type=10)],
            "PostLinks": [link(1, post=5, to=1, type=3)],
            "Tags": [tag(1, "hops", count=4), tag(2, "beer", count=4), tag(3, "malt", count=0)],
            **more,
        },
    )


def post(id: int) -> Post:
    return Post.objects.get(id=id)


def change_everything() -> None:
    """Of every aspect something; the first question is edited, and loses its accepted answer."""
    by: dict[str, Any] = {"person": cast.carol(), "now": cast.NOON}
    edit(post=post(1), title=HERE, body=CODE, tags="beer malt yeast", **by)
    Post.objects.filter(id=1).update(rendered_body="<b>x</b>", is_rendering_due=False)
    delete(post=post(2), **by)
    close(question=post(4), reason="101", original=post(1), **by)
    reopen(question=post(5), **by)
    written.answer(post(6))
    delete(post=post(6), **by)
    undelete(post=post(8), **by)


def content() -> dict[str, list[dict[str, Any]]]:
    found = rows()
    for each in found["Post"]:
        for column in STALE:
            del each[column]
    return found


def test_the_same_dump_again_undoes_nothing(tmp_path: Path) -> None:
    bring(dump(tmp_path))
    change_everything()
    before, drift = content(), written.drift()
    report = bring(dump(tmp_path))
    assert content() == before
    assert written.drift() == drift == []
    assert report.stayed == {"title": 1, "body": 1, "tags": 1, "closure": 2, "deletion": 4}
    assert report.overruled == {}
    out = StringIO()
    call_command("import_dump", str(tmp_path), "--diff", stdout=out, stderr=StringIO())
    assert out.getvalue().count(": nothing changes\n") == 8
    assert (
        "Kept as it is here, because somebody acted later than in the dump: title of 1 post,"
        " body of 1 post, tags of 1 post, closure of 2 posts, deletion of 4 posts.\n"
    ) in out.getvalue()
    undelete(person=cast.carol(), post=post(6), now=cast.NOON + timedelta(hours=1))
    assert Question.objects.get(id=6).answer_count == 2
    assert written.drift() == []


def test_what_was_changed_in_the_dump_later_is_the_dumps(tmp_path: Path) -> None:
    bring(dump(tmp_path / "before"))
    change_everything()
    later = [
        history(10, post=1, type=4, text=THERE, at=LATER),
        history(11, post=1, type=6, text="<hops>", at=LATER),
        history(12, post=4, type=10, at=LATER),
        history(13, post=5, type=10, at=LATER),
        *(history(20 + id, post=id, type=12, at=LATER) for id in (2, 6, 8)),
        *(history(30 + id, post=id, type=13, at=LATER) for id in (2, 6)),
    ]
    newer = dump(
        tmp_path / "newer",
        Posts=[
            question(1, Title=THERE, Tags="<hops>", LastEditDate=LATER, **FIRST),
            answer(2, to=1, Score=2),
            answer(3, to=1),
            *(question(id, ClosedDate=LATER) for id in (4, 5)),
            question(6, AnswerCount=1),
            answer(7, to=6),
            question(8, DeletionDate=LATER),
        ],
        PostHistory=[history(1, post=1), history(2, post=5, type=10), *later],
        Tags=[tag(1, "hops", count=4), tag(2, "beer", count=3)],
    )
    report = bring(newer)
    assert report.stayed == {"body": 1}
    assert report.overruled == {"title": 1, "tags": 1, "closure": 2, "deletion": 3}
    assert written.drift() == []
    found = Question.objects.get(id=1)
    assert (found.title, found.body) == (THERE, SHOWN)
    assert (found.accepted_answer_id, found.answer_count) == (2, 2)
    assert found.last_edited_at.year == 2025
    assert tags_of(found) == found.tag_names == ["hops"]
    assert source_of(found)[:3] == (THERE, CODE, "hops")
    history_of_first = PostHistory.objects.oldest().filter(post=1)
    assert len(history_of_first) == 1 + 3 + 2
    assert [one.after.title for one in revisions(history_of_first)][1:3] == [HERE, THERE]
    links = PostLink.objects.filter(link_type=LinkType.DUPLICATE)
    assert list(links.values_list("post_id", flat=True)) == [5]
    assert Question.objects.with_closure().get(id=4).closure is None
    # What went with its question comes back with it, also the answer that was written here.
    assert Question.objects.get(id=6).answer_count == 2
    assert not Question.objects.filter(id=8).exists()
    before = content()
    assert bring(newer).overruled == {}
    assert content() == before
    # An edit after that is the last again.
    edit(
        person=cast.carol(),
        post=found,
        title=AT_LAST,
        body=CODE,
        tags="hops",
        now=cast.NOON.replace(year=2026),
    )
    assert bring(newer).stayed == {"title": 1, "body": 1}
    assert Question.objects.get(id=1).title == AT_LAST


def test_an_answer_that_a_newer_dump_brings_to_a_question_deleted_here_is_hidden_with_it(
    tmp_path: Path,
) -> None:
    bring(dump(tmp_path / "before"))
    delete(person=cast.carol(), post=post(6), now=cast.NOON)
    events = [history(9, post=9, type=13, at=LATER)]
    newer = dump(tmp_path / "newer", posts=[answer(9, to=6)], PostHistory=events)
    for _ in range(2):
        bring(newer)
        assert PostHistory.objects.filter(post=9).count() == 2
        assert post(9).deleted_at == post(6).deleted_at == cast.NOON
        assert written.drift() == []
    undelete(person=cast.carol(), post=post(6), now=cast.NOON + timedelta(hours=1))
    assert Question.objects.get(id=6).answer_count == 2
    # Of the answer itself the dump knows something later.
    assert bring(newer).stayed == {"deletion": 2}
    assert written.drift() == []
    assert Question.objects.get(id=6).answer_count == 2


def test_where_a_dump_has_no_history_its_posts_say_when(tmp_path: Path) -> None:
    bring(dump(tmp_path / "before"))
    change_everything()
    first = {"LastEditDate": "2023-01-01T00:00:00.000", **FIRST}
    answers = [answer(2, to=1, Score=2), answer(3, to=1)]
    # Malt is lost, and borne here.
    tags = [tag(1, "hops", count=1), tag(2, "beer", count=1)]
    newer = dump(tmp_path / "newer", Posts=[question(1, **first), *answers], Tags=tags)
    (newer / "PostHistory.xml").unlink()
    report = bring(newer)
    assert report.stayed == {"title": 1, "body": 1, "tags": 1, "deletion": 1}
    assert report.kept["Tags"] == 1
    assert tags_of(post(1)) == ["beer", "malt", "yeast"]
    assert written.drift() == []
    posts = [question(1, **{**first, "LastEditDate": LATER}), *answers]
    later = dump(tmp_path / "later", Posts=posts, Tags=tags)
    (later / "PostHistory.xml").unlink()
    report = bring(later)
    assert report.stayed == {"deletion": 1}
    assert report.overruled == {"title": 1, "body": 1, "tags": 1}
    assert tags_of(post(1)) == ["beer", "hops"]
    assert written.drift() == []


def test_the_first_text_that_an_edit_here_writes_down_changes_nothing_else(tmp_path: Path) -> None:
    before = dump(tmp_path / "before")
    (before / "PostHistory.xml").unlink()
    bring(before)
    title = post(1).title or ""
    edit(person=cast.carol(), post=post(1), title=title, body=CODE, tags="hops beer", now=cast.NOON)
    assert PostHistory.objects.filter(post=1, history_type__in=[1, 2, 3]).count() == 3
    # Tags are merged there, and no edit says so.
    posts = [question(1, **{**FIRST, "Tags": "<malt>", "Title": "Why?"})]
    newer = dump(tmp_path / "newer", Posts=[*posts, answer(2, to=1, Score=2), answer(3, to=1)])
    (newer / "PostHistory.xml").unlink()
    assert bring(newer).stayed == {"body": 1}
    assert (tags_of(post(1)), post(1).title) == (["malt"], "Why?")
    assert PostHistory.objects.filter(post=1, history_type__in=[1, 2, 3]).count() == 3
