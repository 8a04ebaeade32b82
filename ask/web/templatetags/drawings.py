"""The bars of drawings as SVG.

A function and not a template because a page draws hundreds of them.
"""

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from ask.cron.models import Run
from ask.web.drawings import DrawnBar

register = template.Library()

SIGNS = {
    Run.State.FAILED: "M-3.5-3.5l7 7m0-7l-7 7",
    Run.State.TIMED_OUT: "M-3.5-4.5h7l-7 9h7z",
    Run.State.LOST: "M-2.6-2.4a2.6 2.6 0 1 1 3.9 2.2C.4.3 0 .8 0 1.7M0 4.2v.3",
    Run.State.RUNNING: "M-2.5-4l6.5 4-6.5 4z",
    Run.State.STOPPED: "M-3-3h6v6h-6z",
}
"""What stands above a bar, so that nobody has to tell colours apart; around its own middle."""


def look(state: Run.State) -> str:
    return f"ran is-{state.replace(' ', '-')}"


@register.filter
def svg(bar: DrawnBar) -> SafeString:
    """A bar with its sign and its words; a link, if it is one run."""
    middle = bar.y + bar.height / 2
    if bar.url:
        shape = (
            f'<rect x="{bar.x}%" y="{bar.y}" width="{bar.width}%" height="{bar.height}" rx="1.5"/>'
        )
    else:
        right = round(bar.x + bar.width, 2)
        shape = f'<line x1="{bar.x}%" y1="{middle}" x2="{right}%" y2="{middle}"/>'
    sign = SIGNS.get(bar.state, "")
    if sign:
        centre = round(bar.x + bar.width / 2, 2)
        place = f'x="{centre}%" y="{round(bar.y - 7, 1)}" aria-hidden="true"'
        sign = f'<svg {place}><path d="{sign}"/></svg>'
    inside = f"<title>{escape(bar.words)}</title>{shape}{sign}"
    if bar.url:
        return mark_safe(f'<a class="{look(bar.state)}" href="{escape(bar.url)}">{inside}</a>')
    return mark_safe(f'<g class="{look(bar.state)} many" role="img">{inside}</g>')


@register.filter
def sample(state: Run.State) -> SafeString:
    """What a bar of this state looks like, for a legend."""
    height = 4 if state == Run.State.SKIPPED else 12
    y = 12 if state in SIGNS else 13 - height // 2
    sign = f'<g transform="translate(8 5)"><path d="{SIGNS[state]}"/></g>' if state in SIGNS else ""
    return mark_safe(
        f'<svg class="{look(state)}" width="16" height="26" aria-hidden="true">'
        f'<rect x="3" y="{y}" width="10" height="{height}" rx="1.5"/>{sign}</svg>'
    )
