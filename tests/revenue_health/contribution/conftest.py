"""A generated company with scores, for each module that asks: whatever runs between finds nothing of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from departments.models import Company, User
from pipeline.models import RecomputeRun
from pipeline.selectors.data.runs import latest_run
from tests.shown_company import company_shown


@pytest.fixture(scope="module")
def scored(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The shown company with what a night makes of it."""
    with django_db_blocker.unblock(), company_shown(tmp_path_factory.mktemp("scored"), scored=True):
        yield


@pytest.fixture
def run(scored: None, db: None) -> RecomputeRun:
    found = latest_run()
    assert found
    return found


@pytest.fixture
def company(scored: None, db: None) -> Company:
    return Company.objects.get()


@pytest.fixture
def ceo(scored: None, db: None) -> Client:
    client = Client()
    client.force_login(User.objects.get(username="ceo"), backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def answer(capsys: pytest.CaptureFixture[str]) -> Callable[..., dict[str, Any]]:
    """What a command prints with --json, read strictly: NaN and Infinity are no JSON."""

    def refuse(name: str) -> float:
        raise AssertionError(f"{name} is no JSON")

    def ask(*arguments: str) -> dict[str, Any]:
        out = StringIO()
        call_command(*arguments, "--json", stdout=out)
        return json.loads(out.getvalue(), parse_constant=refuse)

    return ask
