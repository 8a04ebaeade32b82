"""A comment, and what a member may do with it.

These are functions and not templates because a page calls them hundreds of times.
"""

from functools import lru_cache
from typing import NamedTuple

from django import template
from django.template import Context
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, ngettext, pgettext

from ask.questions.models import Comment
from ask.web.offers import Offer
from ask.web.templatetags.ask import person, when

register = template.Library()

REFUSAL = '<div class="refusal" role="alert"></div>'


class Words(NamedTuple):
    """What stands on buttons and links, escaped."""

    useful: str
    withdraw: str
    edit: str
    edit_this: str
    delete: str
    delete_this: str
    ask_first: str
    flag: str
    flag_this: str


@lru_cache
def _words(language: str | None) -> Words:
    found = (
        gettext("This comment is useful"),
        gettext("Withdraw your vote"),
        pgettext("a comment", "edit"),
        gettext("Edit this comment"),
        pgettext("a comment", "delete"),
        gettext("Delete this comment"),
        gettext("Delete this comment?"),
        pgettext("a comment", "flag"),
        gettext("Flag this comment"),
    )
    return Words(*map(escape, found))


@register.simple_tag(takes_context=True)
def remark(
    context: Context, comment: Comment, offer: Offer | None, is_edited: bool = False
) -> SafeString:
    """A comment in the list; to strangers without an offer. `is_edited` gives it the focus."""
    votes = f"<b>{comment.score or ''}</b>"
    tools = place = ""
    if offer:
        if comment.user_id != offer.person.id:
            votes = useful(context, comment, offer)
        tools = f" {_tools(context, comment, offer, is_edited=is_edited)}"
        if comment.id in offer.editable:
            place = '<div class="new"></div>'
    who = person(comment.user, comment.user_display_name)
    return mark_safe(
        f'<li id="comment-{comment.id}">{votes}<div>{comment.html} <span class="small">– {who},'
        f" {when(comment.created_at)}{_pencil(comment)}</span>{tools}</div>{place}</li>\n"
    )


@register.simple_tag(takes_context=True)
def useful(context: Context, comment: Comment, offer: Offer) -> SafeString:
    """The score of somebody else's comment, and the button to vote for it."""
    words, path = _words(get_language()), f"/comments/{comment.id}/vote"
    is_on = comment.id in offer.useful
    value, title = ("none", words.withdraw) if is_on else ("up", words.useful)
    return mark_safe(
        f'<form class="useful" method="post" action="{path}" hx-post="{path}" hx-target="this"'
        f' hx-swap="outerHTML" hx-sync="this:drop">{_token(context)}<b>{comment.score or ""}</b>'
        f'<button id="useful-{comment.id}" name="kind" value="{value}"'
        f' aria-pressed="{"true" if is_on else "false"}" title="{title}"'
        f' aria-label="{words.useful}">▲</button>{REFUSAL}</form>'
    )


def _pencil(comment: Comment) -> str:
    if not comment.edit_count:
        return ""
    said = ngettext("edited %(count)d time", "edited %(count)d times", comment.edit_count)
    text = escape(said % {"count": comment.edit_count})
    return (
        f' <span class="pencil" title="{text}"><span aria-hidden="true">✎</span>'
        f'<span class="aside">{text}</span></span>'
    )


def _tools(context: Context, comment: Comment, offer: Offer, *, is_edited: bool) -> str:
    """Links and buttons: to edit, to delete, to flag."""
    words, path = _words(get_language()), f"/comments/{comment.id}"
    is_own = comment.user_id == offer.person.id
    tools = ""
    if comment.id in offer.editable:
        tools += (
            f'<a class="quiet" href="{path}/edit" hx-get="{path}/edit" hx-target="next .new"'
            f' hx-swap="innerHTML" aria-label="{words.edit_this}"'
            f"{' autofocus' if is_edited else ''}>{words.edit}</a>"
        )
    if is_own or offer.person.keeps_order:
        tools += (
            f'<form class="inline" method="post" action="{path}/deletion"'
            f' hx-post="{path}/deletion" hx-target="#comments-{comment.post_id}"'
            f' hx-swap="outerHTML" hx-sync="this:drop" hx-confirm="{words.ask_first}">'
            f'{_token(context)}<input type="hidden" name="post" value="{comment.post_id}">'
            f'<button class="link" aria-label="{words.delete_this}">{words.delete}</button>'
            f"{REFUSAL}</form>"
        )
    if offer.may_flag_comments and not is_own:
        tools += (
            f'<a class="quiet" href="{path}/flags" aria-label="{words.flag_this}">{words.flag}</a>'
        )
    return tools


def _token(context: Context) -> str:
    return f'<input type="hidden" name="csrfmiddlewaretoken" value="{context["csrf_token"]}">'
