"""The first account: an address of the console that works once, and no longer than a day."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from departments.models import Membership, User
from departments.people.services.first_account import first_account_path

pytestmark = pytest.mark.django_db
ENTERED = {"first_name": "Ada", "last_name": "Voss", "email": "ada@example.com", "username": "ada",
           "password": "quiet-river-stone"}  # fmt: skip


def test_the_address_makes_one_account_and_leads_on_to_the_set_up() -> None:
    path, client = first_account_path(), Client()
    assert client.get(path).status_code == 200
    answer = client.post(path, ENTERED)
    assert (answer.status_code, answer["Location"]) == (302, "/set-up/")
    person = User.objects.get()
    assert person.is_superuser
    assert Membership.objects.get(user=person).role == "executive"
    assert first_account_path() == ""
    assert client.get(path).status_code == 410
    assert Client().post(path, ENTERED | {"username": "eve", "email": "eve@example.com"}).status_code == 410
    assert User.objects.count() == 1


def test_a_changed_or_old_address_says_what_to_do() -> None:
    path = first_account_path()
    assert b"Copy all of it" in Client().get(path[:-3] + "/").content
    with time_machine.travel(timezone.now() + timedelta(hours=25), tick=False):
        assert b"Start the server again" in Client().get(path).content


def test_a_weak_password_is_refused_and_nothing_is_made() -> None:
    answer = Client().post(first_account_path(), ENTERED | {"password": "1234567890"})
    assert answer.status_code == 422
    assert not User.objects.exists()
