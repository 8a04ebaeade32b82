"""Changing what was written, and going back to what it was."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from ask.accounts.models import User
from ask.questions import limits, tagging, texts, threads
from ask.questions.history import tags_text, write_first_texts, write_texts
from ask.questions.markdown import render_post
from ask.questions.models import Post, PostHistory, PostHistoryType, PostType
from ask.questions.privileges import require
from ask.questions.rendering import may_need_rendering
from ask.questions.revisions import BODIES, TAGS, TITLES, revisions
from ask.questions.threads import Conflict

_FIRST = {
    "title": PostHistoryType.INITIAL_TITLE,
    "body": PostHistoryType.INITIAL_BODY,
    "tags": PostHistoryType.INITIAL_TAGS,
}
_EDITS = {
    "title": PostHistoryType.EDIT_TITLE,
    "body": PostHistoryType.EDIT_BODY,
    "tags": PostHistoryType.EDIT_TAGS,
}
_ROLLBACKS = {
    "title": PostHistoryType.ROLLBACK_TITLE,
    "body": PostHistoryType.ROLLBACK_BODY,
    "tags": PostHistoryType.ROLLBACK_TAGS,
}


class Source(NamedTuple):
    """What somebody edits."""

    title: str
    body: str
    """Markdown; HTML where the post came without its history, which markdown may hold."""
    tags: str
    """With blanks between."""
    revision: str
    """The GUID of the latest revision; empty where there is none."""


def source_of(post: Post) -> Source:
    """What there is to edit of a post."""
    rows = PostHistory.objects.newest().filter(post=post)
    latest = rows.filter(history_type__in=TITLES | BODIES | TAGS)
    body = rows.filter(history_type__in=BODIES).values_list("text", flat=True).first()
    return Source(
        title=post.title or "",
        body=texts.in_order(post.body if body is None else body),
        tags=post.tags or "",
        revision=latest.values_list("revision_guid", flat=True).first() or "",
    )


def edit(
    *,
    person: User,
    post: Post,
    body: str,
    now: datetime,
    title: str = "",
    tags: str = "",
    summary: str = "",
    based_on: str | None = None,
) -> str | None:
    """Write another text of a question or an answer; returns the GUID of the revision.

    Returns None where nothing changes. `title` and `tags` are a question's. `based_on` is the
    revision that was edited: another one by now raises Conflict, lest it be lost. Raises BadText,
    NotAllowed, TooOften as well.
    """
    require(person, "edit", now=now, post=post)
    wanted = {"body": texts.body(body)}
    if post.post_type == PostType.QUESTION:
        wanted |= {"title": texts.title(title), "tags": " ".join(tagging.names(tags))}
    comment = texts.summary(summary)
    html = texts.visible(render_post(wanted["body"]))
    with transaction.atomic():
        thread = threads.lock(post)
        thread.require_present()
        source = source_of(_with_body(thread.post))
        if based_on is not None and based_on != source.revision:
            raise Conflict(_("Somebody else has edited this meanwhile."))
        return _write(
            thread.post,
            wanted=wanted,
            html=html,
            source=source,
            kinds=_EDITS,
            comment=comment or None,
            person=person,
            now=now,
        )


def roll_back(*, person: User, post: Post, revision: str, now: datetime) -> str | None:
    """Write the text of an earlier revision, given by its GUID, again; returns the new GUID.

    Returns None where it is the present text. What is not known of the earlier one stays. Raises
    Conflict where there is no such revision, NotAllowed, TooOften.
    """
    require(person, "edit", now=now, post=post)
    with transaction.atomic():
        thread = threads.lock(post)
        thread.require_present()
        rows = PostHistory.objects.oldest().filter(post=post).select_related("user")
        found = next((one for one in revisions(rows) if one.guid == revision), None)
        if found is None or found.number is None:
            raise Conflict(_("There is no such revision."))
        source = source_of(_with_body(thread.post))
        text = found.after
        wanted = {"body": source.body if text.body is None else texts.in_order(text.body)}
        if post.post_type == PostType.QUESTION:
            wanted |= {"title": text.title or source.title, "tags": text.tags or source.tags}
        return _write(
            thread.post,
            wanted=wanted,
            html=render_post(wanted["body"]),
            source=source,
            kinds=_ROLLBACKS,
            comment=f"Rollback to [{revision}]",
            person=person,
            now=now,
        )


def _with_body(post: Post) -> Post:
    """Only who edits reads it: what is locked for other reasons comes without."""
    post.refresh_from_db(fields=["body"])
    return post


def _write(
    post: Post,
    *,
    wanted: Mapping[str, str],
    html: str,
    source: Source,
    kinds: Mapping[str, PostHistoryType],
    comment: str | None,
    person: User,
    now: datetime,
) -> str | None:
    """Write what differs from the source into a locked post, and into its history."""
    changed = {name: text for name, text in wanted.items() if text != getattr(source, name)}
    if not changed:
        return None
    limits.count(person, "edit", now=now)
    if not source.revision:
        # Nothing else has the text that is about to be replaced.
        first = {name: getattr(source, name) for name in wanted}
        write_first_texts(post, _rows(first, kinds=_FIRST))
    columns: dict[str, object] = {
        "last_edited_at": now,
        "last_editor": person,
        "last_editor_display_name": None,
        "last_activity_at": now,
    }
    if "body" in changed:
        columns |= {
            "body": html,
            "rendered_body": None,
            "is_rendering_due": may_need_rendering(html),
        }
    if "title" in changed:
        columns["title"] = changed["title"]
    if "tags" in changed:
        columns["tags"] = changed["tags"]
        _retag(post, names=changed["tags"].split(), person=person, now=now)
    Post.objects.filter(id=post.id).update(**columns)
    if post.parent_id:
        Post.objects.filter(id=post.parent_id).update(last_activity_at=now)
    return write_texts(post, _rows(changed, kinds=kinds), by=person, now=now, comment=comment)


def _rows(
    texts: Mapping[str, str], *, kinds: Mapping[str, PostHistoryType]
) -> dict[PostHistoryType, str]:
    """As they stand in a history."""
    return {
        kinds[name]: tags_text(text.split()) if name == "tags" else text
        for name, text in texts.items()
    }


def _retag(question: Post, *, names: list[str], person: User, now: datetime) -> None:
    old, new = set(question.tag_names), set(names)
    # Both at once, because rows are locked in one order.
    both = tagging.known(names, borne=old, person=person, now=now)
    tagging.disconnect(question, [tag for tag in both if tag.name in old - new])
    tagging.connect(question, [tag for tag in both if tag.name in new - old])
