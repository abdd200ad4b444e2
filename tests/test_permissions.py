"""Every URL x role x method gets what the matrix in tests/permissions/ says, and a URL without a row fails."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from departments.models import Department, Membership, User
from tests.kept_company import figures_of_runs_stay
from tests.permissions import OF_LIBRARIES, ROLES, Row, all_rows
from tests.shown_company import company_shown

ROWS = {row.name: row for row in all_rows()}
METHODS = ("get", "post")


def url_names(resolver: URLResolver, space: str = "") -> Iterator[str]:
    """Every name that can be reversed, with its name spaces."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            inner = f"{space}{entry.namespace}:" if entry.namespace else space
            yield from url_names(entry, inner)
        elif isinstance(entry, URLPattern):
            yield f"{space}{entry.name or entry.pattern}"


NAMES = sorted(set(url_names(get_resolver())))


@pytest.fixture(scope="module")
def cast(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A browser for each role, signed in."""
    with django_db_blocker.unblock(), company_shown(tmp_path_factory.mktemp("permissions")), figures_of_runs_stay():
        legal = Department.objects.get(key="legal")
        names = {"executive": "ceo", "board": "board", "analyst": "analyst", "head": "legal", "other": "finance"}
        people = {role: User.objects.get(username=name) for role, name in names.items()}
        for role in ("deputy", "member"):
            people[role] = User.objects.create_user(f"{role}-of-legal")
            Membership.objects.create(user=people[role], role=role, department=legal)
        people["stranger"] = User.objects.create_user("stranger")
        people["superuser"] = User.objects.create_superuser("root")
        clients = {"anonymous": Client()}
        for role, person in people.items():
            clients[role] = Client()
            clients[role].force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        yield clients


def of_a_library(name: str) -> bool:
    return name.startswith(tuple(OF_LIBRARIES))


@pytest.mark.parametrize("name", NAMES)
def test_every_url_has_a_row(name: str) -> None:
    assert name in ROWS or of_a_library(name), f"{name} is in no table of tests/permissions/; see its docstring"


def test_every_row_has_a_url_and_is_there_once() -> None:
    assert set(ROWS) <= set(NAMES)
    assert len(ROWS) == len(all_rows())


@pytest.mark.django_db
@pytest.mark.parametrize("name", ROWS)
def test_everybody_gets_what_the_table_says(cast: dict[str, Client], name: str) -> None:
    row = ROWS[name]
    wrong = {
        f"{role} {method}": f"{got}, not {' or '.join(map(str, expected))}"
        for role in ROLES
        for method in METHODS
        if (got := status(cast[role], row, method)) not in (expected := row.expected(role, method))
    }
    assert wrong == {}


def status(client: Client, row: Row, method: str) -> int:
    """What one request gets; whatever it changed is taken back."""
    cache.clear()
    # Some pages sign somebody out, or in as another.
    cookies = client.cookies.copy()
    with transaction.atomic():
        response = getattr(client, method)(reverse(row.name, kwargs=row.filled()))
        transaction.set_rollback(True)
    client.cookies = cookies
    return int(response.status_code)
