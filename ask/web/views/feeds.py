"""Atom feeds of questions, of a tag, of a question's answers."""

from datetime import UTC, datetime

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.xmlutils import SimplerXMLGenerator
from django.views.decorators.http import require_safe

from ask.questions.licences import licence
from ask.questions.models import Answer, Post, PostQuerySet, PostType, Question
from ask.stackexchange.cached import site_name, source_site
from ask.web.addresses import tag_path, tags_at
from ask.web.views.errors import gone

LENGTH = 30
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Feed(Atom1Feed):
    """An Atom feed that may be a page of a longer one (RFC 5005) and names each text's licence."""

    def add_root_elements(self, handler: SimplerXMLGenerator) -> None:
        super().add_root_elements(handler)
        if self.feed["next"]:
            handler.addQuickElement("link", "", {"rel": "next", "href": self.feed["next"]})

    def latest_post_date(self) -> datetime:
        return max((item["updateddate"] for item in self.items), default=EPOCH)


@require_safe
def newest(request: HttpRequest) -> HttpResponse:
    """`/feeds`: the newest questions."""
    posts = _before(request, Question.objects.all())
    return _answer(request, _("Newest questions"), posts, path="/questions")


@require_safe
def tagged(request: HttpRequest, names: str) -> HttpResponse:
    """`/feeds/tag/a+b`."""
    tags = tags_at(names)
    posts = _before(request, Question.objects.tagged(tags))
    title = f"{_('Newest questions')}: {' '.join(tag.name for tag in tags)}"
    return _answer(request, title, posts, path=tag_path(tag.name for tag in tags))


@require_safe
def question(request: HttpRequest, id: int) -> HttpResponse:
    """`/feeds/question/ID`: a question's newest answers, and at the end the question."""
    asked = Question.objects.shown().filter(id=id).first()
    if asked is None:
        if Post.objects.filter(id=id, deleted_at__isnull=False).exists():
            return gone(request)
        raise Http404
    answers = _before(request, Answer.objects.to(asked))
    posts: list[Post] = answers if len(answers) > LENGTH else [*answers, asked]
    return _answer(request, asked.title or "", posts, path=asked.get_absolute_url())


def _before(request: HttpRequest, found: PostQuerySet) -> list[Post]:
    """The latest posts, or the latest whose id is below the cursor `before`; one more than shown.

    Ids grow with time, so they do for an order, and the primary key finds the place at once. The
    ids are found alone and the rows fetched by them, as on numbered pages: with its joins, a
    planner may choose another way through a large table.
    """
    if cursor := _cursor(request):
        found = found.filter(id__lt=int(cursor))
    ids = list(found.order_by("-id").values_list("id", flat=True)[: LENGTH + 1])
    return list(Post.objects.shown().filter(id__in=ids).order_by("-id"))


def _cursor(request: HttpRequest) -> str:
    """Empty where it is no id: Python reads no number of thousands of digits."""
    before = request.GET.get("before", "")
    return before if before.isascii() and before.isdigit() and len(before) < 20 else ""


def _answer(request: HttpRequest, title: str, posts: list[Post], *, path: str) -> HttpResponse:
    """The feed of `posts`. `path` is the page that shows the same."""
    source = source_site.get()
    here = settings.SITE_URL + request.path
    shown = posts[:LENGTH]
    cursor = _cursor(request)
    feed = Feed(
        title=f"{title} – {site_name(source)}",
        link=settings.SITE_URL + path,
        description=None,
        feed_url=f"{here}?before={cursor}" if cursor else here,
        feed_guid=here,
        language=get_language(),
        next=f"{here}?before={shown[-1].id}" if len(posts) > LENGTH else "",
    )
    for post in shown:
        owner = post.owner
        address = settings.SITE_URL + post.get_absolute_url()
        kind = _("Question") if post.post_type == PostType.QUESTION else _("Answer")
        feed.add_item(
            title=post.title or f"{kind}: {post.score:+d}",
            link=address,
            unique_id=address,
            description=post.html,
            author_name=owner.display_name if owner else post.owner_display_name or _("somebody"),
            author_link=settings.SITE_URL + owner.get_absolute_url() if owner else None,
            pubdate=post.created_at,
            updateddate=max(post.last_edited_at or post.created_at, post.created_at),
            categories=post.tag_names,
            item_copyright=licence(post.content_license, created_at=post.created_at).name,
        )
    return HttpResponse(feed.writeString("utf-8"), content_type=Feed.content_type)
