"""Who may do what: by reputation, by having written something, by keeping order."""

from datetime import datetime
from typing import Final, NamedTuple

from django.conf import settings
from django.core.checks import Error
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ask.accounts.models import User
from ask.core.refusal import Refusal
from ask.questions.models import Post


class Privilege(NamedTuple):
    reputation: int
    """From which on somebody has it."""
    action: Promise
    """As after "to"."""


PRIVILEGES: Final[dict[str, Privilege]] = {
    "ask": Privilege(1, _("ask questions")),
    "answer": Privilege(1, _("answer questions")),
    "comment": Privilege(50, _("comment on everything")),
    "flag": Privilege(15, _("flag posts")),
    "vote_up": Privilege(15, _("vote up")),
    "vote_down": Privilege(125, _("vote down")),
    "close_own": Privilege(250, _("vote to close and reopen your own questions")),
    "create_tag": Privilege(300, _("make a new tag")),
    "edit": Privilege(2_000, _("edit what others wrote")),
    "close": Privilege(3_000, _("vote to close and reopen questions")),
    "see_deleted": Privilege(10_000, _("see what was deleted")),
    "delete": Privilege(20_000, _("delete what others wrote")),
}
"""Stack Exchange's; to delete, for which it takes several votes there, one person is enough.
`PRIVILEGES` among the settings changes the reputations. Who keeps order (`User.keeps_order`) has
them all."""

OWN: Final = {"edit", "see_deleted", "comment", "delete"}
"""Nobody needs a privilege for these where they wrote the post."""

VOTES: Final = {"vote_up", "vote_down"}


class NotAllowed(Refusal):
    """Somebody may not do something; the sentence says why."""


def reputation_for(action: str) -> int:
    """Points from which on somebody has a privilege."""
    return int(settings.PRIVILEGES.get(action, PRIVILEGES[action].reputation))


def may(person: User, action: str, *, now: datetime, post: Post | None = None) -> bool:
    """Whether somebody has a privilege: a key of `PRIVILEGES`, "write", "accept" or "moderate"."""
    try:
        require(person, action, now=now, post=post)
    except NotAllowed:
        return False
    return True


def require(person: User, action: str, *, now: datetime, post: Post | None = None) -> None:
    """Raise NotAllowed where somebody has not a privilege: see `may`.

    "write" is what everybody may who may do anything at all. To know whose question `post` answers,
    its `parent` is looked at.
    """
    if action != "see_deleted":
        _require_good_standing(person, now=now)
    is_own = post is not None and post.owner_id == person.id
    if action in VOTES and is_own:
        raise NotAllowed(_("Nobody votes on what they wrote themselves."))
    if action == "accept":
        if post is None or not _is_askers(post, person):
            raise NotAllowed(_("Only who asked accepts an answer."))
    elif action == "moderate":
        if not person.keeps_order:
            raise NotAllowed(_("This is for moderators."))
    elif action != "write" and not person.keeps_order:
        if (is_own and action in OWN) or (
            action == "comment" and post is not None and _is_askers(post, person)
        ):
            return
        _require_reputation(person, action)


def _require_good_standing(person: User, *, now: datetime) -> None:
    if not person.is_active:
        raise NotAllowed(_("This account is closed."))
    if person.suspended_until and person.is_suspended(now):
        raise NotAllowed(
            _("You are suspended until %(date)s."), date=date_format(person.suspended_until)
        )


def _require_reputation(person: User, action: str) -> None:
    needed = reputation_for(action)
    if person.reputation < needed:
        raise NotAllowed(
            _("You need a reputation of %(reputation)d to %(action)s."),
            reputation=needed,
            action=PRIVILEGES[action].action,
        )


def _is_askers(post: Post, person: User) -> bool:
    return post.parent is not None and post.parent.owner_id == person.id


def check_setting(**_options: object) -> list[Error]:
    """Called by Django at every start: the setting may only name what is a privilege."""
    unknown = ", ".join(sorted(settings.PRIVILEGES.keys() - PRIVILEGES.keys()))
    if not unknown:
        return []
    return [
        Error(
            f"PRIVILEGES names what is no privilege: {unknown}.",
            hint=f"There are {', '.join(PRIVILEGES)}.",
            id="ask.E001",
        )
    ]
