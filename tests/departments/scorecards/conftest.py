"""The small company of the scorecard tests."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from django.test import Client

from departments.models import Measurable, User
from tests.departments.scorecards.companies import NOW, company_make


@pytest.fixture
def measurables(db: None) -> dict[str, Measurable]:
    return company_make()


@pytest.fixture
def lea(measurables: dict[str, Measurable]) -> User:
    """The head of legal."""
    return User.objects.get(username="lea")


@pytest.fixture
def clock() -> Any:
    """The clock stands."""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def head(lea: User) -> Client:
    """The head of legal, signed in."""
    return signed_in(lea)


@pytest.fixture
def other_head(measurables: dict[str, Measurable]) -> Client:
    """The head of sales, signed in."""
    return signed_in(User.objects.get(username="sam"))


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client
