"""What staff can look up and mend by hand."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest

from ask.accounts.models import User
from ask.questions.models import Question, Tag
from ask.stackexchange.models import Source

if TYPE_CHECKING:
    UserAdminBase = admin.ModelAdmin[User]
    QuestionAdminBase = admin.ModelAdmin[Question]
    TagAdminBase = admin.ModelAdmin[Tag]
    SourceAdminBase = admin.ModelAdmin[Source]
else:
    UserAdminBase = QuestionAdminBase = TagAdminBase = SourceAdminBase = admin.ModelAdmin


admin.site.site_header = admin.site.site_title = settings.SITE_NAME


@admin.register(User)
class UserAdmin(UserAdminBase):
    """People, found by name. To count all matches of a search would read the whole table."""

    list_display = (
        "id", "display_name", "username", "reputation", "is_moderator", "is_staff", "is_active",
    )  # fmt: skip
    list_filter = ("is_moderator", "is_staff", "is_active")
    search_fields = ("display_name", "username", "email")
    show_full_result_count = False
    fields = (
        "username",
        "display_name",
        "email",
        "location",
        "website_url",
        "is_active",
        "is_moderator",
        "is_staff",
        "is_superuser",
        "groups",
    )


@admin.register(Question)
class QuestionAdmin(QuestionAdminBase):
    """Questions, to look up; what is written is changed on the site, where its history is kept."""

    list_display = ("id", "title", "score", "answer_count", "created_at")
    search_fields = ("title",)
    show_full_result_count = False
    fields = readonly_fields = ("title", "tags", "score", "answer_count", "view_count", "body")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(Tag)
class TagAdmin(TagAdminBase):
    list_display = ("name", "question_count", "is_moderator_only", "is_required")
    search_fields = ("name",)
    show_full_result_count = False
    fields = ("name", "is_moderator_only", "is_required")


@admin.register(Source)
class SourceAdmin(SourceAdminBase):
    list_display = ("name", "url", "imported_at", "dumped_at")
    readonly_fields = ("imported_at", "dumped_at", "report")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False
