"""The lists of the sidebar and the sizes of rankings: filled by `calc_best`, read by pages."""

from typing import TypedDict

from django.db.models import Count

from ask.accounts.models import User
from ask.caching.cached_value import CachedValue
from ask.questions.models import Question, Tag
from ask.ratings.models import Badge, Board, Period, Reckoning, Standing
from ask.ratings.standings import starts_at

LENGTH = 10


class HotQuestion(TypedDict):
    id: int
    title: str
    url: str
    score: int
    answer_count: int
    is_answered: bool


class BestUser(TypedDict):
    id: int
    display_name: str
    url: str
    reputation: int
    gold_count: int
    silver_count: int
    bronze_count: int


class BestTag(TypedDict):
    name: str
    question_count: int


class Rankings(TypedDict):
    ends_at: str | None
    """The end of every period; None before the first computation."""
    ranked: dict[str, int]
    """How many people stand on a board in a period, by `board_key()`."""
    new: dict[str, int]
    """How many people joined in a period, by its name."""


class AwardedBadge(TypedDict):
    name: str
    badge_class: int
    is_tag_based: bool
    award_count: int


def _hot_questions() -> list[HotQuestion]:
    return [
        HotQuestion(
            id=question.id,
            title=question.title or "",
            url=question.get_absolute_url(),
            score=question.score,
            answer_count=question.answer_count or 0,
            is_answered=question.is_answered,
        )
        for question in Question.objects.best().only(
            "id", "title", "score", "answer_count", "is_answered"
        )[:LENGTH]
    ]


def _best_users() -> list[BestUser]:
    return [
        BestUser(
            id=user.id,
            display_name=user.display_name,
            url=user.get_absolute_url(),
            reputation=user.reputation,
            gold_count=user.gold_count,
            silver_count=user.silver_count,
            bronze_count=user.bronze_count,
        )
        for user in User.objects.best()[:LENGTH]
    ]


def _best_tags() -> list[BestTag]:
    return [
        BestTag(name=tag.name, question_count=tag.question_count)
        for tag in Tag.objects.best()[:LENGTH]
    ]


def _badges() -> list[AwardedBadge]:
    """Every badge that was awarded, the most frequent of each class first."""
    return [
        AwardedBadge(**badge)
        for badge in Badge.objects.values("name", "badge_class", "is_tag_based")
        .annotate(award_count=Count("id"))
        .order_by("badge_class", "-award_count", "name")
    ]


def board_key(board: Board, period: Period) -> str:
    return f"{board.name} {period.name}"


def _rankings() -> Rankings:
    reckoning = Reckoning.objects.first()
    ends_at = reckoning.ends_at if reckoning else None
    counts = Standing.objects.values_list("board", "period").annotate(count=Count("user_id"))
    return Rankings(
        ends_at=ends_at.isoformat() if ends_at else None,
        ranked={
            board_key(Board(board), Period(period)): count
            for board, period, count in counts.order_by()
        },
        new={
            period.name: User.objects.newest()
            .joined_within(starts_at(period, ends_at=ends_at), ends_at)
            .count()
            for period in Period
            if period != Period.ALL and ends_at
        },
    )


hot_questions = CachedValue("hot_questions", _hot_questions)
best_users = CachedValue("best_users", _best_users)
best_tags = CachedValue("best_tags", _best_tags)
badges = CachedValue("badges", _badges)
rankings = CachedValue("rankings", _rankings)
