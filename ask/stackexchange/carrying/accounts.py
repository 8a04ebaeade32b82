"""Who may log in here goes on doing so, by the name that they have."""

from itertools import count

from ask.accounts.models import User
from ask.stackexchange.sides import Sides

CLAIMED = (
    "(o.password NOT LIKE '!%' OR o.is_staff OR o.is_superuser OR NOT o.is_active"
    " OR o.is_moderator OR o.suspended_until IS NOT NULL)"
)
"""Of a row of people, `o`: something was said of this account here. No index finds them."""

_LOCAL_AND_CLAIMED = """
    SELECT o.id, o.username FROM {live}.accounts_user AS o WHERE o.id >= {local}
    UNION ALL
    SELECT o.id, o.username FROM {new}.carried_account AS a CROSS JOIN {live}.accounts_user AS o
    WHERE o.id = a.id
"""

_IN_THE_WAY = """
    SELECT n.id, n.username FROM ({wanted}) AS w CROSS JOIN {new}.accounts_user AS n
    WHERE n.username = w.username AND n.id <> w.id ORDER BY n.id
"""

_TAKEN = """
    SELECT 1 FROM {new}.accounts_user WHERE username = %s
    UNION ALL SELECT 1 FROM {live}.accounts_user WHERE username = %s AND id <> %s
"""


def carry(sides: Sides) -> None:
    """Find the claimed accounts, give them in the new content what was said of them here, and make
    room for the names of whoever signed up here."""
    sides.run(
        "INSERT INTO {new}.carried_account (id) SELECT o.id FROM {live}.accounts_user AS o"
        " WHERE o.id < {local} AND {claimed}",
        claimed=CLAIMED,
    )
    make_room(sides, wanted=_LOCAL_AND_CLAIMED)
    sides.run(
        "UPDATE {new}.accounts_user AS n SET {changes} FROM {live}.accounts_user AS o"
        " WHERE o.id = n.id AND n.id IN (SELECT id FROM {new}.carried_account)",
        changes=", ".join(f"{field} = o.{field}" for field in User.LOCAL_FIELDS),
    )


def make_room(sides: Sides, *, wanted: str) -> None:
    """Rename whoever of the new content bears a name that somebody brings along.

    `wanted` selects ids and names of those who come. The dump's people are all called `user7` by
    their id, whatever they were called here before; the one in the way becomes `user7-2`. The same
    dump again gives the same name.
    """
    for user_id, name in sides.rows(_IN_THE_WAY, wanted=sides.named(wanted)):
        sides.run(
            "UPDATE {new}.accounts_user SET username = %s WHERE id = %s",
            [_free_name(sides, user_id=user_id, name=name), user_id],
        )


def _free_name(sides: Sides, *, user_id: int, name: str) -> str:
    # What the same person is called in the live content is free: it does not come along.
    return next(
        free
        for free in (f"{name}-{number}" for number in count(2))
        if not sides.rows(_TAKEN, [free, free, user_id])
    )
