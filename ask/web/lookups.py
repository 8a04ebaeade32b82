"""What staff can look up in the admin: what people wrote, and how order was kept.

Nothing is edited there. What is done to it is done as on the site, by the same functions, so that
history, counters and the audit log stay right; they refuse whoever lacks the privilege.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, cast

from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext_lazy as _

from ask.accounts.models import User
from ask.core.refusal import Refusal
from ask.moderation.deleting import delete, delete_comment, undelete
from ask.moderation.flagging import settle
from ask.moderation.models import AuditEntry, Flag
from ask.questions.excerpts import excerpt
from ask.questions.models import (
    Answer,
    Comment,
    Post,
    PostQuerySet,
    PostType,
    Question,
    QuestionQuerySet,
)
from ask.web import sidebar

if TYPE_CHECKING:
    Admin = admin.ModelAdmin[Any]
    Pages = Paginator[Any]
else:
    Admin, Pages = admin.ModelAdmin, Paginator

MOST = 10_000
"""Up to how many rows are counted: to count millions would read a whole table."""

NAMED = 100
"""How many people of one name are looked at."""


class FirstPages(Pages):
    @cached_property
    def count(self) -> int:
        return int(self.object_list.order_by()[:MOST].count())  # type: ignore[attr-defined]


class YesNoFilter(admin.SimpleListFilter):
    """Those of which `condition` holds, or the others."""

    def condition(self) -> Q:
        raise NotImplementedError

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("Yes")), ("no", _("No"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() not in ("yes", "no"):
            return queryset
        return queryset.filter(self.condition() if self.value() == "yes" else ~self.condition())


class MomentFilter(YesNoFilter):
    """Whether something has happened: `parameter_name` is the column that says when."""

    def condition(self) -> Q:
        return Q(**{f"{self.parameter_name}__isnull": False})


class ClosedFilter(MomentFilter):
    title, parameter_name = _("closed"), "closed_at"


class DeletedFilter(MomentFilter):
    title, parameter_name = _("deleted"), "deleted_at"


class SettledFilter(MomentFilter):
    title, parameter_name = _("settled"), "settled_at"


class LookUp(Admin):
    """Rows that are found and read. A search is for a number, or a part of a person's name."""

    people: tuple[str, ...] = ()
    """The columns that say whose it is."""
    search_fields = ("id",)
    search_help_text = _("A number, or a part of somebody's name.")
    ordering: ClassVar[tuple[str, ...]] = ("-id",)
    list_per_page = 50
    paginator = FirstPages
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = search_term.strip()
        if term.isascii() and term.isdigit() and len(term) < 20:
            return queryset.filter(self.numbered(int(term))), False
        return self.called(queryset, term) if term else queryset, False

    def numbered(self, number: int) -> Q:
        return Q(pk=number)

    def called(self, queryset: QuerySet[Any], term: str) -> QuerySet[Any]:
        # Found first, so that the index of each column leads to what they did.
        ids = list(User.objects.named_like(term).values_list("id", flat=True)[:NAMED])
        wanted = Q()
        for column in self.people:
            wanted |= Q(**{f"{column}__in": ids})
        return queryset.filter(wanted)

    def each(
        self, request: HttpRequest, rows: QuerySet[Any], what: Promise, do: Callable[..., object]
    ) -> list[Any]:
        """Do it to each, as who asks, and say why not; those that it was done to."""
        done = []
        for row in rows:
            try:
                do(row, person=cast(User, request.user), now=timezone.now())
            except Refusal as refusal:
                self.message_user(request, f"{row}: {refusal}", messages.ERROR)
            else:
                done.append(row)
        self.message_user(request, f"{what}: {len(done)}", messages.SUCCESS)
        return done


class PostAdmin(LookUp):
    people = ("owner",)
    list_select_related: ClassVar[tuple[str, ...]] = ("owner",)
    actions = ("delete_them", "undelete_them")
    kind: PostType

    def get_queryset(self, request: HttpRequest) -> PostQuerySet:
        """With what is deleted, and without long texts."""
        found = QuestionQuerySet(self.model).filter(post_type=self.kind)
        return found.defer("body", "rendered_body")

    @admin.action(description=_("Delete"))
    def delete_them(self, request: HttpRequest, chosen: QuerySet[Post]) -> None:
        deleted = self.each(
            request, chosen, _("Deleted"), lambda post, **by: delete(post=post, **by)
        )
        sidebar.leave_out(*deleted)

    @admin.action(description=_("Undelete"))
    def undelete_them(self, request: HttpRequest, chosen: QuerySet[Post]) -> None:
        self.each(request, chosen, _("Undeleted"), lambda post, **by: undelete(post=post, **by))


@admin.register(Question)
class QuestionAdmin(PostAdmin):
    kind = PostType.QUESTION
    search_help_text = _("A number, or words of a title.")
    list_display = (
        "id", "title", "owner", "score", "answer_count", "created_at", "closed_at", "deleted_at",
    )  # fmt: skip
    list_display_links = ("id", "title")
    list_filter = (ClosedFilter, DeletedFilter, "is_answered", "created_at")
    fields = (
        "title", "tags", "owner", "owner_display_name", "score", "answer_count", "view_count",
        "created_at", "last_activity_at", "closed_at", "deleted_at", "body",
    )  # fmt: skip

    def called(self, queryset: QuerySet[Any], term: str) -> QuerySet[Any]:
        return cast(QuestionQuerySet, queryset).titled_like(term)


@admin.register(Answer)
class AnswerAdmin(PostAdmin):
    kind = PostType.ANSWER
    list_display = ("id", "question", "owner", "score", "created_at", "deleted_at")
    list_filter = (DeletedFilter, "created_at")
    list_select_related = ("owner", "parent")
    fields = (
        "question", "owner", "owner_display_name", "score", "created_at", "last_edited_at",
        "deleted_at", "body",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> PostQuerySet:
        return super().get_queryset(request).defer(
            "body", "rendered_body", "parent__body", "parent__rendered_body"
        )  # fmt: skip

    def numbered(self, number: int) -> Q:
        """Its own, or its question's."""
        return Q(pk=number) | Q(parent=number)

    @admin.display(description=_("Question"))
    def question(self, answer: Answer) -> str:
        return answer.heading


@admin.register(Comment)
class CommentAdmin(LookUp):
    people = ("user",)
    list_display = ("id", "remark", "user", "score", "created_at", "post_id")
    list_filter = ("created_at",)
    list_select_related = ("user",)
    fields = ("text", "user", "user_display_name", "post_id", "score", "created_at", "edit_count")
    actions = ("delete_them",)

    def numbered(self, number: int) -> Q:
        """Its own, or its post's."""
        return Q(pk=number) | Q(post=number)

    @admin.display(description=_("Comment"))
    def remark(self, comment: Comment) -> str:
        return excerpt(comment.html, length=120)

    @admin.action(description=_("Delete"))
    def delete_them(self, request: HttpRequest, chosen: QuerySet[Comment]) -> None:
        self.each(
            request, chosen, _("Deleted"), lambda row, **by: delete_comment(comment=row, **by)
        )


@admin.register(Flag)
class FlagAdmin(LookUp):
    people = ("user", "settled_by")
    list_display = (
        "id", "reason", "text", "user", "post_id", "comment_id", "created_at", "settled_at",
        "settled_by", "is_helpful",
    )  # fmt: skip
    list_filter = (SettledFilter, "is_helpful", "reason", "created_at")
    list_select_related = ("user", "settled_by")
    actions = ("uphold", "decline")

    def numbered(self, number: int) -> Q:
        """Its own, or its post's or comment's."""
        return Q(pk=number) | Q(post=number) | Q(comment_id=number)

    @admin.action(description=_("Settle as helpful"))
    def uphold(self, request: HttpRequest, chosen: QuerySet[Flag]) -> None:
        self._settle(request, chosen, is_helpful=True)

    @admin.action(description=_("Settle as declined"))
    def decline(self, request: HttpRequest, chosen: QuerySet[Flag]) -> None:
        self._settle(request, chosen, is_helpful=False)

    def _settle(self, request: HttpRequest, chosen: QuerySet[Flag], *, is_helpful: bool) -> None:
        waiting = chosen.filter(settled_at=None).select_related("post")
        self.each(
            request, waiting, _("Settled"),
            lambda flag, **by: settle(flag=flag, is_helpful=is_helpful, **by),
        )  # fmt: skip


@admin.register(AuditEntry)
class AuditAdmin(LookUp):
    people = ("user", "person")
    list_display = ("done_at", "user", "action", "person", "post_id", "detail")
    list_filter = ("action", "done_at")
    list_select_related = ("user", "person")
    ordering = ("-done_at", "-id")

    def numbered(self, number: int) -> Q:
        """Somebody's, or a post's."""
        return Q(user=number) | Q(person=number) | Q(post=number)
