"""Where people say who they are and what they want: `/users/settings` and what lies below."""

from datetime import datetime
from html import unescape

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from ask.accounts.models import Preferences, User
from ask.questions.privileges import NotAllowed, require
from ask.web.chosen import remember
from ask.web.deletion import delete_account
from ask.web.forms.settings import DeletionForm, PreferencesForm, ProfileForm
from ask.web.members import member_page
from ask.web.own_data import archive
from ask.web.profiles import about_html
from ask.web.refusals import status_of


def person_of(request: HttpRequest) -> User:
    """Who is logged in, as the database has them now."""
    found: User = User.objects.get(pk=request.user.pk)
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def profile(request: HttpRequest) -> HttpResponse:
    """`/users/settings`: name, place, website, and a text about oneself.

    Everybody reads these, so they are for whoever may write.
    """
    person, now = person_of(request), timezone.now()
    written = {
        "display_name": person.display_name,
        "location": person.location or "",
        "website_url": person.website_url or "",
        # A text of the dump is HTML; it stays as it is until it is changed here.
        "about": person.about_source or unescape(strip_tags(person.about or "")),
    }
    form = ProfileForm(request.POST or None, initial=written)
    refusal = None
    try:
        require(person, "write", now=now)
        if form.is_valid():
            return _save_profile(request, person, form, now=now)
    except NotAllowed as e:
        refusal = e
    context = {"form": form, "person": person, "refusal": refusal}
    status = status_of(refusal, request=request) if request.method == "POST" else 200
    return render(request, "web/settings/profile.html", context, status=status)


def _save_profile(
    request: HttpRequest, person: User, form: ProfileForm, *, now: datetime
) -> HttpResponse:
    """Raises NotAllowed where the account was closed since the request began."""
    given = form.cleaned_data
    columns: dict[str, object] = {
        "display_name": given["display_name"],
        "location": given["location"] or None,
        "website_url": given["website_url"] or None,
        "edited_at": now,
    }
    if "about" in form.changed_data:
        columns["about_source"] = given["about"] or None
        columns["about"] = about_html(given["about"]) or None
    if not User.objects.filter(pk=person.pk, is_active=True).update(**columns):
        raise NotAllowed(_("This account is closed."))
    person.display_name = given["display_name"]
    messages.success(request, _("Your profile is saved."))
    return HttpResponseRedirect(person.get_absolute_url())


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    """`/users/settings/preferences`: language, appearance, and what comes by mail how soon."""
    chosen = Preferences.of(person_of(request))
    form = PreferencesForm(request.POST or None, instance=chosen)
    if not form.is_valid():
        return render(request, "web/settings/preferences.html", {"form": form})
    response = HttpResponseRedirect("/users/settings/preferences")
    remember(response, form.save())
    messages.success(request, _("Your preferences are saved."))
    return response


@never_cache
@login_required
@require_safe
def data(request: HttpRequest) -> HttpResponse:
    """`/users/settings/data`: the way to one's own data, and to the end of the account."""
    return render(request, "web/settings/data.html")


@never_cache
@login_required
@require_safe
def data_file(request: HttpRequest) -> StreamingHttpResponse:
    """`/users/settings/data.zip`: everything that the site holds of somebody."""
    person, now = person_of(request), timezone.now()
    return StreamingHttpResponse(
        archive(person, now=now),
        content_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="user{person.pk}-{now:%F}.zip"'},
    )


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def deletion(request: HttpRequest) -> HttpResponse:
    """`/users/settings/data/deletion`: the end of an account, for whoever knows its password."""
    person = person_of(request)
    form = DeletionForm(request.POST or None)
    if not (form.is_valid() and _is_right(form, person)):
        return render(request, "web/settings/deletion.html", {"form": form, "person": person})
    delete_account(person, now=timezone.now())
    logout(request)
    messages.success(request, _("Your account is deleted."))
    return HttpResponseRedirect("/")


def _is_right(form: DeletionForm, person: User) -> bool:
    """Whether the password is; attempts are counted as those to log in."""
    try:
        is_right = get_adapter().reauthenticate(person, form.cleaned_data["password"])
    except ValidationError as e:
        form.add_error("password", e)
        return False
    if not is_right:
        form.add_error("password", _("The password is not right."))
    return bool(is_right)
