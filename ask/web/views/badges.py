"""What people can be awarded."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from ask.ratings import cached
from ask.ratings.models import BadgeClass

CLASSES = (
    (BadgeClass.GOLD, "gold", _("Gold")),
    (BadgeClass.SILVER, "silver", _("Silver")),
    (BadgeClass.BRONZE, "bronze", _("Bronze")),
)


@require_safe
def badges(request: HttpRequest) -> HttpResponse:
    """Every badge by class, with how often it was awarded."""
    found = cached.badges.get()
    context = {
        "section": "badges",
        "classes": [
            (metal, label, [badge for badge in found if badge["badge_class"] == number])
            for number, metal, label in CLASSES
        ],
        "path": "/badges",
    }
    return render(request, "web/badges.html", context)
