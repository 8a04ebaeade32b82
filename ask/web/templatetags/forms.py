"""How fields of forms are written."""

from django import template
from django.forms import BoundField
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def input(field: BoundField) -> SafeString:
    """The field without its placeholder, which would only say the label again."""
    return field.as_widget(attrs={"placeholder": False})
