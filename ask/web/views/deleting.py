"""Deleting a question or an answer, and bringing it back."""

from collections.abc import Callable
from datetime import datetime

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from ask.accounts.models import User
from ask.moderation.deleting import delete, undelete
from ask.questions.models import Post, PostType
from ask.web import sidebar
from ask.web.members import member, member_page
from ask.web.refusals import done

IS_POST = Q(post_type__in=[PostType.QUESTION, PostType.ANSWER])


@require_POST
@member_page
def deletion(request: HttpRequest, id: int) -> HttpResponse:
    """`POST /posts/ID/deletion`."""
    return _do(request, id, deed=_delete, said=_("It is deleted."))


@require_POST
@member_page
def undeletion(request: HttpRequest, id: int) -> HttpResponse:
    """`POST /posts/ID/undeletion`."""
    return _do(request, id, deed=undelete, said=_("It is here again."))


def _delete(*, person: User, post: Post, now: datetime) -> None:
    delete(person=person, post=post, now=now)
    sidebar.leave_out(post)


def _do(
    request: HttpRequest, id: int, *, deed: Callable[..., object], said: Promise
) -> HttpResponse:
    post = get_object_or_404(Post, IS_POST, id=id)
    deed(person=member(request), post=post, now=timezone.now())
    return done(request, said, then=post.get_absolute_url())
