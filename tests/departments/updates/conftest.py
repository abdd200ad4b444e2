"""The small company of the scorecards with addresses to write to, and a real mail server that takes its mail."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from email.message import EmailMessage
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from departments.models import Measurable, Membership, User
from revenue_health.settings.mail import mailers
from tests.departments.scorecards.companies import NOW, company_make
from tests.departments.updates.post_office import PostOffice, office_open


@pytest.fixture(autouse=True)
def measurables(db: None) -> Iterator[dict[str, Measurable]]:
    """Legal (`lea`, with a deputy) and sales (`sam`), and an executive."""
    cache.clear()
    made = company_make()
    for name in ("lea", "sam"):
        User.objects.filter(username=name).update(email=f"{name}@example.com", first_name=name.capitalize())
    for name, role, department in (
        ("dan", "deputy", made["reviews"].department), ("mia", "member", made["reviews"].department),
        ("ceo", "executive", None), ("bo", "board", None),
    ):  # fmt: skip
        person = User.objects.create_user(name, email=f"{name}@example.com", first_name=name.capitalize())
        Membership.objects.create(user=person, role=role, department=department)
    yield made
    cache.clear()


@pytest.fixture
def wednesday() -> Iterator[Any]:
    """The clock stands."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def reads_as(db: None) -> Callable[[str], Client]:
    def signed_in(username: str) -> Client:
        client = Client()
        client.force_login(User.objects.get(username=username), backend="django.contrib.auth.backends.ModelBackend")
        return client

    return signed_in


@pytest.fixture
def lea(reads_as: Callable[[str], Client], wednesday: Any) -> Client:
    """The head of legal."""
    return reads_as("lea")


@pytest.fixture
def ceo(reads_as: Callable[[str], Client], wednesday: Any) -> Client:
    return reads_as("ceo")


@pytest.fixture
def post_office(settings: Any) -> Iterator[PostOffice]:
    """A mail server that takes what is sent to it; the installation sends there."""
    with office_open() as (office, port):
        settings.MAILERS = mailers(f"smtp://127.0.0.1:{port}", "")
        yield office


@pytest.fixture
def mailbox(post_office: PostOffice) -> list[EmailMessage]:
    return post_office.received
