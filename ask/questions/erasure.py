"""What is left of a person here, besides what they published, when their account ends."""

from ask.accounts.models import User
from ask.questions.models import Draft, FollowedPost, FollowedTag


def erase_habits(person: User) -> None:
    """Erase what somebody was writing, and what they follow. May be repeated.

    How often they did things is left to `limits.forget`.
    """
    for model in (Draft, FollowedPost, FollowedTag):  # drafts first, as whoever publishes one
        model._default_manager.filter(user=person).delete()
