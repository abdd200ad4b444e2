"""Asking somebody in, turning codes on, signing in with one; and a passkey, with a virtual authenticator."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core.cache import cache
from playwright.sync_api import Page, expect

from departments.models import Invitation, User
from departments.people.services.invitations import invitation_address
from revenue_health.settings.sign_in import oidc_origin
from tests.departments.people.identity_provider import IdentityProvider

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
type Open = Callable[..., Page]
PASSWORD = "quiet-river-stone"


def code_of(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


def test_from_the_invitation_to_a_code_at_sign_in(open_as: Open) -> None:
    page = open_as("ceo", at=None)
    page.goto("/people/")
    page.fill("#people-email", "nora@example.com")
    page.select_option("#people-role", "deputy:legal")
    page.click("#people-invite button")
    expect(page.locator(".messages")).to_contain_text("was invited")
    page.click("details.menu summary")
    page.click("#sign-out")
    page.goto("/invitations/" + invitation_address(Invitation.objects.get()).split("/invitations/")[1])
    for name, value in {"first_name": "Nora", "last_name": "Lind", "username": "nora", "password": PASSWORD}.items():
        page.fill(f"#invitation-{name}", value)
    page.click("main button.main")
    page.goto("/account/")
    page.click("a:has-text('Turn on')")
    page.fill("[name=password]", PASSWORD)
    page.click("main button.main")
    secret = page.input_value("#authenticator_secret")
    page.fill("[name=code]", code_of(secret))
    page.click("main button.main")
    expect(page.locator("main")).to_contain_text("ecovery")
    page.click("details.menu summary")
    page.click("#sign-out")
    cache.clear()  # a code is taken once: as if half a minute had passed
    page.goto("/accounts/login/")
    page.fill("[name=login]", "nora")
    page.fill("[name=password]", PASSWORD)
    page.click("main form.stack button.main")
    page.wait_for_url(re.compile("2fa/authenticate"))
    page.fill("[name=code]", code_of(secret))
    page.click("main form.stack button.main >> nth=0")
    page.wait_for_url(lambda address: "/accounts/" not in address)
    page.goto("/accounts/sessions/")
    expect(page.locator("table")).to_contain_text("127.0.0.1")


def test_a_passkey_opens_the_door(open_as: Open, complaints: list[str]) -> None:
    page = open_as("analyst")
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    port = page.url.split(":")[2].split("/")[0]
    home = f"http://localhost:{port}"
    page.goto(f"{home}/accounts/login/")
    page.fill("[name=login]", "analyst")
    page.fill("[name=password]", PASSWORD)
    page.click("main form.stack button.main")
    page.goto(f"{home}/accounts/2fa/webauthn/add/")
    page.fill("[name=password]", PASSWORD)
    page.click("main button.main >> nth=0")
    page.fill("[name=name]", "My laptop")
    page.check("[name=passwordless]")
    page.click("#mfa_webauthn_add")
    page.wait_for_url(lambda address: "/add/" not in address)
    assert Authenticator.objects.filter(user=User.objects.get(username="analyst"), type="webauthn").exists()
    page.goto(f"{home}/")
    page.click("details.menu summary")
    page.click("#sign-out")
    page.goto(f"{home}/accounts/login/")
    page.click("#passkey_login")
    page.wait_for_url(lambda address: "/accounts/login" not in address)
    page.goto(f"{home}/account/")
    expect(page.locator("main")).to_contain_text("Ana Lyska")
    # Passkeys need a name: this test left 127.0.0.1 for localhost on purpose.
    assert [one for one in complaints if f" asked {home}" not in one] == []
    complaints.clear()


def test_the_companys_own_sign_in_leads_there_and_back(open_as: Open, settings: Any, complaints: list[str]) -> None:
    provider = IdentityProvider()
    settings.SOCIALACCOUNT_PROVIDERS = provider.settings()
    settings.SECURE_CSP = settings.SECURE_CSP | {
        "form-action": ["'self'", *oidc_origin({"OIDC_SERVER_URL": provider.issuer})]
    }
    person = User.objects.get(username="legal")
    provider.person = {"sub": "17", "email": person.email, "email_verified": True}
    page = open_as("legal")
    page.click("details.menu summary")
    page.click("#sign-out")
    page.goto("/accounts/login/")
    page.click("button:has-text('Acme'), a:has-text('Acme')")
    expect(page.locator(".messages")).to_contain_text("signed in as legal")
    page.goto("/account/")
    expect(page.locator("main")).to_contain_text(person.email)
    assert provider.problems == []
    provider.close()
    assert all(f"asked {provider.issuer}/authorize" in complaint for complaint in complaints), "nothing else outside"
    complaints.clear()
