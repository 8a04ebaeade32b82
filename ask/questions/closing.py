"""Why questions are closed."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

DUPLICATE = _("It was asked before.")

REASONS: dict[str, Promise] = {
    "1": DUPLICATE,
    "2": _("It is not about the subject of this site."),
    "3": _("It asks for opinions."),
    "4": _("It is not clear what is asked."),
    "7": _("It matters only to one place or moment."),
    "10": _("Any reference answers it."),
    "20": _("It adds nothing to the site."),
    "101": DUPLICATE,
    "102": _("It is not about the subject of this site."),
    "103": _("It needs details."),
    "104": _("It asks too much at once."),
    "105": _("It asks for opinions."),
}
"""What the comment of a `PostHistoryType.CLOSED` row means; the codes below 100 are old."""

DUPLICATE_CODE = "101"
OFFERED = (DUPLICATE_CODE, "102", "103", "104", "105")
"""For what a question can be closed now."""
