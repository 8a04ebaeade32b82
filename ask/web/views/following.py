"""What somebody wants to hear of: questions and tags."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from ask.questions import following
from ask.questions.models import Post, PostType, Question, Tag
from ask.web.addresses import question_following_path, tag_following_path, tag_path
from ask.web.deleted import may_see
from ask.web.live import is_htmx
from ask.web.members import member, member_page
from ask.web.paging import page_of, rows_of
from ask.web.refusals import went

SIZE = 30
TAGS = 500
"""How many followed tags are listed."""


@require_POST
@member_page
def follow_question(request: HttpRequest, id: int) -> HttpResponse:
    """`POST /questions/ID/following`."""
    question = get_object_or_404(Post, id=id, post_type=PostType.QUESTION)
    following.follow_question(person=member(request), question=question, now=timezone.now())
    return _followed(
        request, question_following_path(id), is_on=True, there=question.get_absolute_url()
    )


@require_POST
@member_page
def unfollow_question(request: HttpRequest, id: int) -> HttpResponse:
    """`POST /questions/ID/following/end`."""
    question = get_object_or_404(Post, id=id, post_type=PostType.QUESTION)
    following.unfollow_question(person=member(request), question=question)
    # The address of a question says its title, which not everybody may know any more.
    is_seen = not question.deleted_at or may_see(request, question)
    there = question.get_absolute_url() if is_seen else "/users/following"
    return _followed(request, question_following_path(id), is_on=False, there=there)


@require_POST
@member_page
def follow_tag(request: HttpRequest, name: str) -> HttpResponse:
    """`POST /tags/TAG/following`."""
    tag = get_object_or_404(Tag, name=name)
    following.follow_tag(person=member(request), tag=tag, now=timezone.now())
    return _followed(request, tag_following_path(name), is_on=True, there=tag_path([name]))


@require_POST
@member_page
def unfollow_tag(request: HttpRequest, name: str) -> HttpResponse:
    """`POST /tags/TAG/following/end`."""
    tag = get_object_or_404(Tag, name=name)
    following.unfollow_tag(person=member(request), tag=tag)
    return _followed(request, tag_following_path(name), is_on=False, there=tag_path([name]))


def _followed(request: HttpRequest, path: str, *, is_on: bool, there: str) -> HttpResponse:
    if not is_htmx(request):
        back = "/users/following" if request.POST.get("back") == "list" else there
        return went(request, back)
    return render(request, "web/follow.html", {"path": path, "is_on": is_on})


@require_safe
@member_page
def followed(request: HttpRequest) -> HttpResponse:
    """`/users/following`: tags by name, questions as they were followed, the latest first."""
    person = member(request)
    page = page_of(following.questions_of(person), request=request, size=SIZE, key="post_id")
    context = {
        "page": page,
        "questions": rows_of(page, Question.objects.listed()),
        "tags": following.tags_of(person)[:TAGS],
    }
    return render(request, "web/writing/following.html", context)
