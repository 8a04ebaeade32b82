"""What was written here, and what it hangs on, when a newer dump comes."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.core.management import call_command
from django.db import connection

from ask.accounts.models import User
from ask.core.content import LOCAL_IDS, content_models
from ask.questions.counters import recount
from ask.questions.models import (
    Comment,
    LinkType,
    Post,
    PostHistory,
    PostHistoryType,
    PostLink,
    PostTag,
    Question,
    Tag,
    Vote,
    VoteType,
)
from ask.ratings.counters import TALLIES
from ask.ratings.models import Badge
from ask.stackexchange.carrying.references import references, references_from_beside
from ask.stackexchange.models import Source
from tests import cast
from tests.stackexchange.dumps import (
    answer,
    badge,
    comment,
    history,
    link,
    question,
    small,
    tag,
    user,
    vote,
    write,
)
from tests.stackexchange.test_importing import bring

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")

DERIVED = {"Source", "Standing", "TopAnswerer", "Reckoning", "ReputationDay"}


def rows() -> dict[str, list[dict[str, Any]]]:
    """All content but what an import computes anew."""
    found = {}
    for model in content_models():
        if model.__name__ not in DERIVED:
            found[model.__name__] = sorted(map(dict, model._default_manager.values()), key=str)
    return found


def mend_everything() -> None:
    for tally in TALLIES:
        recount(tally, is_mending=True, advanced=lambda count: None)
    Post.objects.update(is_hotness_stale=False)


def upvote(post: Post) -> Vote:
    """Of here; whoever votes changes the score."""
    Post.objects.filter(id=post.id).update(score=Post.objects.get(id=post.id).score + 1)
    cast_vote: Vote = Vote.objects.create(
        post_id=post.id, vote_type=VoteType.UP, created_at=cast.NOON
    )
    return cast_vote


def tags_of(post: Post) -> list[str]:
    bearing = PostTag.objects.filter(post_id=post.id).values("tag_id")
    return sorted(Tag.objects.filter(id__in=bearing).values_list("name", flat=True))


def before(folder: Path, **more: list[str]) -> Path:
    """Besides what `small` has: Dave asks about malt and Bob answers, with everything that can
    hang on a question."""
    return small(
        folder,
        **{
            "Users": [user(1, "Alice"), user(2, "Bob"), user(3, "Dave"), user(4, "Eve")],
            "Posts": [
                question(1, AcceptedAnswerId=2, Score=1, AnswerCount=1),
                answer(2, to=1, Score=2),
                question(
                    3, OwnerUserId=3, Score=1, AnswerCount=1, CommentCount=1, Tags="<malt><beer>"
                ),
                answer(4, to=3, Score=1),
            ],
            "Votes": [
                vote(1, post=1, type=2),
                vote(2, post=2, type=2),
                vote(3, post=2, type=2),
                vote(4, post=2, type=1),
                vote(5, post=3, type=2),
                vote(6, post=4, type=2),
            ],
            "Comments": [comment(1, post=3, user=4)],
            "PostHistory": [history(1, post=1, user=1), history(2, post=3, user=3)],
            "PostLinks": [link(1, post=3, to=1), link(2, post=1, to=3)],
            "Badges": [badge(1, user=3), badge(2, user=1)],
            "Tags": [tag(1, "hops", count=1), tag(2, "beer", count=2), tag(3, "malt", count=1)],
            **more,
        },
    )


def after(folder: Path, **more: list[str]) -> Path:
    """The same site without Dave, Eve and what Dave asked."""
    return small(
        folder,
        **{
            "Comments": [comment(9, post=1)],
            "PostHistory": [history(1, post=1, user=1)],
            "PostLinks": [],
            "Badges": [badge(2, user=1)],
            "Tags": [tag(1, "hops", count=1), tag(2, "beer", count=1)],
            "Posts": [
                question(1, AcceptedAnswerId=2, Score=1, AnswerCount=1, CommentCount=1),
                answer(2, to=1, Score=2),
            ],
            **more,
        },
    )


def write_here() -> Question:
    """Something of every kind on what `small` brings; returns a question."""
    imported = Question.objects.get(id=1)
    theirs = Post.objects.get(id=2)
    mine = cast.ask("Mine?", tags="hops yeast")
    cast.answer(mine)
    given = cast.answer(imported, score=1)
    Post.objects.filter(id=1).update(accepted_answer_id=given.id)
    cast.comment(Question.objects.get(id=1))
    for post in (imported, theirs, mine):
        upvote(post)
    Vote.objects.create(post_id=given.id, vote_type=VoteType.UP, created_at=cast.NOON)
    Vote.objects.create(post_id=1, vote_type=VoteType.FAVORITE, user=cast.carol())
    cast.history(imported, PostHistoryType.EDIT_BODY, "Why, please?", guid="here")
    PostLink.objects.create(post=mine, related_post_id=1, link_type=LinkType.LINKED)
    Badge.objects.create(user_id=1, name="Teacher", badge_class=1)
    mend_everything()
    return mine


def test_the_same_dump_again_changes_nothing_but_what_is_stale(tmp_path: Path) -> None:
    folder = before(tmp_path)
    assert bring(folder).drift == {}
    write_here()
    before_it = rows()
    report = bring(folder)
    assert (report.drift, report.kept) == ({}, {})
    stale = Post.objects.filter(is_hotness_stale=True)
    assert list(stale.values_list("id", flat=True)) == [1]
    Post.objects.update(is_hotness_stale=False)
    assert rows() == before_it


def test_what_nothing_hangs_on_goes(tmp_path: Path) -> None:
    bring(before(tmp_path / "before"))
    report = bring(after(tmp_path / "after"))
    assert (report.drift, report.kept) == ({}, {})
    assert list(Post.objects.values_list("id", flat=True).order_by("id")) == [1, 2]
    assert not User.objects.filter(id=3).exists()
    assert not Tag.objects.filter(name="malt").exists()


def test_a_lost_question_stays_with_all_that_belongs_to_it(tmp_path: Path) -> None:
    bring(before(tmp_path / "before"))
    cast.comment(Question.objects.get(id=3))
    mend_everything()
    kept = Question.objects.get(id=3)
    report = bring(after(tmp_path / "after"))
    assert report.drift == {}
    # Dave for the question, Eve for her comment.
    assert report.kept == {"Users": 2, "Tags": 1, "Posts": 1}
    found = Question.objects.get(id=3)
    assert (found.body, found.score, found.comment_count) == (kept.body, 1, 2)
    assert (found.answer_count, found.is_answered) == (0, False)
    assert PostHistory.objects.get(post_id=3).user_id == 3
    assert tags_of(found) == ["beer", "malt"]
    assert Tag.objects.get(name="beer").question_count == 2
    assert set(PostLink.objects.values_list("id", flat=True)) == {1, 2}
    dave = User.objects.get(id=3)
    assert (dave.question_count, dave.bronze_count) == (1, 1)
    assert bring(after(tmp_path / "again")).kept == report.kept


def test_the_report_says_what_was_kept(tmp_path: Path) -> None:
    bring(before(tmp_path / "before"))
    cast.comment(Question.objects.get(id=3))
    out = StringIO()
    call_command("import_dump", str(after(tmp_path / "after")), stdout=out, stderr=StringIO())
    assert (
        "Kept although the dump has lost it, because something written here hangs on it:"
        " 2 users, 1 tag, 1 post.\n"
    ) in out.getvalue()
    assert Source.objects.get().report["kept"] == {"Users": 2, "Tags": 1, "Posts": 1}


def test_a_lost_answer_stays_with_its_question(tmp_path: Path) -> None:
    bring(before(tmp_path / "before"))
    upvote(Post.objects.get(id=4))
    report = bring(after(tmp_path / "after"))
    assert (report.drift, report.kept["Posts"]) == ({}, 2)
    found = Question.objects.get(id=3)
    assert (found.answer_count, found.is_answered) == (1, True)
    assert Post.objects.get(id=4).score == 2
    assert User.objects.get(id=2).answer_count == 2


def test_a_lost_answer_stays_below_a_question_that_is_not_lost(tmp_path: Path) -> None:
    bring(before(tmp_path / "before"))
    cast.comment(Post.objects.get(id=4))  # type: ignore[arg-type]
    posts = [
        question(1, AcceptedAnswerId=2, Score=1, AnswerCount=1, CommentCount=1),
        answer(2, to=1, Score=2),
        question(3, Tags="<beer>", Score=0),
    ]
    report = bring(
        after(
            tmp_path / "after",
            Posts=posts,
            Tags=[tag(1, "hops", count=1), tag(2, "beer", count=2)],
        )
    )
    assert (report.drift, report.kept) == ({}, {"Posts": 1})
    found = Question.objects.get(id=3)
    assert (found.answer_count, found.is_answered, found.is_hotness_stale) == (1, True, True)
    assert tags_of(found) == ["beer"]


def test_a_question_that_lost_all_its_answers_counts_those_of_here(tmp_path: Path) -> None:
    bring(before(tmp_path / "before"))
    cast.answer(Question.objects.get(id=3))
    mend_everything()
    assert bring(after(tmp_path / "after")).drift == {}
    found = Question.objects.get(id=3)
    assert (found.answer_count, found.is_answered) == (1, False)


def test_every_reference_keeps_what_it_leads_to(tmp_path: Path) -> None:
    bring(before(tmp_path / "before"))
    PostLink.objects.create(post_id=1, related_post_id=3, link_type=LinkType.LINKED)
    cast.history(Question.objects.get(id=1), PostHistoryType.CLOSED, guid="x", by=User(id=4))
    report = bring(after(tmp_path / "after"))
    assert report.kept == {"Users": 2, "Tags": 1, "Posts": 1}


def test_links_do_not_keep_what_they_lead_to(tmp_path: Path) -> None:
    posts = [
        question(1, AcceptedAnswerId=2, Score=1, AnswerCount=1),
        answer(2, to=1, Score=2),
        *(question(number, Tags="") for number in (5, 6, 7)),
    ]
    links = [link(1, post=5, to=6), link(2, post=6, to=7), link(3, post=5, to=1)]
    bring(small(tmp_path / "before", Posts=posts, PostLinks=links))
    cast.comment(Question.objects.get(id=5))
    assert bring(small(tmp_path / "after")).kept == {"Posts": 1}
    assert list(PostLink.objects.values_list("id", flat=True)) == [3]


def test_a_kept_question_keeps_its_accepted_answer(tmp_path: Path) -> None:
    posts = [question(1, AcceptedAnswerId=2, AnswerCount=2), answer(2, to=1), answer(3, to=1)]
    bring(small(tmp_path / "before", Posts=posts, Votes=[vote(1, post=2, type=1)]))
    cast.comment(Question.objects.get(id=1))
    report = bring(small(tmp_path / "after", Posts=[question(9)], Votes=[vote(2, post=9, type=5)]))
    assert report.kept == {"Posts": 2}
    found = Question.objects.get(id=1)
    assert (found.accepted_answer_id, found.answer_count, found.is_answered) == (2, 1, True)


def test_a_reference_to_what_never_was_there_keeps_nothing(tmp_path: Path) -> None:
    bring(before(tmp_path / "before"))
    Vote.objects.create(post_id=999, vote_type=VoteType.UP)
    Comment.objects.create(post_id=1, user_id=None, text="", html="")
    assert bring(after(tmp_path / "after")).kept == {}
    assert Vote.objects.filter(post_id=999).exists()


def test_tables_beside_the_content_keep_people(tmp_path: Path) -> None:
    bring(before(tmp_path / "before"))
    LogEntry.objects.create(user_id=3, action_flag=1, object_repr="something")
    assert bring(after(tmp_path / "after")).kept == {"Users": 1}
    assert LogEntry.objects.get().user.display_name == "Dave"


def test_a_dump_without_votes_leaves_the_scores_that_it_says(tmp_path: Path) -> None:
    bring(before(tmp_path / "before"))
    for number in (1, 3):
        upvote(Post.objects.get(id=number))
    folder = after(tmp_path / "after")
    (folder / "Votes.xml").unlink()
    (folder / "Comments.xml").unlink()
    report = bring(folder)
    # One vote of the dump's on a kept post, and recount would think that the others have none.
    assert not Vote.objects.filter(id__lt=LOCAL_IDS).exists()
    assert report.drift == {}
    assert dict(Post.objects.filter(id__in=(1, 2, 3)).values_list("id", "score")) == {
        1: 2,
        2: 2,
        3: 2,
    }


def test_votes_of_here_are_added_to_the_score_of_the_newer_dump(tmp_path: Path) -> None:
    bring(before(tmp_path / "before"))
    upvote(Post.objects.get(id=1))
    # Six votes, of which the dump has lost four: that is its own matter.
    posts = [question(1, Score=6, AnswerCount=1, FavoriteCount=""), answer(2, to=1, Score=2)]
    posts = [posts[0].replace('FavoriteCount="" ', ""), posts[1]]
    report = bring(after(tmp_path / "after", Posts=posts, Comments=[]))
    found = Post.objects.get(id=1)
    assert (found.score, found.favorite_count, found.is_hotness_stale) == (7, None, True)
    assert set(report.drift) == {"Post.score"}


def test_a_vote_of_here_makes_a_question_answered(tmp_path: Path) -> None:
    posts = [question(1, AnswerCount=1), answer(2, to=1)]
    folder = small(tmp_path, Posts=posts, Votes=[vote(1, post=1, type=5)])
    bring(folder)
    upvote(Post.objects.get(id=2))
    bring(folder)
    assert Post.objects.get(id=1).is_answered


def test_an_answer_of_here_stays_accepted(tmp_path: Path) -> None:
    bring(before(tmp_path / "before"))
    given = cast.answer(Question.objects.get(id=1), is_accepted=True)
    bring(after(tmp_path / "after"))
    found = Question.objects.get(id=1)
    assert (found.accepted_answer_id, found.answer_count) == (given.id, 2)


def test_an_answer_that_was_accepted_here_stays_so(tmp_path: Path) -> None:
    posts = [question(1, AnswerCount=2), answer(2, to=1), answer(3, to=1)]
    folder = small(tmp_path, Posts=posts, Votes=[vote(1, post=1, type=5)])
    bring(folder)
    Post.objects.filter(id=1).update(accepted_answer_id=3)
    bring(folder)
    assert Question.objects.get(id=1).accepted_answer_id is None
    Post.objects.filter(id=1).update(accepted_answer_id=3)
    Vote.objects.create(post_id=3, vote_type=VoteType.ACCEPTED)
    bring(folder)
    assert Question.objects.get(id=1).accepted_answer_id == 3
    assert Question.objects.get(id=1).is_answered


def test_tags_are_the_same_by_their_names(tmp_path: Path) -> None:
    bring(before(tmp_path / "before"))
    mine = cast.ask("Mine?", tags="beer malt yeast")
    mend_everything()
    tags = [tag(1, "beer", count=1), tag(2, "yeast", count=0), tag(3, "hops", count=1)]
    report = bring(after(tmp_path / "after", Tags=tags))
    assert (report.drift, report.kept) == ({}, {"Tags": 1})
    assert tags_of(mine) == ["beer", "malt", "yeast"]
    found = dict(Tag.objects.values_list("name", "id"))
    assert (found["beer"], found["yeast"], found["hops"]) == (1, 2, 3)
    # The id that it had is another's by now.
    assert found["malt"] >= LOCAL_IDS
    assert dict(Tag.objects.values_list("name", "question_count")) == {
        "beer": 2,
        "hops": 1,
        "malt": 1,
        "yeast": 1,
    }
    assert bring(after(tmp_path / "again", Tags=tags)).kept == {}
    assert tags_of(mine) == ["beer", "malt", "yeast"]
    assert cast.tag("another").id > found["malt"]


def test_a_tag_keeps_the_texts_that_were_written_here(tmp_path: Path) -> None:
    bring(before(tmp_path / "before"))
    text = Post.objects.create(post_type=4, body="About beer.")
    other = Post.objects.create(post_type=5, body="About yeast.")
    Tag.objects.filter(name="beer").update(excerpt_post_id=text.id)
    Tag.objects.create(name="yeast", wiki_post_id=other.id)
    tags = [tag(1, "beer", count=1), tag(2, "yeast", count=0), tag(3, "hops", count=1)]
    bring(after(tmp_path / "after", Tags=tags))
    assert Tag.objects.get(name="beer").excerpt_post_id == text.id
    assert Tag.objects.get(id=2).wiki_post_id == other.id


def test_a_tag_may_be_called_anything(tmp_path: Path) -> None:
    name = 'a"b\\c'
    bring(small(tmp_path / "before", Posts=[question(1, Tags=f"<{name}>"), question(2)], Votes=[]))
    cast.comment(Question.objects.get(id=1))
    bring(small(tmp_path / "after", Posts=[question(2)], Votes=[]))
    assert tags_of(Question.objects.get(id=1)) == [name]


def test_only_tags_of_posts_refer_to_tags() -> None:
    # Whatever else refers to them must learn that a tag's id may be another's in a newer dump.
    found = [*references(), *references_from_beside()]
    assert [reference for reference in found if reference.target == Tag._meta.db_table] == []


def test_an_imported_name_gives_way_to_one_of_here(tmp_path: Path) -> None:
    bring(small(tmp_path / "before"))
    here = cast.person("user7")
    claimed = User.objects.get(id=1)
    claimed.username = "user8"
    claimed.set_password("secret")
    claimed.save()
    people = [user(number, "Somebody") for number in (1, 2, 7, 8)]
    for folder in ("after", "again"):
        bring(small(tmp_path / folder, Users=people))
        assert dict(User.objects.values_list("id", "username")) == {
            1: "user8",
            2: "user2",
            7: "user7-2",
            8: "user8-2",
            here.id: "user7",
        }


def test_a_free_name_is_free_here_too(tmp_path: Path) -> None:
    bring(small(tmp_path / "before"))
    cast.person("user7")
    cast.person("user7-2")
    bring(small(tmp_path / "after", Users=[user(1, "Alice"), user(2, "Bob"), user(7, "Dave")]))
    assert User.objects.get(id=7).username == "user7-3"


def test_claimed_accounts_may_have_each_others_names(tmp_path: Path) -> None:
    folder = small(tmp_path)
    bring(folder)
    User.objects.filter(id=1).update(username="x", is_staff=True)
    User.objects.filter(id=2).update(username="user1", is_staff=True)
    User.objects.filter(id=1).update(username="user2")
    bring(folder)
    names = dict(User.objects.values_list("id", "username"))
    assert names == {1: "user2", 2: "user1"}


def test_a_claimed_account_that_the_dump_lost_stays(tmp_path: Path) -> None:
    bring(before(tmp_path / "before"))
    User.objects.filter(id=3).update(username="dave", is_staff=True)
    User.objects.filter(id=4).update(username="user9", is_active=False)
    people = [user(1, "Alice"), user(2, "Bob"), user(9, "Nina")]
    report = bring(after(tmp_path / "after", Users=people))
    assert (report.kept, report.drift) == ({"Users": 2}, {})
    assert User.objects.get(id=3).username == "dave"
    assert User.objects.get(id=4).username == "user9"
    assert User.objects.get(id=9).username == "user9-2"
    assert User.objects.get(id=3).question_count == 0


def test_nothing_that_an_import_works_with_is_left(tmp_path: Path) -> None:
    known = sorted(connection.introspection.table_names())
    bring(before(tmp_path / "before"))
    write_here()
    bring(after(tmp_path / "after"))
    assert sorted(connection.introspection.table_names()) == known


CODE = "<pre><code>x = 1</code></pre>\n"


def test_a_text_that_did_not_change_stays_rendered(tmp_path: Path) -> None:
    linked = f'{CODE}<p><a href="https://beer.example/q/1">this</a></p>'
    bodies = {1: CODE, 2: CODE, 3: linked, 4: CODE, 5: CODE, 6: "<p>No code.</p>"}
    bring(
        write(
            tmp_path / "before",
            Users=[user(1, "Alice")],
            Posts=[question(id, Body=body) for id, body in bodies.items()],
        ),
        site_url="https://beer.example",
    )
    Post.objects.filter(id__in=(1, 2, 3, 5)).update(rendered_body="<b>x</b>")
    Post.objects.filter(id__in=(1, 2, 3, 4, 5)).update(is_rendering_due=False)
    Post.objects.filter(id=4).update(is_rendering_due=True)
    bodies[2] = CODE.replace("1", "2")
    posts = [question(id, Body=body) for id, body in bodies.items() if id != 5]
    posts.append(question(5, Body=CODE, Tags="<python>"))
    bring(
        write(tmp_path / "after", Users=[user(1, "Alice")], Posts=posts),
        site_url="https://beer.example",
    )
    found = {
        post.id: (post.rendered_body, post.is_rendering_due) for post in Post.objects.order_by("id")
    }
    assert found == {
        1: ("<b>x</b>", False),
        2: (None, True),
        3: ("<b>x</b>", True),
        4: (None, True),
        5: ("<b>x</b>", True),
        6: (None, False),
    }
