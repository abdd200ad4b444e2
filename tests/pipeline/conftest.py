"""The cast of the page tests: a company with figures, and people who may different things."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from departments.models import User
from tests.shown_company import company_shown


@pytest.fixture(scope="module")
def shown(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The company, for one module; yields the folder it and its zip came from."""
    folder = tmp_path_factory.mktemp("shown")
    with django_db_blocker.unblock(), company_shown(folder):
        yield folder


@pytest.fixture
def reads_as(shown: Path, db: None) -> Callable[[str], Client]:
    """A browser in which one of the demo's people is signed in."""

    def signed_in(username: str) -> Client:
        client = Client()
        client.force_login(User.objects.get(username=username), backend="django.contrib.auth.backends.ModelBackend")
        return client

    return signed_in


@pytest.fixture
def ceo(reads_as: Callable[[str], Client]) -> Client:
    return reads_as("ceo")


@pytest.fixture
def head(reads_as: Callable[[str], Client]) -> Client:
    """The head of legal: reads everything, manages nothing."""
    return reads_as("legal")
