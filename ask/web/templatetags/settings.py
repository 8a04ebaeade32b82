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
