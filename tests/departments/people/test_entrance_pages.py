"""Pages in front of the sign-in: their own words, and a way back on each."""

from __future__ import annotations

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("address", "title"),
    [
        ("/accounts/signup/", "Accounts are by invitation"),
        ("/accounts/password/reset/", "Reset your password"),
        ("/accounts/password/reset/done/", "Check your mail"),
        ("/accounts/password/reset/key/done/", "Your password is changed"),
        ("/accounts/password/reset/key/none-nothing/", "This link does not work"),
        ("/accounts/inactive/", "This account is closed"),
        ("/accounts/3rdparty/login/cancelled/", "Sign-in was cancelled"),
    ],
)
def test_it_says_what_it_is_and_leads_back_to_the_sign_in(client: Client, address: str, title: str) -> None:
    page = client.get(address).content.decode()
    assert f"<h1>{title}</h1>" in page
    assert 'href="/accounts/login/"' in page
    assert "Sign Up Closed" not in page
    assert "Password Reset" not in page


@pytest.mark.parametrize("address", ["/accounts/login/", "/accounts/password/reset/"])
def test_a_field_has_its_label_and_no_second_one_inside(client: Client, address: str) -> None:
    page = client.get(address).content.decode()
    assert "<label" in page
    assert "placeholder=" not in page
