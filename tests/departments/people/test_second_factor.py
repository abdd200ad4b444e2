"""Codes from an app, recovery codes, passkeys, sessions, single sign-on, a new password: allauth's ways in our look."""

from __future__ import annotations

import re
from typing import Any

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured
from django.test import Client, RequestFactory
from django.utils import timezone

from departments.models import Invitation, Membership, User
from departments.people.accounts import InvitedOnlyAdapter
from revenue_health.settings.sign_in import oidc_origin, oidc_providers

pytestmark = pytest.mark.django_db
PASSWORD = "quiet-river-stone"


@pytest.fixture(autouse=True)
def _no_limits_of_another_test() -> None:
    cache.clear()


@pytest.fixture
def person() -> User:
    user = User.objects.create_user("ceo", "ceo@example.com", PASSWORD)
    Membership.objects.create(user=user, role="executive")
    return user


def code_of(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


def sign_in(client: Client) -> Any:
    return client.post("/accounts/login/", {"login": "ceo", "password": PASSWORD})


def confirm(client: Client) -> None:
    """What touches how one signs in asks for the password again."""
    assert client.post("/accounts/reauthenticate/", {"password": PASSWORD}).status_code == 302


def test_turning_codes_on_and_signing_in_with_one(person: User) -> None:
    client = Client()
    sign_in(client)
    assert client.get("/accounts/2fa/totp/activate/")["Location"].startswith("/accounts/reauthenticate/")
    confirm(client)
    page = client.get("/accounts/2fa/totp/activate/").content.decode()
    found = re.search(r'id="authenticator_secret" value="(\w+)"', page) or re.search(r'value="([A-Z2-7]{32})"', page)
    assert found
    assert client.post("/accounts/2fa/totp/activate/", {"code": code_of(found[1])}).status_code == 302
    cache.clear()
    other = Client()
    assert sign_in(other)["Location"].startswith("/accounts/2fa/authenticate/")
    assert other.get("/account/").status_code == 302, "the password alone is not enough"
    assert b'class="error-text"' in other.post("/accounts/2fa/authenticate/", {"code": "000000"}).content
    cache.clear()
    assert other.post("/accounts/2fa/authenticate/", {"code": code_of(found[1])})["Location"] == "/start/"
    assert other.get("/account/").status_code == 200


def test_a_recovery_code_works_once(person: User) -> None:
    TOTP.activate(person, generate_totp_secret())
    [code, *_] = RecoveryCodes.activate(person).get_unused_codes()
    first, second = Client(), Client()
    sign_in(first)
    assert first.post("/accounts/2fa/authenticate/", {"code": code})["Location"] == "/start/"
    sign_in(second)
    assert second.post("/accounts/2fa/authenticate/", {"code": code}).status_code == 200


def test_the_admin_is_behind_the_same_door(person: User) -> None:
    User.objects.create_superuser("root", "root@example.com", PASSWORD)
    assert Client().get("/admin/")["Location"].startswith("/admin/login/")
    assert Client().get("/admin/login/?next=/admin/")["Location"].startswith("/accounts/login/")


def test_the_admin_has_the_name_of_the_product(admin_client: Client) -> None:
    page = admin_client.get("/admin/").content.decode()
    assert "Django administration" not in page
    assert "Revenue Health" in page
    assert "Records behind the pages" in page


def test_guessing_is_slowed_down(person: User) -> None:
    client = Client()
    answers = [client.post("/accounts/login/", {"login": "ceo", "password": f"no {n}"}) for n in range(12)]
    assert b"Too many failed login attempts" in answers[-1].content
    assert b"Too many failed" in client.post("/accounts/login/", {"login": "ceo", "password": PASSWORD}).content


def test_signing_out_elsewhere(person: User) -> None:
    here, there = Client(headers={"user-agent": "Here"}), Client(headers={"user-agent": "There"})
    sign_in(here)
    sign_in(there)
    page = here.get("/accounts/sessions/").content.decode()
    assert "Here" in page
    assert "There" in page
    here.post("/accounts/sessions/")
    assert here.get("/account/").status_code == 200
    assert there.get("/account/").status_code == 302


def test_ones_own_name_and_clock(person: User) -> None:
    client = Client()
    sign_in(client)
    given = {"first_name": "Casey", "last_name": "Ofori", "time_zone": "Asia/Tokyo"}
    assert client.post("/account/", given).status_code == 302
    person.refresh_from_db()
    assert (person.first_name, person.time_zone) == ("Casey", "Asia/Tokyo")
    wrong = client.post("/account/", given | {"time_zone": "Mars/Olympus"})
    assert wrong.status_code == 422
    assert b"is not an IANA time zone" in wrong.content
    assert client.get("/accounts/email/")["Location"] == "/account/"


PAGES = [
    "password/change/", "password/reset/", "2fa/", "2fa/totp/activate/", "2fa/webauthn/", "2fa/webauthn/add/",
    "sessions/", "3rdparty/", "reauthenticate/", "signup/",
]  # fmt: skip


@pytest.mark.parametrize("page", PAGES)
def test_no_page_of_the_library_carries_inline_script_or_style(person: User, page: str) -> None:
    client = Client()
    sign_in(client)
    if page != "reauthenticate/":
        confirm(client)
    response = client.get(f"/accounts/{page}", follow=True)
    text = response.content.decode()
    assert response.status_code == 200
    assert "tokens.css" in text, "it has our look"
    assert " style=" not in text
    for tag in re.findall(r"<script[^>]*>", text):
        assert "src=" in tag or 'type="application/json"' in tag


# --- single sign-on ---------------------------------------------------------------------------------------------
OIDC = {"OIDC_NAME": "Acme", "OIDC_CLIENT_ID": "rh", "OIDC_SECRET": "s", "OIDC_SERVER_URL": "https://id.example.com/a"}


def arriving(email: str, *, verified: bool = True) -> SocialLogin:
    """Somebody the provider sends, with the address it says they have."""
    from allauth.account.models import EmailAddress

    return SocialLogin(
        user=User(username="nora", email=email),
        account=SocialAccount(provider="sso", uid="17"),
        email_addresses=[EmailAddress(email=email, verified=verified, primary=True)],
    )


def invite(email: str) -> Invitation:
    now = timezone.now()
    return Invitation.objects.create(
        email=email, role="board", created_at=now, expires_at=now + timezone.timedelta(days=1)
    )


def test_only_who_is_invited_gets_an_account_by_single_sign_on() -> None:
    invite("nora@example.com")
    request, adapter = RequestFactory().get("/"), InvitedOnlyAdapter()
    assert adapter.is_open_for_signup(request, arriving("Nora@example.com"))
    assert not adapter.is_open_for_signup(request, arriving("nora@example.com", verified=False))
    assert not adapter.is_open_for_signup(request, arriving("mallory@example.com"))


def test_the_account_has_the_role_of_the_invitation() -> None:
    invitation = invite("nora@example.com")
    request = RequestFactory().get("/")
    request.session = {}  # type: ignore[assignment]
    person = InvitedOnlyAdapter().save_user(request, arriving("nora@example.com"))
    invitation.refresh_from_db()
    assert person.memberships.get().role == "board"
    assert invitation.accepted_by == person
    assert not person.has_usable_password()


def test_single_sign_on_is_offered_when_it_is_set_up(settings: Any) -> None:
    assert b"Acme" not in Client().get("/accounts/login/").content
    settings.SOCIALACCOUNT_PROVIDERS = oidc_providers(OIDC)
    assert b"Acme" in Client().get("/accounts/login/").content


def test_its_settings_are_whole_or_refused() -> None:
    assert oidc_providers({}) == {}
    assert oidc_origin(OIDC) == ["https://id.example.com"]
    with pytest.raises(ImproperlyConfigured, match="OIDC_SECRET"):
        oidc_providers(OIDC | {"OIDC_SECRET": ""})
    with pytest.raises(ImproperlyConfigured, match="https"):
        oidc_providers(OIDC | {"OIDC_SERVER_URL": "http://id.example.com"})
