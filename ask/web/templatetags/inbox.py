"""What a page shows of somebody's inbox."""

from django import template

from ask.accounts.models import User
from ask.digests.inbox import MOST, unread_count
from ask.web.templatetags.ask import number

register = template.Library()


@register.filter
def unread(user: User) -> str:
    """How many entries somebody has not read: `3`, `99+`, or nothing. One short query."""
    count = unread_count(user)
    if not count:
        return ""
    return f"{number(MOST - 1)}+" if count >= MOST else number(count)
