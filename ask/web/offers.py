"""What a page offers a member to do with a post."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ask.accounts.models import User
from ask.moderation.editing import may_edit_comment
from ask.questions.comment_votes import voted_for
from ask.questions.models import Comment, Post, PostType, VoteType
from ask.questions.privileges import may
from ask.ratings.voting import votes_of


@dataclass(slots=True)
class Offer:
    """Buttons of a post for one member. The house has the last word on each."""

    person: User
    is_own: bool
    vote: VoteType | None
    may_accept: bool
    may_edit: bool
    may_close: bool
    may_delete: bool
    may_flag: bool
    may_flag_comments: bool
    useful: set[int]
    """The comments that they voted for."""
    editable: set[int]
    """The comments that they may edit now."""

    @property
    def is_up(self) -> bool:
        return self.vote == VoteType.UP

    @property
    def is_down(self) -> bool:
        return self.vote == VoteType.DOWN


def offers_of(
    person: User, posts: list[Post], *, now: datetime, comments: Sequence[Comment] = ()
) -> dict[int, Offer]:
    """By the posts' ids. Answers know their question; `comments` are those below all of them.

    One query, and one more where there are comments of others.
    """
    votes = votes_of(person=person, posts=[post.id for post in posts])
    theirs = [comment.id for comment in comments if comment.user_id != person.id]
    useful = voted_for(person=person, comments=theirs) if theirs else set()
    editable = {one.id for one in comments if may_edit_comment(person, one, now=now)}
    return {
        post.id: _offer(
            person, post, vote=votes.get(post.id), now=now, useful=useful, editable=editable
        )
        for post in posts
    }


def offer_of(person: User, post: Post, *, now: datetime, comments: Sequence[Comment] = ()) -> Offer:
    """Of one post."""
    return offers_of(person, [post], now=now, comments=comments)[post.id]


def _offer(
    person: User,
    post: Post,
    *,
    vote: VoteType | None,
    now: datetime,
    useful: set[int],
    editable: set[int],
) -> Offer:
    is_own = post.owner_id == person.id
    flags = may(person, "flag", now=now)
    return Offer(
        person=person,
        is_own=is_own,
        vote=vote,
        may_accept=post.post_type == PostType.ANSWER and may(person, "accept", now=now, post=post),
        may_edit=may(person, "edit", now=now, post=post),
        may_close=post.post_type == PostType.QUESTION
        and may(person, "close_own" if is_own else "close", now=now),
        may_delete=may(person, "delete", now=now, post=post),
        may_flag=not is_own and flags,
        may_flag_comments=flags,
        useful=useful,
        editable=editable,
    )
