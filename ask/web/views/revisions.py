"""Who changed what in a post, and everything else that happened to it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from ask.accounts.models import User
from ask.questions.closing import REASONS
from ask.questions.differences import Change, Part, difference
from ask.questions.excerpts import excerpt
from ask.questions.models import (
    Answer,
    Comment,
    Post,
    PostHistory,
    PostHistoryType,
    PostType,
    Vote,
    VoteType,
)
from ask.questions.privileges import may
from ask.questions.revisions import BODIES, TAGS, TITLES, Revision, revisions
from ask.web.deleted import may_see
from ask.web.members import member
from ask.web.templatetags.ask import number
from ask.web.views.errors import gone
from ask.web.writing import THREAD

ROWS = 500
"""How much of a history is read: the latest."""

COMPARED = 400_000
"""Characters that one page compares; the revisions after that are shown whole."""

HAPPENED: dict[int, Promise] = {
    PostHistoryType.CLOSED: _("closed"),
    PostHistoryType.REOPENED: _("reopened"),
    PostHistoryType.DELETED: _("deleted"),
    PostHistoryType.UNDELETED: _("undeleted"),
    PostHistoryType.LOCKED: _("locked"),
    PostHistoryType.UNLOCKED: _("unlocked"),
    PostHistoryType.COMMUNITY_OWNED: _("made a community wiki"),
    PostHistoryType.MIGRATED: _("moved"),
    PostHistoryType.MERGED: _("merged"),
    PostHistoryType.PROTECTED: _("protected"),
    PostHistoryType.UNPROTECTED: _("no longer protected"),
    PostHistoryType.DISASSOCIATED: _("disassociated from its author"),
    PostHistoryType.UNMERGED: _("unmerged"),
    PostHistoryType.SUGGESTED_EDIT_APPLIED: _("suggested edit applied"),
    PostHistoryType.TWEETED: _("tweeted"),
    PostHistoryType.COMMENTS_MOVED_TO_CHAT: _("comments moved to chat"),
    PostHistoryType.NOTICE_ADDED: _("notice added"),
    PostHistoryType.NOTICE_REMOVED: _("notice removed"),
    PostHistoryType.MIGRATED_AWAY: _("moved to another site"),
    PostHistoryType.MIGRATED_HERE: _("moved here"),
    PostHistoryType.MERGE_SOURCE: _("merged into another question"),
    PostHistoryType.MERGE_DESTINATION: _("merged with another question"),
    PostHistoryType.BUMPED: _("bumped"),
    PostHistoryType.BECAME_HOT: _("became a hot question"),
    PostHistoryType.REMOVED_FROM_HOT: _("removed from the hot questions"),
    PostHistoryType.ASK_WIZARD: _("asked with the wizard"),
}
VOTED: dict[int, Promise] = {
    VoteType.ACCEPTED: _("accepted"),
    VoteType.BOUNTY_START: _("bounty offered"),
    VoteType.BOUNTY_CLOSE: _("bounty won"),
}

SEVERAL = 2

_GUID = re.compile(r"\[?[0-9A-Fa-f]{8}-[0-9A-Fa-f-]{27}\]?")


@dataclass(slots=True)
class ShownRevision:
    """A revision, and each of its texts as parts or, where it is not compared, whole."""

    revision: Revision
    words: str
    comment: str
    title: list[Part] | None = None
    tags: list[Part] | None = None
    body: list[Part] | None = None
    plain: str = ""

    @property
    def left(self) -> list[Part]:
        """The body as it was before."""
        return [part for part in self.body or [] if part[0] is not Change.ADDED]

    @property
    def right(self) -> list[Part]:
        """The body as it was then."""
        return [part for part in self.body or [] if part[0] is not Change.REMOVED]


@dataclass(frozen=True, slots=True)
class Event:
    at: datetime
    what: Promise | str
    user: User | None = None
    name: str | None = None
    text: str = ""
    url: str = ""


def _find(id: int) -> Post:
    found = Post.objects.filter(id=id).with_titles().first()
    if found is None:
        raise Http404
    return found


def _revisions(post: Post) -> list[Revision]:
    """The latest of a post, oldest first, as far as `ROWS` go."""
    rows = PostHistory.objects.newest().filter(post=post).select_related("user")
    read = list(rows.defer("user__about", "content_license")[:ROWS])
    found = revisions(reversed(read))
    if len(read) == ROWS:
        texts = PostHistory.objects.filter(post=post, history_type__in=TITLES | BODIES | TAGS)
        count = texts.aggregate(count=Count("revision_guid", distinct=True))["count"]
        numbered = [one for one in found if one.number is not None]
        for number, one in enumerate(numbered, start=1 + count - len(numbered)):
            one.number = number
    return found


@require_safe
def post(request: HttpRequest, id: int) -> HttpResponse:
    """`/posts/ID`: wherever this post is shown."""
    found = _find(id)
    if found.deleted_at and not may_see(request, found):
        return gone(request)  # not its title either, which is a part of its address
    is_shown = found.post_type in THREAD
    return HttpResponseRedirect(found.get_absolute_url() if is_shown else f"/posts/{id}/revisions")


@require_safe
def post_revisions(request: HttpRequest, id: int) -> HttpResponse:
    """`/posts/ID/revisions?view=side`, the latest first: one text, or before and after."""
    found = _find(id)
    if found.deleted_at and not may_see(request, found):
        return gone(request)
    shown: list[ShownRevision] = []
    left = COMPARED
    for revision in reversed(_revisions(found)):
        one = _shown(revision, is_compared=left > 0)
        left -= len(revision.before.body or "") + len(revision.after.body or "")
        shown.append(one)
    path = f"/posts/{id}/revisions"
    is_side_by_side = request.GET.get("view") == "side"
    context = {
        "section": "questions",
        "post": found,
        "revisions": shown,
        "latest": max((one.revision.number or 0 for one in shown), default=0),
        "is_side_by_side": is_side_by_side,
        "views": [
            (_("One text"), path, not is_side_by_side),
            (_("Side by side"), f"{path}?view=side", is_side_by_side),
        ],
        "may_roll_back": found.post_type in THREAD
        and request.user.is_authenticated
        and may(member(request), "edit", now=timezone.now(), post=found),
        "path": path,
    }
    return render(request, "web/revisions.html", context)


def _shown(revision: Revision, *, is_compared: bool) -> ShownRevision:
    before, after = revision.before, revision.after
    shown = ShownRevision(revision, _words(revision), _remark(revision))
    if revision.number is None:
        return shown
    if after.title != before.title:
        shown.title = difference(before.title or "", after.title or "")
    if after.tags != before.tags:
        shown.tags = difference(before.tags or "", after.tags or "")
    if after.body != before.body:
        if before.body is not None and is_compared:
            shown.body = difference(before.body, after.body or "")
        if shown.body is None:
            shown.plain = after.body or ""
    return shown


def _words(revision: Revision) -> str:
    """What was done, in words."""
    done = [str(HAPPENED[kind]) for kind in revision.kinds if kind in HAPPENED]
    return ", ".join(dict.fromkeys(done))


def _remark(revision: Revision) -> str:
    """What was said with it; codes and ids of the source's own are left out."""
    comment = revision.comment
    if PostHistoryType.CLOSED in revision.kinds:
        return str(REASONS.get(comment, ""))
    if comment.isdigit():
        return ""
    return _GUID.sub("", comment).strip()


def _together(revision: Revision, names: Mapping[int, str]) -> str:
    """Whose votes it took, where several did."""
    if len(revision.voters) < SEVERAL:
        return ""
    return ", ".join(names.get(voter.id) or voter.name for voter in revision.voters)


def _names(found: Sequence[Revision]) -> dict[int, str]:
    """How those are called whom `_together` names. A query where there are any."""
    several = [each.voters for each in found if len(each.voters) >= SEVERAL]
    # A dump may say any number.
    ids = {voter.id for voters in several for voter in voters if abs(voter.id) < 2**63}
    people = User.objects.filter(id__in=ids)
    return dict(people.values_list("id", "display_name")) if ids else {}


@require_safe
def timeline(request: HttpRequest, id: int) -> HttpResponse:
    """`/posts/ID/timeline`: history, answers, comments and votes, the latest first."""
    found = _find(id)
    if found.deleted_at and not may_see(request, found):
        return gone(request)
    events = [
        *_changes(found),
        *_comments(found),
        *_votes(found),
        *(_answers(found) if found.post_type == PostType.QUESTION else []),
    ]
    events.sort(key=lambda event: event.at, reverse=True)
    context = {
        "section": "questions",
        "post": found,
        "events": events,
        "path": f"/posts/{id}/timeline",
    }
    return render(request, "web/timeline.html", context)


def _changes(post: Post) -> list[Event]:
    found = _revisions(post)
    names = _names(found)
    return [
        Event(
            revision.at,
            _words(revision) or (_("written") if revision.number == 1 else _("edited")),
            revision.user,
            revision.user_display_name,
            " ".join(filter(None, (_remark(revision), _together(revision, names)))),
            f"/posts/{post.id}/revisions" if revision.number else "",
        )
        for revision in found
    ]


def _comments(post: Post) -> list[Event]:
    return [
        Event(
            comment.created_at,
            _("commented"),
            comment.user,
            comment.user_display_name,
            excerpt(comment.html, length=200),
        )
        for comment in Comment.objects.below([post.id])[:ROWS]
    ]


def _answers(question: Post) -> list[Event]:
    return [
        Event(
            answer.created_at,
            _("answered"),
            answer.owner,
            answer.owner_display_name,
            url=answer.get_absolute_url(),
        )
        for answer in Answer.objects.filter(parent=question).listed().order_by("id")[:ROWS]
    ]


def _votes(post: Post) -> list[Event]:
    """Up and down votes by day: no dump says more."""
    events: list[Event] = []
    days: dict[tuple[datetime, int], int] = {}
    kinds = (VoteType.UP, VoteType.DOWN, *VOTED)
    found = Vote.objects.filter(post=post, vote_type__in=kinds)
    for kind, at, amount in found.values_list("vote_type", "created_at", "bounty_amount"):
        if kind in VOTED:
            events.append(Event(at, VOTED[kind], text=f"+{amount}" if amount else ""))
        else:
            day = at.replace(hour=0, minute=0, second=0, microsecond=0), kind
            days[day] = days.get(day, 0) + 1
    for (at, kind), count in days.items():
        what = _("votes up") if kind == VoteType.UP else _("votes down")
        events.append(Event(at, what, text=number(count)))
    return events
