"""The tabs above the pages where people set up their account."""

from django import template
from django.template.context import RequestContext
from django.utils.translation import gettext_lazy as _

register = template.Library()

TABS = (
    ("/users/settings", _("Profile")),
    ("/users/settings/preferences", _("Preferences")),
    ("/users/settings/email", _("E-mail")),
    ("/users/settings/password", _("Password")),
    ("/users/settings/factors", _("Second factor")),
    ("/users/settings/sessions", _("Sessions")),
    ("/users/settings/data", _("Your data")),
)


@register.inclusion_tag("web/settings/tabs.html", takes_context=True)
def settings_tabs(context: RequestContext) -> dict[str, object]:
    path = context["request"].path
    current = max((url for url, _label in TABS if f"{path}/".startswith(f"{url}/")), default="")
    return {"tabs": [(label, url, url == current) for url, label in TABS]}


BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("YaBrowser/", "Yandex"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
"""What a browser calls itself: most say to be one of those below them as well."""

SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


@register.filter
def browser(user_agent: str) -> str:
    """`Firefox, Linux`; of one that nobody knows, how it calls itself."""
    found = [
        next((name for mark, name in known if mark in user_agent), "")
        for known in (BROWSERS, SYSTEMS)
    ]
    return ", ".join(filter(None, found)) or user_agent[:40] or "–"
