"""Limits go by the visitor's own address: one stranger shuts out nobody else, with or without a proxy in front."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client, RequestFactory

from departments.models import User
from departments.web.visitors import client_address

pytestmark = pytest.mark.django_db
PASSWORD = "quiet-river-stone"
SIGN_IN = "/accounts/login/"
PROXY = "172.18.0.1"


@pytest.fixture(autouse=True)
def nothing_tried() -> None:
    cache.clear()


@pytest.fixture
def behind_proxy(settings: Any) -> None:
    settings.BEHIND_PROXY = True
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1


@pytest.fixture
def board() -> User:
    return User.objects.create_user("board", "board@example.com", PASSWORD)


def sign_in(name: str, password: str, *, at: str, invented: str = "") -> int:
    """The status of an attempt that the proxy passes on from an address; 302 is a success."""
    passed_on = f"{invented}, {at}" if invented else at
    client = Client(REMOTE_ADDR=PROXY, headers={"x-forwarded-for": passed_on})
    return client.post(SIGN_IN, {"login": name, "password": password}).status_code


@pytest.mark.parametrize(
    ("proxy", "header", "address"),
    [
        (False, "", PROXY),
        (False, "198.51.100.7", PROXY),
        (True, "", PROXY),
        (True, "198.51.100.7", "198.51.100.7"),
        (True, "10.0.0.1, 198.51.100.7", "198.51.100.7"),
        (True, "198.51.100.7:4711", "198.51.100.7"),
        (True, "2001:db8::1", "2001:db8::1"),
        (True, "[2001:db8::1]:4711", "2001:db8::1"),
        (True, "10.0.0.1, nonsense", PROXY),
    ],
)
def test_the_address_is_the_one_the_proxy_saw(settings: Any, proxy: bool, header: str, address: str) -> None:
    settings.BEHIND_PROXY = proxy
    headers = {"x-forwarded-for": header} if header else {}
    assert client_address(RequestFactory().get("/", REMOTE_ADDR=PROXY, headers=headers)) == address


def test_a_strangers_wrong_passwords_shut_out_nobody_elsewhere(behind_proxy: None, board: User) -> None:
    for number in range(12):
        sign_in(f"zz{number}", "wrong", at="203.0.113.9", invented=f"10.0.0.{number}")
    assert sign_in("board", PASSWORD, at="198.51.100.7") == 302
    assert sign_in("board", PASSWORD, at="203.0.113.9") == 200  # the stranger has to wait, whoever they claim to be


def test_guessing_at_one_account_does_not_shut_out_its_person(behind_proxy: None, board: User) -> None:
    for _ in range(8):
        assert sign_in("board", "wrong", at="203.0.113.9") == 200
    assert sign_in("board", PASSWORD, at="203.0.113.9") == 200
    assert sign_in("board", PASSWORD, at="198.51.100.7") == 302


def test_guessing_at_one_account_from_everywhere_is_slowed_down(behind_proxy: None, board: User) -> None:
    for number in range(101):
        sign_in("board", "wrong", at=f"203.0.113.{number % 250}")
    assert sign_in("board", PASSWORD, at="198.51.100.7") == 200


def test_right_passwords_use_nothing_up(behind_proxy: None, board: User) -> None:
    assert {sign_in("board", PASSWORD, at="198.51.100.7") for _ in range(15)} == {302}


@pytest.mark.parametrize("address", ["/b/{}/", "/u/{}/"])
def test_wrong_links_are_counted_by_visitor(behind_proxy: None, address: str) -> None:
    def opened(number: int, at: str) -> int:
        client = Client(REMOTE_ADDR=PROXY, headers={"x-forwarded-for": at})
        return client.get(address.format(f"wrong-{number}")).status_code

    assert [opened(number, "203.0.113.9") for number in range(31)][-1] == 429
    assert opened(0, "198.51.100.7") == 404
