"""A frozen pack of the scored company, and the people who read it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from departments.models import Company, User
from pipeline.selectors.data.runs import latest_run
from revenue_health.review.models import Pack
from revenue_health.review.services.packs import pack_freeze
from tests.shown_company import company_shown


@pytest.fixture(scope="module")
def scored(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The scored company, and one pack of it."""
    with django_db_blocker.unblock(), company_shown(tmp_path_factory.mktemp("frozen"), scored=True):
        run, company = latest_run(), Company.objects.get()
        assert run
        pack_freeze(run=run, company=company, user=User.objects.get(username="ceo"), now=timezone.now())
        yield


@pytest.fixture
def pack(scored: None, db: None) -> Pack:
    """Frozen once for a module, read anew by each test."""
    return Pack.objects.earliest("pk")


@pytest.fixture
def reads_as(scored: None, db: None) -> Callable[[str], Client]:
    """A browser in which one of the demo's people is signed in."""

    def signed_in(username: str) -> Client:
        client = Client()
        client.force_login(User.objects.get(username=username), backend="django.contrib.auth.backends.ModelBackend")
        return client

    return signed_in
