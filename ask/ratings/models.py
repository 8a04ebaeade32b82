"""What people were awarded."""

from django.db import models
from django.utils import timezone

from ask.accounts.models import User
from ask.core.content import Content
from ask.questions.models import reference


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
