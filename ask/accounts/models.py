"""The person: the dump's Users and whoever signs up here, in one table."""

from datetime import datetime
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, PermissionsMixin, UserManager
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ask.core.content import Content

COMMUNITY = -1
"""The id of the user who stands for the site itself."""

IS_LISTED = Q(is_active=True, is_confirmed=True)


class UserQuerySet(models.QuerySet["User"]):
    def people(self) -> "UserQuerySet":
        """Without the site's own user."""
        return self.filter(id__gt=0)

    def listed(self) -> "UserQuerySet":
        """Whom lists show: not whoever deleted their account, nor whose account was closed, nor
        who signed up and has not confirmed an address yet, lest a name be an advertisement."""
        return self.people().filter(IS_LISTED)

    def best(self) -> "UserQuerySet":
        """Highest reputation first."""
        return self.listed().order_by("-reputation", "-id")

    def newest(self) -> "UserQuerySet":
        return self.listed().order_by("-created_at", "-id")

    def joined_within(self, starts_at: datetime, ends_at: datetime) -> "UserQuerySet":
        return self.filter(created_at__gte=starts_at, created_at__lte=ends_at)

    def named_like(self, text: str) -> "UserQuerySet":
        return self.filter(display_name__icontains=text)


class People(UserManager["User"].from_queryset(UserQuerySet)):  # type: ignore[misc]
    """Django's user manager, with this table's querysets."""

    use_in_migrations = False

    def create_staff(self, *, username: str, password: str, now: datetime) -> "User":
        """A person who may do everything, for a site's first start."""
        user: User = self.create_superuser(
            username=username, password=password, display_name=username, created_at=now
        )
        return user


class User(Content, AbstractBaseUser, PermissionsMixin):
    """Somebody who asks, answers or keeps order.

    `id` is the dump's `Users.Id`; who signs up here gets one from `LOCAL_IDS` up. Imported people
    cannot log in until their account is claimed: their password is unusable.

    `username` is what one may log in with, in small letters. `about` is clean HTML; `about_source`
    the markdown it was made of, if it was written here.
    """

    id = models.BigAutoField(primary_key=True)
    username = models.CharField(max_length=150, unique=True)
    email = models.EmailField(blank=True)
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    is_confirmed = models.BooleanField(default=True)
    """False from when somebody signs up until they confirm an address for the first time."""
    is_moderator = models.BooleanField(default=False)
    suspended_until = models.DateTimeField(null=True, blank=True)

    display_name = models.CharField(max_length=255)
    created_at = models.DateTimeField(default=timezone.now)
    last_seen_at = models.DateTimeField(null=True)
    reputation = models.IntegerField(default=1)
    """What was brought and what was gained here, at least 1: see `ask.ratings.reputation`."""
    base_reputation = models.IntegerField(default=1)
    """What the dump says, or 1."""
    gained_reputation = models.IntegerField(default=0)
    """By what happened here; below 0 where more was lost."""
    view_count = models.IntegerField(default=0)
    up_vote_count = models.IntegerField(default=0)
    down_vote_count = models.IntegerField(default=0)
    website_url = models.TextField(null=True)
    location = models.TextField(null=True)
    about = models.TextField(null=True)
    about_source = models.TextField(null=True)
    profile_image_url = models.TextField(null=True)
    account_id = models.BigIntegerField(null=True)
    age = models.SmallIntegerField(null=True)

    question_count = models.IntegerField(default=0)
    answer_count = models.IntegerField(default=0)
    gold_count = models.IntegerField(default=0)
    silver_count = models.IntegerField(default=0)
    bronze_count = models.IntegerField(default=0)

    edited_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)

    objects: ClassVar[People] = People()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    LOCAL_FIELDS: ClassVar[tuple[str, ...]] = (
        "username",
        "password",
        "email",
        "last_login",
        "is_staff",
        "is_active",
        "is_superuser",
        "edited_at",
        "deleted_at",
        "is_moderator",
        "suspended_until",
    )
    """What is said here of an imported person, and stays when a newer dump is imported."""

    PROFILE_FIELDS: ClassVar[tuple[str, ...]] = (
        "display_name",
        "website_url",
        "location",
        "about",
        "about_source",
        "profile_image_url",
        "account_id",
        "age",
    )
    """What stays as well as soon as it was changed here, at `edited_at`: who deleted their account
    does not get their old name back."""

    class Meta:
        indexes = (
            # With the column of their condition, which SQLite checks again: see `questions.models`.
            models.Index(
                fields=["-reputation", "-id", "is_active", "is_confirmed"],
                name="user_best",
                condition=IS_LISTED,
            ),
            models.Index(
                fields=["-created_at", "-id", "is_active", "is_confirmed"],
                name="user_newest",
                condition=IS_LISTED,
            ),
            models.Index(fields=["email"], name="user_email"),
        )

    def __str__(self) -> str:
        return self.display_name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.display_name = self.display_name or self.username
        # A name is looked for along its index, as it is written.
        self.username = self.username.lower()
        super().save(*args, **kwargs)

    @property
    def keeps_order(self) -> bool:
        """Whether no privilege is wanting."""
        return self.is_moderator or self.is_superuser

    def is_suspended(self, now: datetime) -> bool:
        return self.suspended_until is not None and self.suspended_until > now

    def get_absolute_url(self) -> str:
        return f"/users/{self.id}/{slugify(self.display_name, allow_unicode=True) or '-'}"


class Theme(models.TextChoices):
    """How a page looks: as the device prefers, or one of two."""

    AUTO = "auto", _("As the device")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


class Frequency(models.TextChoices):
    """How soon somebody hears of something by mail."""

    INSTANT = "instant", pgettext_lazy("mail", "At once")
    DAILY = "daily", pgettext_lazy("mail", "Daily")
    WEEKLY = "weekly", pgettext_lazy("mail", "Weekly")
    NEVER = "never", pgettext_lazy("mail", "Never")


def _frequency(label: Any, default: Frequency) -> Any:
    return models.CharField(label, max_length=8, choices=Frequency.choices, default=default)


class Preferences(models.Model):
    """What somebody chose. No content: an import does not touch it.

    Who never chose has no row, and the defaults.
    """

    user = models.OneToOneField(
        User, on_delete=models.CASCADE, primary_key=True, related_name="preferences"
    )
    language = models.CharField(_("Language"), max_length=8, blank=True, default="")
    theme = models.CharField(
        _("Appearance"), max_length=8, choices=Theme.choices, default=Theme.AUTO
    )
    answers = _frequency(_("Answers to your questions"), Frequency.INSTANT)
    comments = _frequency(_("Comments on your posts"), Frequency.INSTANT)
    mentions = _frequency(_("Mentions of you"), Frequency.INSTANT)
    followed = _frequency(_("New questions with followed tags"), Frequency.DAILY)
    digest = _frequency(_("A digest of the best unanswered questions"), Frequency.NEVER)

    @classmethod
    def begin(cls, user: User, *, language: str | None) -> None:
        """Of somebody new, who hears of things in the language that they read now."""
        cls.objects.get_or_create(user=user, defaults={"language": language or ""})

    @classmethod
    def of(cls, user: User) -> "Preferences":
        """Somebody's; the defaults, not saved, of who never chose."""
        return cls.objects.filter(user=user).first() or cls(user=user)
