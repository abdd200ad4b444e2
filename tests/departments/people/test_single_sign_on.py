"""Single sign-on against a provider that really runs: who comes in, and who does not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from departments.models import Invitation, Membership, User
from tests.departments.people.identity_provider import IdentityProvider

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/oidc/sso/login/"


@pytest.fixture
def provider(settings: Any) -> Iterator[IdentityProvider]:
    cache.clear()
    found = IdentityProvider()
    settings.SOCIALACCOUNT_PROVIDERS = found.settings()
    yield found
    found.close()


def arrive(client: Client, provider: IdentityProvider, email: str, *, verified: bool = True, sub: str = "17") -> Any:
    """From our sign-in page to the provider and back."""
    provider.person = {"sub": sub, "email": email, "email_verified": verified, "name": "Nora Berg"}
    leaving = client.post(LOGIN)
    assert leaving.status_code == 302
    assert leaving["Location"].startswith(f"{provider.issuer}/authorize?")
    back = client.get(provider.agree(leaving["Location"]), follow=True)
    assert provider.problems == []
    return back


def signed_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200


def invited(email: str) -> Invitation:
    now = timezone.now()
    return Invitation.objects.create(
        email=email, role="board", created_at=now, expires_at=now + timezone.timedelta(days=1)
    )


def test_an_invited_person_comes_in_with_the_role_of_the_invitation(provider: IdentityProvider) -> None:
    invitation, client = invited("nora@example.com"), Client()
    arrive(client, provider, "Nora@example.com")
    assert signed_in(client)
    person = SocialAccount.objects.get(uid="17").user
    invitation.refresh_from_db()
    assert invitation.accepted_by == person
    assert person.memberships.get().role == "board"
    assert not person.has_usable_password()


def test_who_came_once_comes_again_without_an_invitation(provider: IdentityProvider) -> None:
    invited("nora@example.com")
    arrive(Client(), provider, "nora@example.com")
    again = Client()
    arrive(again, provider, "nora.berg@example.com")  # married since: the provider knows the person by number
    assert signed_in(again)
    assert User.objects.filter(is_superuser=False).count() == 1


def test_who_has_an_account_with_the_address_comes_in_to_it(provider: IdentityProvider) -> None:
    person = User.objects.create_user("nora", "nora@example.com", "quiet-river-stone")
    Membership.objects.create(user=person, role="executive")
    client = Client()
    arrive(client, provider, "nora@example.com")
    assert signed_in(client)
    assert SocialAccount.objects.get().user == person


@pytest.mark.parametrize(("email", "verified"), [("nora@example.com", False), ("mallory@example.com", True)])
def test_strangers_and_unproven_addresses_stay_outside(provider: IdentityProvider, email: str, verified: bool) -> None:
    invited("nora@example.com")
    client = Client()
    answer = arrive(client, provider, email, verified=verified)
    assert not signed_in(client)
    assert answer.status_code == 200
    assert not User.objects.exists()


def test_an_unproven_address_does_not_open_somebodys_account(provider: IdentityProvider) -> None:
    person = User.objects.create_user("nora", "nora@example.com", "quiet-river-stone")
    Membership.objects.create(user=person, role="executive")
    client = Client()
    arrive(client, provider, "nora@example.com", verified=False)
    assert not signed_in(client)
    assert not SocialAccount.objects.exists()


def test_an_answer_nobody_asked_for_is_refused(provider: IdentityProvider) -> None:
    invited("nora@example.com")
    asking, other = Client(), Client()
    provider.person = {"sub": "17", "email": "nora@example.com", "email_verified": True}
    back = provider.agree(asking.post(LOGIN)["Location"])
    other.get(back, follow=True)
    assert not signed_in(other)
    assert not User.objects.exists()


def test_a_provider_that_is_away_is_said_so(provider: IdentityProvider) -> None:
    provider.close()
    answer = Client().post(LOGIN, follow=True)
    assert answer.status_code == 200
    assert "is not responding" in answer.content.decode()
    assert answer.redirect_chain == [("/accounts/login/", 302)]
