"""Whether a dump is of the site that lives here: one of another site would mix the two."""

from django.db import DEFAULT_DB_ALIAS, connections

from ask.accounts.models import COMMUNITY
from ask.core.content import LOCAL_IDS
from ask.stackexchange.carrying.accounts import CLAIMED
from ask.stackexchange.carrying.references import references, references_from_beside
from ask.stackexchange.models import Source
from ask.stackexchange.sides import Sides

COMPARED = 10_000
"""Posts of the same id that are looked at: of one site all agree, of two sites next to none."""

_AGREEING = """
    SELECT count(*), count(CASE WHEN is_same THEN 1 END) FROM (
        SELECT n.created_at = o.created_at AS is_same
        FROM {new}.questions_post AS n JOIN {live}.questions_post AS o ON o.id = n.id
        WHERE n.id < {local} ORDER BY n.id LIMIT {compared}
    ) AS common
"""


class AnotherSite(Exception):
    """The dump is of another site than the one that lives here; the text says the ways out."""


def check_address(*, site_url: str, may_replace: bool) -> None:
    """Compare the address of the dump's site, where it is known, with that of the live one.

    `may_replace` says that another site is meant to take this one's place. Raises AnotherSite.
    """
    known = known_site()
    if not known or not site_url or not known.url:
        return
    if (host := Source(url=site_url).host) != known.host:
        _refuse(
            f"this site is {known.host}, and the dump is of {host}",
            renamed=f"; if only its name has changed, say --site-url {known.url}",
            may_replace=may_replace,
        )


def check_content(sides: Sides, *, site_name: str, may_replace: bool) -> None:
    """Compare the moments at which the posts that both contents have were written.

    The new tables must be loaded; they need no index. Raises AnotherSite.
    """
    known = known_site()
    if not known:
        return
    ((common, agreeing),) = sides.rows(_AGREEING, compared=COMPARED)
    if 2 * agreeing < common:
        _refuse(
            f"this site is {known.host or known.name}, and the dump ({site_name}) is of"
            f" another: of {common:,} posts that both have, {agreeing:,} are of the same moment",
            renamed="",
            may_replace=may_replace,
        )


def hanging_count(*, using: str = DEFAULT_DB_ALIAS) -> int:
    """How many rows were written here below imported ones or by imported people, what refers to
    either from beside the content, and how many imported accounts are claimed: with another site's
    content they would hang on strangers."""
    found = {reference.table: reference.local_rows for reference in references()}
    statements = [
        f"SELECT count(*) FROM accounts_user AS o WHERE o.id < {LOCAL_IDS} AND {CLAIMED}"  # noqa: S608
    ]
    found |= dict.fromkeys((reference.table for reference in references_from_beside()), "true")
    known = [*references(), *references_from_beside()]
    for table, rows in found.items():
        columns = [reference.column for reference in known if reference.table == table]
        hangs = " OR ".join(
            f"(o.{column} < {LOCAL_IDS} AND o.{column} <> {COMMUNITY})" for column in columns
        )
        statements.append(f"SELECT count(*) FROM {table} AS o WHERE {rows} AND ({hangs})")  # noqa: S608
    count = 0
    with connections[using].cursor() as cursor:
        for sql in statements:
            cursor.execute(sql)
            count += cursor.fetchone()[0]
    return count


def known_site() -> Source | None:
    """The site that lives here; the made-up community of a first start is nobody's."""
    from ask.stackexchange.sample import SITE  # noqa: PLC0415 - its texts take long to import

    known = Source.objects.order_by("-id").first()
    return None if known is None or known.host == SITE else known


def _refuse(reason: str, *, renamed: str, may_replace: bool) -> None:
    hanging = hanging_count()
    if may_replace and not hanging:
        return
    ways = f"Give it a database of its own (DATABASE_URL){renamed}"
    if hanging:
        ways += (
            f". --another-site cannot put it in this one's place:"
            f" {hanging:,} things that were written here hang on its content"
        )
    else:
        ways += "; or put it in this one's place with --another-site"
    raise AnotherSite(f"{reason}. {ways}.")
