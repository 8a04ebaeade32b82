"""The people of every test and what they do: Alice asks, Bob answers, Carol moderates.

Whoever is called twice is the same person. Every moment is given or `NOON`.
"""

from datetime import UTC, datetime

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Permission

from ask.accounts.models import User
from ask.questions.models import (
    Answer,
    Comment,
    PostHistory,
    PostHistoryType,
    PostTag,
    PostType,
    Question,
    Tag,
)

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
PASSWORD = "seven green bottles"


def alice() -> User:
    return person("Alice", reputation=120)


def bob() -> User:
    return person("Bob", reputation=2_340, gold_count=1, bronze_count=3)


def carol() -> User:
    return person("Carol", reputation=9_001, is_moderator=True, is_staff=True, is_superuser=True)


def person(name: str, *, now: datetime = NOON, **columns: object) -> User:
    """Who bears this name, created at the first call."""
    defaults = {
        "display_name": name,
        "created_at": now,
        "last_seen_at": now,
        "base_reputation": columns.get("reputation", 1),
        **columns,
    }
    found: User = User.objects.get_or_create(username=name.lower(), defaults=defaults)[0]
    return found


def staff(*permissions: str, is_staff: bool = True) -> User:
    """Who may do these things; codenames of permissions."""
    found = person("Dora" + "".join(permissions), is_staff=is_staff)
    found.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return found


def tag(name: str) -> Tag:
    found: Tag = Tag.objects.get_or_create(name=name)[0]
    return found


def ask(
    title: str = "Why is the sky blue?",
    *,
    by: User | None = None,
    tags: str = "",
    body: str = "<p>It looks blue to me.</p>",
    now: datetime = NOON,
    **columns: object,
) -> Question:
    """A question, Alice's unless somebody else is named. Its tags are counted."""
    question: Question = Question.objects.create(
        post_type=PostType.QUESTION,
        owner=by or alice(),
        title=title,
        tags=tags,
        body=body,
        created_at=now,
        last_activity_at=now,
        **{"answer_count": 0, "view_count": 0, **columns},
    )
    for name in tags.split():
        bears = tag(name)
        PostTag.objects.create(tag=bears, post=question)
        Tag.objects.filter(id=bears.id).update(question_count=bears.question_count + 1)
    return question


def answer(
    question: Question,
    *,
    by: User | None = None,
    body: str = "<p>Short waves scatter more.</p>",
    now: datetime = NOON,
    is_accepted: bool = False,
    **columns: object,
) -> Answer:
    """An answer, Bob's unless somebody else is named. The question counts it."""
    given: Answer = Answer.objects.create(
        post_type=PostType.ANSWER,
        parent=question,
        owner=by or bob(),
        body=body,
        created_at=now,
        last_activity_at=now,
        **columns,
    )
    question.answer_count = (question.answer_count or 0) + 1
    question.last_activity_at = max(question.last_activity_at, now)
    if is_accepted:
        question.accepted_answer = given
    question.is_answered = question.is_answered or is_accepted or given.score > 0
    question.save()
    return given


def comment(
    post: Question | Answer,
    text: str = "Are you sure?",
    *,
    by: User | None = None,
    now: datetime = NOON,
    **columns: object,
) -> Comment:
    """A comment, Carol's unless somebody else is named. The post counts it."""
    written: Comment = Comment.objects.create(
        post=post,
        user=by or carol(),
        text=text,
        **{"html": text, "created_at": now, "base_score": columns.get("score", 0), **columns},
    )
    post.comment_count += 1
    post.save(update_fields=["comment_count"])
    return written


def history(
    post: Question | Answer,
    kind: PostHistoryType,
    text: str | None = None,
    *,
    guid: str,
    by: User | None = None,
    now: datetime = NOON,
    comment: str | None = None,
) -> PostHistory:
    """One thing that happened to a post; those of one `guid` happened together."""
    return PostHistory.objects.create(
        post=post,
        history_type=kind,
        text=text,
        revision_guid=guid,
        user=by or alice(),
        created_at=now,
        comment=comment,
    )


def member(name: str, *, email: str = "", password: str = PASSWORD) -> User:
    """Who signed up here under this name, and confirmed the address."""
    found = person(name)
    found.email = email or f"{found.username}@example.org"
    found.set_password(password)
    found.save()
    EmailAddress.objects.get_or_create(
        user=found, email=found.email, defaults={"verified": True, "primary": True}
    )
    return found
