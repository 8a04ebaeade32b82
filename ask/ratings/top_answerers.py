"""Who answered best under each tag, of all time: computed ahead of `/tags/TAG/info`.

The score of a person under a tag is the sum of the scores of their answers to questions that bear
it, as on Stack Exchange's pages of a tag's top users. Community wikis do not count, and closed
accounts are left out. Of equal scores the one with more answers comes first. `refresh_standings`
computes this together with the standings, because what changes one changes the other.
"""

from django.db.backends.utils import CursorWrapper

LENGTH = 20
"""How many are kept of each tag."""

_NEW = "ask_new_top_answerers"
_COLUMNS = "tag_id, place, user_id, score, answer_count"

_BEST = """
    INSERT INTO {new} ({columns})
    SELECT tag_id, place, user_id, {score}, answer_count FROM (
        SELECT t.tag_id, a.owner_id AS user_id, sum(a.score) AS score, count(*) AS answer_count,
            row_number() OVER (
                PARTITION BY t.tag_id ORDER BY sum(a.score) DESC, count(*) DESC, a.owner_id DESC
            ) AS place
        FROM questions_posttag t
        JOIN questions_post q ON q.id = t.post_id
        JOIN questions_post a ON a.parent_id = q.id
        JOIN accounts_user u ON u.id = a.owner_id
        WHERE q.deleted_at IS NULL AND a.post_type = 2 AND a.deleted_at IS NULL
        AND a.community_owned_at IS NULL AND a.owner_id > 0 AND u.is_active
        GROUP BY t.tag_id, a.owner_id
    ) AS ranked
    WHERE place <= {length} AND score > 0
"""


def within_integer(sql: str) -> str:
    """A number in SQL, of which a column of integers holds what it can: a dump may say anything."""
    return f"CASE WHEN {sql} > {2**31 - 1} THEN {2**31 - 1} ELSE {sql} END"


def compute(cursor: CursorWrapper) -> None:
    """Leave every row in a table that only this connection sees."""
    cursor.execute(f"DROP TABLE IF EXISTS {_NEW}")
    cursor.execute(
        f"CREATE TEMPORARY TABLE {_NEW} (tag_id bigint, place smallint, user_id bigint,"
        " score integer, answer_count integer)"
    )
    cursor.execute(
        _BEST.format(new=_NEW, columns=_COLUMNS, score=within_integer("score"), length=LENGTH)
    )


def put_in_place(cursor: CursorWrapper) -> None:
    """Let the computed rows replace the old ones. Somebody must have begun a transaction."""
    cursor.execute("DELETE FROM ratings_topanswerer")
    cursor.execute(
        f"INSERT INTO ratings_topanswerer ({_COLUMNS}) SELECT {_COLUMNS} FROM {_NEW}"  # noqa: S608
        " ORDER BY tag_id, place"
    )
    cursor.execute(f"DROP TABLE {_NEW}")
