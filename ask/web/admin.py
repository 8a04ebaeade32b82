"""What staff can look up and mend by hand."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from allauth.account import admin as addresses_admin
from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from allauth.mfa import admin as factors_admin
from allauth.mfa.models import Authenticator
from allauth.usersessions import admin as sessions_admin
from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ask.accounts.addresses import give_address, is_taken
from ask.accounts.claims import VALID, BadClaim, claim_token
from ask.accounts.models import User
from ask.accounts.sessions import end_sessions
from ask.core.content import LOCAL_IDS
from ask.questions.models import Tag
from ask.stackexchange.models import Source
from ask.web.lookups import FirstPages, YesNoFilter

if TYPE_CHECKING:
    UserAdminBase = admin.ModelAdmin[User]
    TagAdminBase = admin.ModelAdmin[Tag]
    SourceAdminBase = admin.ModelAdmin[Source]
else:
    UserAdminBase = TagAdminBase = SourceAdminBase = admin.ModelAdmin


# The one would show the secrets of second factors. With the other an address could be changed in
# one of the two places where it stands, and who has the old mailbox would still get in. The third
# would make sessions that nobody has; people have an action that ends theirs.
admin.site.unregister(
    (factors_admin.Authenticator, addresses_admin.EmailAddress, sessions_admin.UserSession)
)
# By the site's own page: another one would let in without the second factor.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.site_header = admin.site.site_title = settings.SITE_NAME


class OriginFilter(admin.SimpleListFilter):
    """Where an account comes from."""

    title = _("origin")
    parameter_name = "origin"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("here", _("signed up here")),
            ("claimed", _("imported and claimed")),
            ("imported", _("imported")),
            ("deleted", _("deleted")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        imported = Q(id__lt=LOCAL_IDS)
        wanted = {
            "here": ~imported,
            "claimed": imported & ~Q(email=""),
            "imported": imported & Q(email="") & Q(deleted_at=None),
            "deleted": ~Q(deleted_at=None),
        }
        return queryset.filter(wanted.get(self.value() or "", Q()))


class SuspendedFilter(YesNoFilter):
    """Whether somebody may not write at present."""

    title = _("suspended")
    parameter_name = "suspended"

    def condition(self) -> Q:
        return Q(suspended_until__gt=timezone.now())


class UserForm(forms.ModelForm):  # type: ignore[type-arg]
    email = forms.EmailField(
        label=_("address"),
        required=False,
        help_text=_("A new one takes the place of all others, and must be confirmed."),
    )

    location = forms.CharField(label=_("place"), required=False, empty_value=None)
    website_url = forms.CharField(label=_("website"), required=False, empty_value=None)

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"]).lower()
        if email and is_taken(email, by_others_than=self.instance):
            raise ValidationError(_("Somebody else has this address."))
        return email


@admin.register(User)
class UserAdmin(UserAdminBase):
    """People. To count all matches of a search would read the whole table.

    An account is ended by its owner; here it can be closed, which keeps what it did.
    """

    list_display = (
        "id",
        "display_name",
        "username",
        "email",
        "reputation",
        "created_at",
        "is_active",
        "suspended_until",
        "is_moderator",
        "is_staff",
        "has_second_factor",
    )
    list_display_links = ("id", "display_name")
    list_filter = (
        OriginFilter, "is_active", SuspendedFilter, "is_moderator", "is_staff", "is_superuser",
        "groups",
    )  # fmt: skip
    search_fields = ("=id", "display_name", "username", "email")
    search_help_text = _("A number, or a part of a name, a username or an address.")
    ordering = ("-id",)
    list_per_page = 50
    paginator = FirstPages
    show_full_result_count = False
    form = UserForm
    readonly_fields = (
        "id",
        "created_at",
        "last_login",
        "last_seen_at",
        "reputation",
        "addresses",
        "has_second_factor",
        "suspended_until",
        "deleted_at",
    )
    fieldsets = (
        (None, {"fields": ("id", "display_name", "username", "location", "website_url")}),
        (
            _("Access"),
            {
                "fields": (
                    "is_active",
                    "suspended_until",
                    "is_moderator",
                    "is_staff",
                    "is_superuser",
                    "groups",
                    "user_permissions",
                )
            },
        ),
        (
            _("Account"),
            {
                "fields": (
                    "email",
                    "addresses",
                    "has_second_factor",
                    "created_at",
                    "last_login",
                    "last_seen_at",
                    "reputation",
                    "deleted_at",
                )
            },
        ),
    )
    filter_horizontal = ("groups", "user_permissions")
    actions = ("make_claim_link", "log_out", "remove_second_factors", "close", "reopen")

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        factors = Authenticator.objects.filter(user=OuterRef("pk"))
        return super().get_queryset(request).annotate(_has_factor=Exists(factors))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # people sign up, staff come from `createsuperuser`

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False  # what they wrote refers to them

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        """Nobody gives a right that they lack: only superusers give rights."""
        if is_superuser(request):
            return self.readonly_fields
        rights = ("is_moderator", "is_staff", "is_superuser", "groups", "user_permissions")
        return (*self.readonly_fields, *rights)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        is_above = obj is not None and (obj.is_superuser or obj.is_staff or obj.is_moderator)
        if is_above and not is_superuser(request):
            return False
        return bool(super().has_change_permission(request, obj))

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if set(form.changed_data) & set(User.PROFILE_FIELDS):
            obj.edited_at = timezone.now()
        # What is counted meanwhile stays right.
        columns = {field.name for field in User._meta.concrete_fields}
        obj.save(update_fields=[*columns.intersection(form.changed_data), "edited_at"])
        if "email" in form.changed_data:
            give_address(obj, form.cleaned_data["email"])

    @admin.display(description=_("second factor"), boolean=True)
    def has_second_factor(self, user: User) -> bool:
        return bool(getattr(user, "_has_factor", False))

    @admin.display(description=_("addresses"))
    def addresses(self, user: User) -> str:
        known = EmailAddress.objects.filter(user=user).order_by("-primary", "id")
        shown = [
            one.email if one.verified else _("%(email)s (not confirmed)") % {"email": one.email}
            for one in known
        ]
        return ", ".join(shown) or user.email or "–"

    def _allowed(self, request: HttpRequest, chosen: QuerySet[User]) -> list[User]:
        """Without staff, unless a superuser asks."""
        people = list(chosen)
        allowed = [user for user in people if self.has_change_permission(request, user)]
        if len(allowed) < len(people):
            self.message_user(request, _("Staff are left to superusers."), messages.WARNING)
        return allowed

    def _done(self, request: HttpRequest, people: Iterable[User], what: Promise) -> None:
        """Tell it, and write it into the log of each."""
        for user in people:
            self.log_change(request, user, str(what))
        self.message_user(request, str(what), messages.SUCCESS)

    @admin.action(permissions=["change"], description=_("Make a claim link"))
    def make_claim_link(self, request: HttpRequest, chosen: QuerySet[User]) -> None:
        for user in self._allowed(request, chosen):
            try:
                path = f"/users/claim/{claim_token(user)}"
            except BadClaim:
                refusal = _("%(name)s cannot be claimed by a link.") % {"name": user}
                self.message_user(request, refusal, messages.ERROR)
                continue
            self.log_change(request, user, "Made a claim link.")
            told = _("For %(name)s, once, within %(days)d days: %(url)s") % {
                "name": user,
                "days": VALID.days,
                "url": f"{settings.SITE_URL}{path}",
            }
            self.message_user(request, told, messages.SUCCESS)

    @admin.action(permissions=["change"], description=_("Log out everywhere"))
    def log_out(self, request: HttpRequest, chosen: QuerySet[User]) -> None:
        people = self._allowed(request, chosen)
        for user in people:
            end_sessions(user)
        self._done(request, people, _("Logged out everywhere."))

    @admin.action(permissions=["change"], description=_("Remove second factors"))
    def remove_second_factors(self, request: HttpRequest, chosen: QuerySet[User]) -> None:
        """For whoever lost their telephone and their codes, and proved who they are."""
        people = self._allowed(request, chosen)
        Authenticator.objects.filter(user__in=people).delete()
        self._done(request, people, _("Second factors removed."))

    @admin.action(permissions=["change"], description=_("Close accounts"))
    def close(self, request: HttpRequest, chosen: QuerySet[User]) -> None:
        people = [user for user in self._allowed(request, chosen) if user.pk != request.user.pk]
        User.objects.filter(pk__in=[user.pk for user in people]).update(is_active=False)
        for user in people:
            end_sessions(user)
        self._done(request, people, _("Closed."))

    @admin.action(permissions=["change"], description=_("Open closed accounts again"))
    def reopen(self, request: HttpRequest, chosen: QuerySet[User]) -> None:
        people = [user for user in self._allowed(request, chosen) if not user.deleted_at]
        User.objects.filter(pk__in=[user.pk for user in people]).update(is_active=True)
        self._done(request, people, _("Open again."))


def is_superuser(request: HttpRequest) -> bool:
    return bool(request.user.is_authenticated and request.user.is_superuser)


@admin.register(Tag)
class TagAdmin(TagAdminBase):
    """Tags come and go with the questions that bear them, which know them by name as well."""

    list_display = ("name", "question_count", "is_moderator_only", "is_required")
    list_filter = ("is_moderator_only", "is_required")
    search_fields = ("name",)
    ordering = ("-question_count", "name")
    show_full_result_count = False
    fields = ("name", "question_count", "is_moderator_only", "is_required")
    # What is required is the source's own affair.
    readonly_fields = ("name", "question_count", "is_required")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(Source)
class SourceAdmin(SourceAdminBase):
    list_display = ("name", "url", "imported_at", "dumped_at")
    readonly_fields = ("imported_at", "dumped_at", "report")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False
