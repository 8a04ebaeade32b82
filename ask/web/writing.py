"""What somebody is writing: the text of a form, on its way to the house and back."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.cache import patch_vary_headers
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from ask.accounts.models import User
from ask.core.refusal import Refusal
from ask.questions import drafts, tagging, texts
from ask.questions.differences import Part, difference
from ask.questions.editing import Source
from ask.questions.models import Comment, Draft, Post, PostType
from ask.questions.previewing import preview
from ask.questions.texts import BadText
from ask.stackexchange.cached import source_site
from ask.web.live import is_htmx
from ask.web.refusals import status_of

FRESH: Final = "new"
"""What an address says instead of a draft's token, to begin with nothing."""

THREAD: Final = (PostType.QUESTION, PostType.ANSWER)
"""What people write, edit, vote and comment on."""


@dataclass(slots=True)
class Writing:
    """A form in which somebody writes."""

    kind: Draft.Kind
    token: UUID
    post: Post | None = None
    """What is answered, commented on or edited."""
    comment: Comment | None = None
    """The one that is edited."""
    title: str = ""
    tags: str = ""
    body: str = ""
    summary: str = ""
    based_on: str = ""
    """The revision that is edited."""
    saved_at: datetime | None = None
    """Of a draft that was found again."""
    refusal: Refusal | None = None
    preview: str = ""
    theirs: Source | None = None
    """What somebody else has written meanwhile."""
    differences: list[Part] = field(default_factory=list)
    """From theirs to this one."""

    @property
    def wrong(self) -> str:
        """The field that cannot stand, if it is one."""
        return self.refusal.field if isinstance(self.refusal, BadText) else ""

    @property
    def is_empty(self) -> bool:
        return not (self.title or self.tags or self.body).strip()

    @property
    def has_title(self) -> bool:
        return self.kind == Draft.Kind.QUESTION or bool(
            self.kind == Draft.Kind.EDIT and self.post and self.post.title
        )

    @property
    def path(self) -> str:
        """Where the form is sent to."""
        if self.comment:
            return f"/comments/{self.comment.id}/edit"
        return form_path(self.kind, self.post.id if self.post else None)

    @property
    def place(self) -> str:
        """The id of what htmx replaces when a comment is sent."""
        if self.comment:
            return f"comment-{self.comment.id}"
        return f"comments-{self.post.id if self.post else 0}"

    def begin_with(self, source: Source, *, person: User) -> None:
        """Edit what a post says now, or go on with a draft, beside what others wrote since.

        A draft of an edit bears the revision that it began with in its token.
        """
        token = _token_of_edit(person, self.post, source.revision)
        if self.saved_at is None or self.is_in(source):
            self.title, self.tags, self.body = source.title, source.tags, source.body
            self.based_on, self.saved_at = source.revision, None
        elif self.token == token:
            self.based_on = source.revision
        else:
            self.compare(source)
        self.token = token

    def refuse(self, refusal: Refusal, *, theirs: Source) -> None:
        """Show why it is not saved; where somebody else was quicker, beside what they wrote."""
        self.refusal = refusal
        if theirs.revision != self.based_on:
            self.compare(theirs)

    def compare(self, theirs: Source) -> None:
        """Show what somebody else has written beside this, which is about to replace it."""
        self.theirs, self.based_on = theirs, theirs.revision
        self.differences = difference(theirs.body, texts.in_order(self.body)) or []

    def is_in(self, source: Source) -> bool:
        """Whether a post has this text."""
        return texts.in_order(self.body) == source.body and (
            not self.has_title
            or (
                _stored(self.title, by=texts.title) == _stored(source.title, by=texts.title)
                and _stored(self.tags, by=tagging.names) == source.tags.split()
            )
        )


def _token_of_edit(person: User, post: Post | None, revision: str) -> UUID:
    """Always the same, and nobody else can know it, who might take it first."""
    said = f"{person.id} {post.id if post else ''} {revision}"
    code = salted_hmac("ask.web.writing", said, algorithm="sha256")
    return UUID(bytes=code.digest()[:16], version=4)


def _stored(text: str, *, by: Callable[[str], object]) -> object:
    """As the house stores it, if it does."""
    try:
        return by(text)
    except BadText:
        return text


def form_path(kind: str, post_id: int | None) -> str:
    """The address of a form: what it is for, and which post it is about."""
    if post_id is None:
        return "/questions/ask"
    return {
        Draft.Kind.ANSWER: f"/questions/{post_id}/answers",
        Draft.Kind.COMMENT: f"/posts/{post_id}/comments",
        Draft.Kind.EDIT: f"/posts/{post_id}/edit",
    }[Draft.Kind(kind)]


def sent(request: HttpRequest, kind: Draft.Kind, *, post: Post | None = None) -> Writing:
    """What the form says."""
    said = request.POST
    return Writing(
        kind=kind,
        token=token_in(said.get("draft", "")) or uuid4(),
        post=post,
        title=said.get("title", ""),
        tags=said.get("tags", ""),
        body=said.get("body", ""),
        summary=said.get("summary", ""),
        based_on=said.get("based_on", ""),
    )


def begun(person: User, kind: Draft.Kind, *, wanted: str = "", post: Post | None = None) -> Writing:
    """What somebody goes on writing: the draft that is `wanted` by its token, or the latest.

    Without one, or where it says `FRESH`, an empty form.
    """
    found = None
    if wanted != FRESH:
        known = drafts.of(person).filter(kind=kind, post=post)
        token = token_in(wanted)
        found = (known.filter(token=token) if token else known).first()
    if found is None:
        return Writing(kind=kind, token=uuid4(), post=post)
    return Writing(
        kind=kind,
        token=found.token,
        post=post,
        title=found.title,
        tags=found.tags,
        body=found.body,
        saved_at=found.saved_at,
    )


def thread_post(id: int) -> Post:
    """A question or an answer, with its question; it may be deleted. Raises Http404."""
    found = Post.objects.select_related("parent").defer("parent__body", "parent__rendered_body")
    post: Post = get_object_or_404(found, id=id, post_type__in=THREAD)
    return post


def id_in(text: str) -> int:
    """The id that a form names. Raises Http404."""
    if not (text.isascii() and text.isdigit() and len(text) < 20):
        raise Http404
    return int(text)


def token_in(text: str) -> UUID | None:
    """The token that a form or an address names, if it is one."""
    try:
        return UUID(text)
    except ValueError:
        return None


def shown(
    request: HttpRequest,
    writing: Writing,
    *,
    page: str,
    part: str = "web/writing/form.html",
    **context: object,
) -> HttpResponse:
    """The form on its page; to htmx, what it is to be replaced with."""
    if "preview" in request.POST:
        writing.preview = preview_of(request)
    response = render(
        request,
        part if is_htmx(request) else page,
        {"writing": writing, "section": "questions", **context},
        status=status_of(writing.refusal, request=request),
    )
    if writing.refusal and is_htmx(request):
        response.headers["HX-Retarget"] = "this"
        response.headers["HX-Reswap"] = "outerHTML"
    # May be kept by its browser: who comes back to it finds again what they wrote.
    response.headers["Cache-Control"] = "private, no-cache"
    patch_vary_headers(response, ["HX-Request"])
    return response


def preview_of(request: HttpRequest) -> str:
    """What the text of the form will look like."""
    source = source_site.get()
    return preview(
        request.POST.get("body", ""),
        source_host=urlsplit(source["url"]).hostname or "" if source else "",
    )


class SentBefore(Refusal):
    """A form was sent twice, and not with the same text."""


def require_same(writing: Writing, *, made: Source) -> None:
    """Raise SentBefore where a form that was sent twice has another text now, which would be lost.

    `made` is what became of it first.
    """
    if not writing.is_in(made):
        writing.token = uuid4()
        raise SentBefore(
            _("What you sent before is published. This differs: send it again to publish it too.")
        )
