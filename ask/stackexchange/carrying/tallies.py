"""Counters of the new content, when what was written here has come over.

Of an imported row the dump says how many votes, comments and answers it has; what came over is
added. It is not counted anew: a dump without votes would leave nothing to count, and where a
dump's own counters drift, an import does not change what a reader sees. Rows that the dump does
not have, and counters that no dump has, are counted; so are the answers of threads of which
something was deleted or brought back here.
"""

from dataclasses import replace

from ask.questions.counters import (
    ACCEPTED,
    ANSWERS,
    COMMENT_VOTES,
    COMMENTS,
    POST_TALLIES,
    TAGS,
    USERS,
    VOTERS,
    VOTES,
    increase,
    mend,
)
from ask.ratings.counters import MEDALS
from ask.ratings.reputation import reckon_all
from ask.stackexchange.sides import Sides

_ANSWER_COUNT = replace(ANSWERS, counters=ANSWERS.counters[:1])
_IS_ANSWERED = replace(ANSWERS, counters=ANSWERS.counters[1:])

_CARRIED_POSTS = """
    (SELECT id FROM {new}.questions_post WHERE id >= {local}
    UNION ALL SELECT id FROM {new}.kept_questions_post)
"""

_OF_THE_DUMP = """
    p.id < {local} AND NOT EXISTS (SELECT 1 FROM {new}.kept_questions_post AS k WHERE k.id = p.id)
"""

_TAG_OF_THE_DUMP = """
    p.id < {local} AND NOT EXISTS (
        SELECT 1 FROM {new}.kept_questions_tag AS k
        JOIN {new}.carried_tag AS m ON m.live_id = k.id WHERE m.new_id = p.id
    )
"""

_OTHER_TAGS = """
    SELECT id FROM {new}.questions_tag WHERE id >= {local}
    UNION SELECT m.new_id FROM {new}.kept_questions_tag AS k
    JOIN {new}.carried_tag AS m ON m.live_id = k.id ORDER BY 1
"""

_ACCEPTED_HERE = """
    UPDATE {new}.questions_post AS n SET accepted_answer_id = x.answer_id
    FROM (
        SELECT q.id AS question_id, a.id AS answer_id
        FROM (
            SELECT o.id, o.parent_id FROM {live}.questions_post AS o
            WHERE o.id >= {local} AND o.parent_id < {local}
            UNION
            SELECT o.id, o.parent_id FROM {live}.questions_vote AS v
            CROSS JOIN {live}.questions_post AS o
            WHERE v.id >= {local} AND v.vote_type = 1 AND o.id = v.post_id
            AND o.parent_id < {local}
        ) AS a CROSS JOIN {live}.questions_post AS q
        WHERE q.id = a.parent_id AND q.accepted_answer_id = a.id
    ) AS x
    WHERE n.id = x.question_id
"""

_ACTIVE_HERE = """
    UPDATE {new}.questions_post AS n SET last_activity_at = x.last_activity_at
    FROM (
        SELECT q.id, q.last_activity_at
        FROM (
            SELECT o.parent_id AS id FROM {live}.questions_post AS o
            WHERE o.id >= {local} AND o.parent_id < {local}
            UNION
            SELECT h.post_id FROM {live}.questions_posthistory AS h
            WHERE h.id >= {local} AND h.post_id < {local}
            UNION
            SELECT o.parent_id FROM {live}.questions_posthistory AS h
            CROSS JOIN {live}.questions_post AS o
            WHERE h.id >= {local} AND o.id = h.post_id AND o.parent_id < {local}
        ) AS touched CROSS JOIN {live}.questions_post AS q WHERE q.id = touched.id
    ) AS x
    WHERE n.id = x.id AND x.last_activity_at > n.last_activity_at
"""

_PERSON_OF_THE_DUMP = """
    p.id < {local} AND NOT EXISTS (SELECT 1 FROM {new}.kept_accounts_user AS k WHERE k.id = p.id)
"""

_GAINED_BEFORE = """
    SELECT id FROM {new}.accounts_user WHERE id >= {local} AND gained_reputation <> 0
    UNION SELECT id FROM {new}.kept_accounts_user
"""

_ASKED = """
    SELECT a.parent_id FROM {new}.questions_post AS a
    WHERE a.id IN {carried} AND a.parent_id < {local}
    UNION
    SELECT a.parent_id FROM {new}.questions_post AS a
    WHERE a.id IN (SELECT post_id FROM {new}.questions_vote WHERE id >= {local})
    AND a.parent_id < {local}
    ORDER BY 1
"""
"""Imported questions whose answers came over, or were voted on or accepted here."""

_VOTED_FOR = """
    SELECT DISTINCT comment_id FROM {new}.questions_commentvote WHERE comment_id < {local}
    ORDER BY 1
"""

_OF_DELETED_HERE = """
    SELECT DISTINCT coalesce(p.parent_id, p.id) AS id FROM {new}.changed_here AS c
    CROSS JOIN {new}.questions_post AS p WHERE c.aspect = 'deletion' AND p.id = c.post_id
"""
"""Imported questions in whose threads something was deleted or brought back here."""

_THEIR_WRITERS = """
    SELECT owner_id FROM {new}.questions_post WHERE id IN ({threads}) AND owner_id IS NOT NULL
    UNION SELECT owner_id FROM {new}.questions_post
    WHERE parent_id IN ({threads}) AND owner_id IS NOT NULL ORDER BY 1
"""

_PEOPLE = """
    SELECT owner_id FROM {new}.questions_post WHERE id IN {carried} AND owner_id < {local}
    UNION SELECT user_id FROM {new}.ratings_badge WHERE id >= {local} AND user_id < {local}
    UNION SELECT id FROM {new}.kept_accounts_user ORDER BY 1
"""
"""Imported people who wrote something that came over, or were awarded something here."""


def keep_acceptances(sides: Sides) -> None:
    """Leave accepted on imported questions what was accepted here: an answer that was written
    here, or one whose acceptance is a vote of here."""
    sides.run(_ACCEPTED_HERE)


def keep_activity(sides: Sides) -> None:
    """Leave imported questions that were answered or edited here as active as they are."""
    sides.run(_ACTIVE_HERE)


def count(sides: Sides) -> None:
    """Make right every counter that what came over changes; the hotness of those posts is stale."""
    carried = sides.named(_CARRIED_POSTS)
    of_the_dump = sides.named(_OF_THE_DUMP)
    using = sides.using
    # Whatever may be voted on: the tally says on which posts the dump's score is its votes.
    votes = replace(VOTES, scope="true")
    added = sides.named("id >= {local} AND post_id < {local}")
    increase(votes, added=added, increased=of_the_dump, using=using)
    increase(COMMENTS, added=added, increased=of_the_dump, using=using)
    kept_comments = sides.named("id IN (SELECT id FROM {new}.kept_questions_comment)")
    increase(COMMENTS, added=kept_comments, increased=of_the_dump, using=using)
    increase(_ANSWER_COUNT, added=f"a.id IN {carried}", increased=of_the_dump, using=using)
    increase(
        # No index leads from a question to its tags, so those that came over were noted.
        replace(TAGS, source="carried_post_tag t JOIN questions_post q ON q.id = t.post_id"),
        added="true",
        increased=sides.named(_TAG_OF_THE_DUMP),
        using=using,
    )
    kept = sides.ids("SELECT id FROM {new}.kept_questions_post ORDER BY id")
    mend(*POST_TALLIES, ids=kept, using=using)
    mend(COMMENT_VOTES, ids=sides.ids(_VOTED_FOR), using=using)
    mend(_IS_ANSWERED, ids=sides.ids(_ASKED, carried=carried), using=using)
    threads = sides.named(_OF_DELETED_HERE)
    mend(ACCEPTED, ANSWERS, ids=sides.ids(f"{threads} ORDER BY 1"), using=using)
    mend(TAGS, ids=sides.ids(_OTHER_TAGS), using=using)
    mend(USERS, MEDALS, ids=sides.ids(_PEOPLE, carried=carried), using=using)
    mend(USERS, ids=sides.ids(_THEIR_WRITERS, threads=threads), using=using)
    increase(
        replace(VOTERS, scope="true"),
        added="true",
        increased=sides.named(_PERSON_OF_THE_DUMP),
        using=using,
    )
    reckon_all(also=sides.ids(_GAINED_BEFORE), using=using)
