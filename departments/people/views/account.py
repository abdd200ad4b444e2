"""One's own account: name, clock, and the way to password, second factor, passkeys and sessions."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from departments.core.time_zones import TIME_ZONES
from departments.models import User
from departments.people.views.forms import AccountForm
from departments.web.rendering import page_render
from departments.web.requests import signed_in_user

TEMPLATE = "people/account.html"


@require_http_methods(["GET", "POST"])
def account_page(request: HttpRequest) -> HttpResponse:
    """The signed-in person's own account; there is no address for anybody else's."""
    user = signed_in_user(request)
    # An invalid form still changes its instance, so give it a copy of the user the page is rendered for.
    person = User.objects.get(pk=user.pk)
    form = AccountForm(request.POST if request.method == "POST" else None, instance=person, auto_id="account-%s")
    if request.method == "POST" and form.is_valid():
        # Only its own fields: the account may be deactivated, or get a new password, at this moment.
        form.instance.save(update_fields=list(form.fields))
        messages.success(request, _("Saved."))
        return redirect("departments:account")
    factors = set(Authenticator.objects.filter(user=person).values_list("type", flat=True))
    context = {
        "form": form,
        "zones": sorted(TIME_ZONES),
        "totp": Authenticator.Type.TOTP in factors,
        "passkeys": Authenticator.Type.WEBAUTHN in factors,
    }
    return page_render(request, TEMPLATE, context, partial="page", status=422 if form.errors else 200)
