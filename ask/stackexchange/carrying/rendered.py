"""Posts whose text a newer dump has not changed keep what was made of it for their pages."""

from collections.abc import Iterator

from ask.stackexchange.models import Source
from ask.stackexchange.sides import Sides

_KEEP = """
    UPDATE {new}.questions_post SET
        rendered_body = x.rendered_body, is_rendering_due = (x.was_due OR x.is_retagged OR {links})
    FROM (
        SELECT n.id, o.rendered_body, o.is_rendering_due AS was_due,
            (n.tags IS DISTINCT FROM o.tags OR asked.tags IS DISTINCT FROM earlier.tags)
            AS is_retagged
        FROM {new}.questions_post AS n JOIN {live}.questions_post AS o ON o.id = n.id
        LEFT JOIN {new}.questions_post AS asked ON asked.id = n.parent_id
        LEFT JOIN {live}.questions_post AS earlier ON earlier.id = asked.id
        WHERE {within} AND n.is_rendering_due AND n.body = o.body
        AND (o.rendered_body IS NOT NULL OR NOT o.is_rendering_due)
    ) AS x
    WHERE questions_post.id = x.id
"""

BATCH = 20_000
"""Ids of posts that one statement walks on SQLite, which holds in memory what it will write."""


def keep_rendered(sides: Sides, *, host: str) -> int:
    """Give posts of the new content the rendered body of the live ones, where the text is the same.

    They are then no longer due, except for what can turn out differently: links to the source
    (`host`, empty if there is none) may lead here now or no longer, and other tags may say another
    language of code. Their pages show the old rendering until the new one is made. To be called
    before the swap, best before the indexes are built: none is needed, and every post that it
    concerns is written. Returns how many. May be repeated.
    """
    if not sides.rows("SELECT 1 FROM {live}.questions_post LIMIT 1"):
        return 0
    known = Source.objects.order_by("-id").first()
    hosts = sorted({host, known.host if known else ""} - {""})
    position = "strpos" if sides.is_postgresql else "instr"
    links = " OR ".join([f"{position}(questions_post.body, %s) > 0"] * len(hosts)) or "false"
    return sum(
        sides.run(_KEEP, [f"//{name}/" for name in hosts], links=links, within=within)
        for within in _ranges(sides)
    )


def _ranges(sides: Sides) -> Iterator[str]:
    """Conditions on `n` that together hold of every post."""
    if sides.is_postgresql:
        yield "true"
        return
    ((lowest, highest),) = sides.rows("SELECT min(id), max(id) FROM {new}.questions_post")
    if highest is not None:
        for start in range(lowest, highest + 1, BATCH):
            yield f"n.id >= {start} AND n.id < {start + BATCH}"
