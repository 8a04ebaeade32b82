"""What is this site's own about allauth's pages: names, mails, cookies."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.account.stages import EmailVerificationStage
from allauth.core import context as allauth_context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import get_language

from ask.accounts.models import Preferences, User
from ask.accounts.usernames import save_with_username
from ask.digests.outbox import put
from ask.stackexchange.cached import site_name, source_site
from ask.web.chosen import remember


@dataclass(frozen=True)
class Site:
    """The site as mails name it."""

    name: str
    domain: str


def address(path: str) -> str:
    """The whole address of a path: as visitors see it, whatever host a request was sent to."""
    return f"{settings.SITE_URL}{path}"


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def save_user(
        self, request: HttpRequest, user: User, form: BaseForm, commit: bool = True
    ) -> User:
        user.display_name = form.cleaned_data["name"]
        user.email = form.cleaned_data["email"].lower()
        user.is_confirmed = False
        user.set_password(form.cleaned_data["password1"])
        save_with_username(user)
        Preferences.begin(user, language=get_language())
        return user

    def set_password(self, user: User, password: str) -> None:
        """Alone: what else the row says may have changed since the request began."""
        user.set_password(password)
        user.save(update_fields=["password"])

    def get_login_stages(self) -> list[str]:
        stages: list[str] = super().get_login_stages()
        ours = f"{__name__}.ConfirmationStage"
        return [ours if stage.endswith(".EmailVerificationStage") else stage for stage in stages]

    def post_login(self, request: HttpRequest, user: User, **options: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **options)
        remember(response, Preferences.of(user))
        return response

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """The one place through which mails about accounts go: they are planned, not sent, so
        that no page waits for a mail server, or shows by its time whether an account is there."""
        parts = urlsplit(settings.SITE_URL)
        known = {
            "request": allauth_context.request,
            "email": email,
            "current_site": Site(name=site_name(source_site.get()), domain=parts.netloc),
        }
        urls = {
            "signup_url": address(reverse("account_signup")),
            "password_reset_url": address(reverse("account_reset_password")),
        }
        ours = {name: url for name, url in urls.items() if name in context and "key" not in context}
        with translation.override(_language_of(context.get("user"))):
            message = self.render_mail(template_prefix, email, {**known, **context, **ours})
        put(message, user=context.get("user"), now=timezone.now())

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        return address(reverse("account_confirm_email", args=[emailconfirmation.key]))

    def get_reset_password_from_key_url(self, key: str) -> str:
        uidb36, _dash, token = key.partition("-")
        return address(reverse("account_reset_password_from_key", args=[uidb36, token]))


def _language_of(user: User | None) -> str:
    """Who gets a mail need not be who asked for it. Without a choice, the language of the page."""
    chosen = Preferences.of(user).language if user else ""
    return chosen or get_language() or settings.LANGUAGE_CODE


class ConfirmationStage(EmailVerificationStage):  # type: ignore[misc]
    """An address must be confirmed before its owner is let in.

    Who has none, such as staff made from the command line, has nothing to confirm.
    """

    def handle(self) -> Any:
        user = self.login.user
        if user and not user.email and not EmailAddress.objects.filter(user=user).exists():
            return None, True
        return super().handle()


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    def _get_site_name(self) -> str:
        return site_name(source_site.get())
