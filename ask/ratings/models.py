"""What people were awarded, and where they stand among the others."""

from typing import Any, ClassVar, Self

from django.db import models
from django.utils import timezone

from ask.accounts.models import User
from ask.core.content import NO_ROWS, Content
from ask.questions.models import PERSON, Tag, reference
from ask.ratings.reputation import CAP


class BadgeClass(models.IntegerChoices):
    GOLD = 1
    SILVER = 2
    BRONZE = 3


class Badge(Content):
    """One award: the dump's Badges. The same person can get the same badge often."""

    id = models.BigAutoField(primary_key=True)
    user = reference(User)
    name = models.CharField(max_length=255)
    badge_class = models.SmallIntegerField(choices=BadgeClass)
    is_tag_based = models.BooleanField(default=False)
    awarded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = (
            models.Index(fields=["user", "badge_class"], name="badge_user"),
            models.Index(fields=["name", "badge_class"], name="badge_name"),
        )

    def __str__(self) -> str:
        return self.name


class Board(models.IntegerChoices):
    """What people are ranked by."""

    REPUTATION = 1
    VOTERS = 2
    EDITORS = 3


class Period(models.IntegerChoices):
    """How far back is looked: the value is the number of days, the last one among them."""

    ALL = 0
    WEEK = 7
    MONTH = 30
    QUARTER = 91
    YEAR = 365


class StandingQuerySet(models.QuerySet["Standing"]):
    def best(self, *, board: Board, period: Period) -> Self:
        """One board of one period, most points first.

        Whose account was closed since stands on it still: `listed()` people are to be shown only.
        """
        return self.filter(board=board, period=period).order_by("-points", "-user_id")

    def named_like(self, text: str) -> Self:
        return self.filter(user__display_name__icontains=text)


class Standing(Content):
    """How much somebody did in a period: the rows of `/users`. See `ask.ratings.standings`.

    Derived as a whole from other content. There is no row where there would be no points. All of
    somebody's reputation, and who is new, stand in `User` and need no row here.
    """

    LOCAL_ROWS = NO_ROWS

    pk = models.CompositePrimaryKey("board", "period", "user_id")
    board = models.SmallIntegerField(choices=Board)
    period = models.SmallIntegerField(choices=Period)
    user = reference(User)
    points = models.IntegerField()
    """Reputation gained, votes given, or revisions written."""

    objects: ClassVar[Any] = StandingQuerySet.as_manager()

    class Meta:
        indexes = (
            models.Index(fields=["board", "period", "-points", "-user"], name="standing_best"),
        )


class TopAnswererQuerySet(models.QuerySet["TopAnswerer"]):
    def under(self, tag: Tag) -> Self:
        """The best first, with what is shown of them."""
        return (
            self.filter(tag=tag, user__is_active=True)
            .select_related("user")
            .only("score", "answer_count", *(f"user__{name}" for name in PERSON))
            .order_by("place")
        )


class TopAnswerer(Content):
    """Who answered best under a tag, of all time: see `ask.ratings.top_answerers`.

    Derived as a whole from other content, together with the standings.
    """

    LOCAL_ROWS = NO_ROWS

    pk = models.CompositePrimaryKey("tag_id", "place")
    tag = reference(Tag)
    place = models.SmallIntegerField()
    """From 1."""
    user = reference(User)
    score = models.IntegerField()
    answer_count = models.IntegerField()

    objects: ClassVar[Any] = TopAnswererQuerySet.as_manager()


class Reckoning(Content):
    """Of what, and up to when, the standings were computed: one row, or none before the first."""

    LOCAL_ROWS = NO_ROWS

    ONLY = 1

    id = models.SmallIntegerField(primary_key=True, default=ONLY)
    ends_at = models.DateTimeField()
    """The end of every period."""
    fingerprint = models.TextField()
    """As long as this stays the same, so do the standings."""


class ReputationDayQuerySet(models.QuerySet["ReputationDay"]):
    def of(self, person: User) -> Self:
        """The latest day first."""
        return self.filter(user=person).order_by("-gained_on")


class ReputationDay(Content):
    """What one day brought somebody, by what still stands: see `ask.ratings.reputation`.

    Derived from votes; a vote that is withdrawn is taken off the day on which it was cast.
    """

    LOCAL_ROWS = NO_ROWS

    id = models.BigAutoField(primary_key=True)
    user = reference(User)
    gained_on = models.DateField()
    """A day of UTC."""
    vote_points = models.IntegerField()
    """For votes received, of which at most `reputation.CAP` count."""
    other_points = models.IntegerField()
    """For accepted answers, and for voting down."""

    objects: ClassVar[Any] = ReputationDayQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["user", "gained_on"], name="reputation_day_once"),
        )

    @property
    def points(self) -> int:
        """What the day brought in all."""
        return min(self.vote_points, CAP) + self.other_points

    @property
    def lost_to_cap(self) -> int:
        """What votes would have brought besides."""
        return max(self.vote_points - CAP, 0)
