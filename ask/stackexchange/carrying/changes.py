"""What was changed here on posts that the newer dump has as well: whoever acted last wins.

A post is changed in one aspect at a time: its title, its body, its tags, whether it is closed,
whether it is deleted. Its history says who did so last. What was done here last comes over as it
lives; anything else is what the dump says. So a dump from before an edit does not undo it, and one
that has a later edit brings it.

Answers are deleted with their question, and come back with it, also those that only one side has.
"""

from collections.abc import Collection
from dataclasses import dataclass

from ask.questions.models import PostHistoryType
from ask.questions.revisions import BODIES, TAGS, TITLES
from ask.stackexchange.carrying import tags
from ask.stackexchange.sides import Sides


@dataclass(frozen=True, kw_only=True)
class Aspect:
    """What people change of a post by itself."""

    name: str
    kinds: Collection[PostHistoryType]
    """The rows of a history that say so. Not those of its first text: where they were written here,
    they say what the dump said (`history.write_first_texts`)."""
    taken: str
    """What comes over from the live post `o`, as after SET."""
    moment: str
    """The post's column that says when, for a dump without history."""


ASPECTS = (
    Aspect(
        name="title",
        kinds=TITLES - {PostHistoryType.INITIAL_TITLE},
        taken="title = o.title",
        moment="last_edited_at",
    ),
    Aspect(
        name="body",
        kinds=BODIES - {PostHistoryType.INITIAL_BODY},
        # Links to the source may lead here now, and other tags may say another language of code.
        taken="body = o.body, rendered_body = o.rendered_body, is_rendering_due ="
        " (o.is_rendering_due OR o.rendered_body IS NOT NULL OR o.body LIKE '%<a href=%')",
        moment="last_edited_at",
    ),
    Aspect(
        name="tags",
        kinds=TAGS - {PostHistoryType.INITIAL_TAGS},
        taken="tags = o.tags",
        moment="last_edited_at",
    ),
    Aspect(
        name="closure",
        kinds=(PostHistoryType.CLOSED, PostHistoryType.REOPENED),
        taken="closed_at = o.closed_at",
        moment="closed_at",
    ),
    Aspect(
        name="deletion",
        kinds=(PostHistoryType.DELETED, PostHistoryType.UNDELETED),
        taken="deleted_at = o.deleted_at",
        moment="deleted_at",
    ),
)

# A subquery for each row, which cannot become a walk through the whole history.
_DUMPED = """
    (SELECT max(e.created_at) FROM {side}.questions_posthistory AS e
    WHERE e.post_id = h.post_id AND e.id < {local} AND e.history_type IN ({kinds}))
"""

_FIND = """
    INSERT INTO {new}.changed_here (post_id, aspect, changed_at, is_kept)
    SELECT h.post_id, '{aspect}', h.changed_at, coalesce({dumped} <= h.changed_at, true)
    FROM (
        SELECT post_id, max(created_at) AS changed_at FROM {live}.questions_posthistory
        WHERE id >= {local} AND post_id < {local} AND history_type IN ({kinds}) GROUP BY post_id
    ) AS h CROSS JOIN {new}.questions_post AS n
    WHERE n.id = h.post_id AND coalesce({known} <= h.changed_at, true)
"""
"""Where a dump's change was the last one already, the live post says what that dump said."""

_FOLLOW = """
    DELETE FROM {new}.changed_here WHERE aspect = 'deletion' AND post_id IN (
        SELECT a.id FROM {new}.changed_here AS c CROSS JOIN {new}.questions_post AS a
        CROSS JOIN {live}.questions_posthistory AS own
        CROSS JOIN {live}.questions_posthistory AS event
        WHERE c.aspect = 'deletion' AND a.id = c.post_id
        AND own.post_id = a.id AND own.id >= {local}
        AND own.history_type = 12 AND own.created_at = c.changed_at
        AND event.post_id = a.parent_id AND event.id >= {local}
        AND event.history_type = 12 AND event.revision_guid = own.revision_guid
        AND EXISTS (SELECT 1 FROM {new}.questions_post AS q WHERE q.id = a.parent_id)
        AND NOT EXISTS (
            SELECT 1 FROM {new}.changed_here AS k
            WHERE k.post_id = a.parent_id AND k.aspect = 'deletion' AND k.is_kept
        )
    )
"""
"""An answer that was deleted with its question is the dump's if the question is."""

_TAKE = """
    UPDATE {new}.questions_post AS n SET {taken} FROM {live}.questions_post AS o
    WHERE o.id = n.id AND n.id IN (
        SELECT post_id FROM {new}.changed_here WHERE aspect IN ({aspects}) AND is_kept
    ) AND {condition}
"""

_IS_EDITED_LATER = "(n.last_edited_at IS NULL OR n.last_edited_at < o.last_edited_at)"

_UNLINK = """
    DELETE FROM {new}.questions_postlink AS n WHERE n.link_type = 3 AND n.post_id IN (
        SELECT post_id FROM {new}.changed_here WHERE aspect = 'closure' AND {decided}
    ) AND {gone}
"""
_NOT_ALIVE = "NOT EXISTS (SELECT 1 FROM {live}.questions_postlink AS o WHERE o.id = n.id)"

_SHOW_ALONG = """
    UPDATE {new}.questions_post AS n SET deleted_at = NULL
    WHERE n.id IN (
        SELECT a.id FROM {new}.changed_here AS c CROSS JOIN {new}.questions_post AS q
        CROSS JOIN {live}.questions_posthistory AS event
        CROSS JOIN {new}.questions_post AS a CROSS JOIN {live}.questions_posthistory AS own
        WHERE c.aspect = 'deletion' AND NOT c.is_kept AND q.id = c.post_id AND q.deleted_at IS NULL
        AND event.post_id = q.id AND event.id >= {local}
        AND event.history_type = 12 AND event.created_at = c.changed_at
        AND a.parent_id = q.id AND own.post_id = a.id AND own.id >= {local}
        AND own.history_type = 12 AND own.revision_guid = event.revision_guid
    ) AND (
        n.id >= {local} OR EXISTS (SELECT 1 FROM {new}.kept_questions_post AS k WHERE k.id = n.id)
    )
"""
"""With a question that the dump brings back come the answers that only the live site has."""

_LEFT_SHOWN = """
    FROM {new}.changed_here AS c CROSS JOIN {new}.questions_post AS q
    CROSS JOIN {new}.questions_post AS a
    WHERE c.aspect = 'deletion' AND c.is_kept AND q.id = c.post_id AND q.deleted_at IS NOT NULL
    AND a.parent_id = q.id AND a.post_type = 2 AND a.deleted_at IS NULL
"""
"""Answers, `a`, that the dump brings to questions, `q`, that stay deleted."""

_SAY_HIDDEN = """
    INSERT INTO {new}.questions_posthistory
        (id, post_id, history_type, revision_guid, created_at, user_id, comment, text)
    SELECT (SELECT max(known) FROM (
            SELECT max(id) AS known FROM {new}.questions_posthistory UNION ALL SELECT {local} - 1
        ) AS ids) + row_number() OVER (ORDER BY x.answer_id),
        x.answer_id, e.history_type, e.revision_guid, e.created_at, e.user_id, e.comment, e.text
    FROM (
        SELECT a.id AS answer_id, (
            SELECT d.id FROM {new}.questions_posthistory AS d
            WHERE d.post_id = q.id AND d.history_type = 12
            ORDER BY d.created_at DESC, d.id DESC LIMIT 1
        ) AS event_id {left_shown}
    ) AS x CROSS JOIN {new}.questions_posthistory AS e
    WHERE e.id = x.event_id AND NOT EXISTS (
        SELECT 1 FROM {new}.questions_posthistory AS own
        WHERE own.post_id = x.answer_id AND own.history_type = e.history_type
        AND own.revision_guid = e.revision_guid
    )
"""
"""In the words of what hid the question: by its GUID they come back with it. An earlier import may
have said so already."""

_HIDE_ALONG = """
    UPDATE {new}.questions_post AS n SET deleted_at = (
        SELECT q.deleted_at FROM {new}.questions_post AS q WHERE q.id = n.parent_id
    ) WHERE n.id IN (SELECT a.id {left_shown})
"""

_UNACCEPTED = """
    SELECT a.id AS answer_id, q.id AS question_id FROM {new}.changed_here AS c
    CROSS JOIN {new}.questions_post AS a CROSS JOIN {live}.questions_post AS q
    WHERE c.aspect = 'deletion' AND c.is_kept AND a.id = c.post_id AND a.deleted_at IS NOT NULL
    AND q.id = a.parent_id AND q.accepted_answer_id IS DISTINCT FROM a.id
"""
"""Answers that stopped being accepted when they were deleted here."""


def find(sides: Sides) -> None:
    """Note what was changed here, and whether it is kept.

    Before the new content gets what the dump has lost.
    """
    has_history = sides.rows("SELECT 1 FROM {new}.questions_posthistory WHERE id < {local} LIMIT 1")
    for aspect in ASPECTS:
        kinds = ", ".join(str(int(kind)) for kind in sorted(aspect.kinds))
        dumped = sides.named(_DUMPED, side=sides.new, kinds=kinds)
        sides.run(
            _FIND,
            aspect=aspect.name,
            kinds=kinds,
            dumped=dumped if has_history else f"n.{aspect.moment}",
            known=sides.named(_DUMPED, side=sides.live, kinds=kinds),
        )
    sides.run(_FOLLOW)


def take(sides: Sides) -> None:
    """Give the dump's posts what was changed here last.

    When all posts and tags are there, before `tags.connect` and `tallies`.
    """
    tags.disconnect(sides)
    for aspect in ASPECTS:
        sides.run(_TAKE, taken=aspect.taken, aspects=f"'{aspect.name}'", condition="true")
    edited = ("last_edited_at", "last_editor_id", "last_editor_display_name")
    sides.run(
        _TAKE,
        taken=", ".join(f"{column} = o.{column}" for column in edited),
        aspects="'title', 'body', 'tags'",
        condition=_IS_EDITED_LATER,
    )
    # Of what a question is a duplicate is said by whoever closed or reopened it last.
    sides.run(_UNLINK, decided="is_kept", gone=sides.named(_NOT_ALIVE))
    sides.run(_UNLINK, decided="NOT is_kept", gone=sides.named("n.id >= {local}"))
    sides.run(_SHOW_ALONG)
    left_shown = sides.named(_LEFT_SHOWN)
    sides.run(_SAY_HIDDEN, left_shown=left_shown)
    sides.run(_HIDE_ALONG, left_shown=left_shown)
    unaccepted = sides.named(_UNACCEPTED)
    sides.run(
        "UPDATE {new}.questions_post AS n SET accepted_answer_id = NULL"
        " WHERE n.id IN (SELECT question_id FROM ({unaccepted}) AS x)"
        " AND n.accepted_answer_id IN (SELECT answer_id FROM ({unaccepted}) AS x)",
        unaccepted=unaccepted,
    )
    sides.run(
        "DELETE FROM {new}.questions_vote WHERE vote_type = 1 AND id < {local}"
        " AND post_id IN (SELECT answer_id FROM ({unaccepted}) AS x)",
        unaccepted=unaccepted,
    )


def counts(sides: Sides, *, is_kept: bool) -> dict[str, int]:
    """Of how many posts what was changed here was kept, or was not, by aspect."""
    found = dict(
        sides.rows(
            "SELECT aspect, count(*) FROM {new}.changed_here WHERE {condition} GROUP BY aspect",
            condition="is_kept" if is_kept else "NOT is_kept",
        )
    )
    return {aspect.name: found[aspect.name] for aspect in ASPECTS if aspect.name in found}
