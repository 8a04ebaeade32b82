"""`/users/claim/TOKEN`: somebody takes over the account that a dump brought of them."""

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.manage_email import assess_unique_email
from allauth.account.internal.flows.signup import prevent_enumeration
from allauth.account.utils import perform_login
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from ask.accounts import claims
from ask.accounts.claims import BadClaim
from ask.accounts.models import Preferences
from ask.web.forms.claims import ClaimForm


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def claim(request: HttpRequest, token: str) -> HttpResponse:
    """Asks for an address and a password; the account is theirs when the address is confirmed."""
    try:
        user = claims.claimed_by(token)
        form = ClaimForm(request.POST or None, user=user)
        if not form.is_valid():
            return render(request, "web/claim.html", {"form": form, "person": user})
        email, password = form.cleaned_data["email"], form.cleaned_data["password1"]
        if not assess_unique_email(email, user=user):
            # Somebody else's: they are told by mail, and nobody here learns of it, nor by the time.
            make_password(password)
            response: HttpResponse = prevent_enumeration(request, email=email)
            return response
        claims.claim(user, email=email, password=password)
        Preferences.begin(user, language=get_language())
    except BadClaim:
        return render(request, "web/claim_over.html", status=410)
    if request.user.is_authenticated:
        get_adapter().logout(request)
    entered: HttpResponse = perform_login(request, user, email=email, signup=True)
    return entered
