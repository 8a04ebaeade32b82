"""Tags are the same by their names: a newer dump may have another id for each."""

from ask.core.content import LOCAL_IDS
from ask.questions.models import Tag
from ask.stackexchange.carrying.references import columns_of
from ask.stackexchange.sides import Sides

_SAME = """
    INSERT INTO {new}.carried_tag (live_id, new_id)
    SELECT o.id, n.id FROM {live}.questions_tag AS o
    JOIN {new}.questions_tag AS n ON n.name = o.name
"""

_COPY = """
    INSERT INTO {new}.questions_tag (id, {columns})
    SELECT m.new_id, {columns} FROM {new}.carried_tag AS m CROSS JOIN {live}.questions_tag AS o
    WHERE o.id = m.live_id AND {rows}
"""

_LOCAL = """
    INSERT INTO {new}.carried_tag (live_id, new_id)
    SELECT o.id, o.id FROM {live}.questions_tag AS o WHERE o.id >= {local}
    AND NOT EXISTS (SELECT 1 FROM {new}.carried_tag AS m WHERE m.live_id = o.id)
"""

_TEXTS_OF_HERE = """
    UPDATE {new}.questions_tag AS n SET {column} = o.{column}
    FROM {new}.carried_tag AS m JOIN {live}.questions_tag AS o ON o.id = m.live_id
    WHERE n.id = m.new_id AND o.{column} >= {local}
"""

_LOST_OF_LOCAL = """
    INSERT INTO {new}.kept_questions_tag (id, round)
    SELECT o.id, 0 FROM {live}.questions_tag AS o
    WHERE NOT EXISTS (SELECT 1 FROM {new}.carried_tag AS m WHERE m.live_id = o.id)
    AND EXISTS (
        SELECT 1 FROM {live}.questions_posttag AS t WHERE t.tag_id = o.id AND t.post_id >= {local}
    )
"""

_LOST_OF_CHANGED = """
    INSERT INTO {new}.kept_questions_tag (id, round)
    SELECT DISTINCT o.id, 0
    FROM {new}.changed_here AS c CROSS JOIN {live}.questions_post AS p
    CROSS JOIN {names} CROSS JOIN {live}.questions_tag AS o
    WHERE c.aspect = 'tags' AND c.is_kept AND p.id = c.post_id AND o.name = w.value
    AND NOT EXISTS (SELECT 1 FROM {new}.carried_tag AS m WHERE m.live_id = o.id)
    AND NOT EXISTS (SELECT 1 FROM {new}.kept_questions_tag AS known WHERE known.id = o.id)
"""

_BORNE_BY_CHANGED = """
    SELECT DISTINCT n.id AS tag_id, p.id AS post_id
    FROM {new}.changed_here AS c CROSS JOIN {new}.questions_post AS p
    CROSS JOIN {names} CROSS JOIN {new}.questions_tag AS n
    WHERE c.aspect IN ({aspects}) AND c.is_kept AND p.id = c.post_id AND p.post_type = 1
    AND n.name = w.value
"""

_BORNE_BY_KEPT = """
    FROM {new}.kept_questions_post AS k CROSS JOIN {live}.questions_post AS p
    CROSS JOIN {names} CROSS JOIN {live}.questions_tag AS o
    CROSS JOIN {live}.questions_posttag AS t
    WHERE p.id = k.id AND o.name = w.value AND t.tag_id = o.id AND t.post_id = k.id
"""
"""By the names that stand in the question: no index finds the tags of a question."""

_LOST_OF_KEPT = """
    INSERT INTO {new}.kept_questions_tag (id, round)
    SELECT DISTINCT o.id, {next_round} {borne} AND k.round = {round}
    AND NOT EXISTS (SELECT 1 FROM {new}.carried_tag AS m WHERE m.live_id = o.id)
    AND NOT EXISTS (SELECT 1 FROM {new}.kept_questions_tag AS known WHERE known.id = o.id)
"""

_MAP_LOST = """
    INSERT INTO {new}.carried_tag (live_id, new_id)
    SELECT k.id, CASE
        WHEN EXISTS (SELECT 1 FROM {new}.questions_tag AS n WHERE n.id = k.id)
        THEN {last} + row_number() OVER (ORDER BY k.id) ELSE k.id END
    FROM {new}.kept_questions_tag AS k WHERE k.round = {round}
"""

_OF_LOCAL = """
    INSERT INTO {new}.carried_post_tag (tag_id, post_id)
    SELECT m.new_id, t.post_id FROM {new}.carried_tag AS m
    CROSS JOIN {live}.questions_posttag AS t
    WHERE t.tag_id = m.live_id AND t.post_id >= {local}
"""
"""Each tag's questions stand in the order of their ids, those of here last."""

_OF_KEPT = """
    INSERT INTO {new}.carried_post_tag (tag_id, post_id)
    SELECT DISTINCT m.new_id, b.post_id FROM (SELECT o.id AS tag_id, k.id AS post_id {borne}) AS b
    CROSS JOIN {new}.carried_tag AS m WHERE m.live_id = b.tag_id
"""


_UNCOUNT = """
    UPDATE {new}.questions_tag AS n SET question_count = n.question_count - x.number
    FROM (
        SELECT b.tag_id, count(*) AS number FROM ({borne}) AS b
        CROSS JOIN {new}.questions_post AS p WHERE p.id = b.post_id AND p.deleted_at IS NULL
        GROUP BY b.tag_id
    ) AS x
    WHERE n.id = x.tag_id
"""


def carry(sides: Sides) -> None:
    """Learn which tag is which, and take over those of here.

    One of here whose name the dump has by now gives way to the dump's, which keeps the texts that
    were written here about it.
    """
    sides.run(_SAME)
    if sides.run(_LOCAL):
        _copy(sides, rows="o.id >= {local} AND m.new_id = m.live_id")
    for column in ("excerpt_post_id", "wiki_post_id"):
        sides.run(_TEXTS_OF_HERE, column=column)


def want_of_local(sides: Sides) -> int:
    """Note which tags the dump has lost, and questions of here, or retagged here, bear; returns how
    many."""
    return sides.run(_LOST_OF_LOCAL) + sides.run(_LOST_OF_CHANGED, names=_names(sides))


def want_of_kept(sides: Sides, *, round: int) -> int:
    """The same for the questions kept in a round; the tags are the next round's."""
    borne = _borne(sides)
    return sides.run(_LOST_OF_KEPT, borne=borne, round=round, next_round=round + 1)


def keep(sides: Sides, *, round: int) -> None:
    """Take over the lost tags of a round. One whose id another tag has by now gets one of here."""
    ((last,),) = sides.rows(
        "SELECT max(id) FROM (SELECT max(id) AS id FROM {new}.questions_tag"
        " UNION ALL SELECT max(id) FROM {live}.questions_tag) AS known"
    )
    last = max(LOCAL_IDS - 1, last or 0)
    if sides.run(_MAP_LOST, round=round, last=last):
        lost = "m.live_id IN (SELECT id FROM {new}.kept_questions_tag WHERE round = {round})"
        _copy(sides, rows=sides.named(lost, round=round))


def disconnect(sides: Sides) -> None:
    """Let no tag count the questions that were retagged or deleted here, nor those be among the
    tag's that were retagged: `connect` and `tallies` put them where they belong."""
    sides.run(_UNCOUNT, borne=_borne_by_changed(sides, "tags", "deletion"))
    sides.run(
        "DELETE FROM {new}.questions_posttag WHERE (tag_id, post_id) IN ({borne})",
        borne=_borne_by_changed(sides, "tags"),
    )


def connect(sides: Sides) -> None:
    """Say which of the questions of here, of the kept ones, and of those that were changed here,
    bear which tag."""
    sides.run(_OF_LOCAL)
    sides.run(_OF_KEPT, borne=_borne(sides))
    sides.run(
        "INSERT INTO {new}.carried_post_tag (tag_id, post_id) {borne}",
        borne=_borne_by_changed(sides, "tags", "deletion"),
    )
    sides.run(
        "INSERT INTO {new}.questions_posttag (tag_id, post_id)"
        " SELECT c.tag_id, c.post_id FROM {new}.carried_post_tag AS c WHERE NOT EXISTS"
        " (SELECT 1 FROM {new}.questions_posttag AS n"
        " WHERE n.tag_id = c.tag_id AND n.post_id = c.post_id)"
    )


def _copy(sides: Sides, *, rows: str) -> None:
    columns = ", ".join(column for column in columns_of(Tag) if column != "id")
    sides.run(_COPY, columns=columns, rows=sides.named(rows))


def _borne(sides: Sides) -> str:
    return sides.named(_BORNE_BY_KEPT, names=_names(sides))


def _borne_by_changed(sides: Sides, *aspects: str) -> str:
    wanted = ", ".join(f"'{aspect}'" for aspect in aspects)
    return sides.named(_BORNE_BY_CHANGED, names=_names(sides), aspects=wanted)


def _names(sides: Sides) -> str:
    """The names in `p.tags`, each as `w.value`."""
    if sides.is_postgresql:
        return "LATERAL unnest(string_to_array(p.tags, ' ')) AS w(value)"
    # Quoted before it is cut, because a name may hold what is no JSON.
    return """json_each('[' || replace(json_quote(p.tags), ' ', '","') || ']') AS w"""
