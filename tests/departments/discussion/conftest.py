"""A small cast: two departments with a head and a member each, the company's people, and a stranger."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from django.core.cache import cache
from django.test import Client

from departments.models import Company, Department, Goal, Measurable, Membership, User

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
DEPARTMENTS = {"sales": "Sales", "legal": "Legal", "production": "Production"}


@pytest.fixture
def cast(db: None) -> dict[str, User]:
    """Everybody by name; `amelie` and `jonas` are members of legal and sales, `stranger` is nothing to the company."""
    cache.clear()
    Company.objects.create(name="Brightwater", reporting_currency="EUR", time_zone="Europe/Berlin")
    departments = {key: Department.objects.create(key=key, name=name) for key, name in DEPARTMENTS.items()}
    Department.objects.create(key="market", name="Market", kind="external")
    wait = Measurable.objects.create(
        key="leg_wait", department=departments["legal"], name="Median days in review", unit="days"
    )
    Goal.objects.create(measurable=wait, effective_from=date(2024, 1, 1), rule="at_most", goal=3)
    people: dict[str, tuple[str, str | None]] = {
        "ceo": ("executive", None), "board": ("board", None), "analyst": ("analyst", None),
        "legal": ("head", "legal"), "amelie": ("member", "legal"), "sales": ("head", "sales"),
        "jonas": ("member", "sales"), "production": ("head", "production"),
    }  # fmt: skip
    users = {}
    for name, (role, key) in people.items():
        users[name] = User.objects.create_user(name, email=f"{name}@example.com", first_name=name.capitalize())
        Membership.objects.create(user=users[name], role=role, department=departments[key] if key else None)
    users["stranger"] = User.objects.create_user("stranger", email="stranger@example.com")
    return users


@pytest.fixture
def reads_as(cast: dict[str, User]) -> Callable[[str], Client]:
    """A browser in which one of the cast is signed in."""

    def signed_in(username: str) -> Client:
        client = Client()
        client.force_login(cast[username], backend="django.contrib.auth.backends.ModelBackend")
        return client

    return signed_in
