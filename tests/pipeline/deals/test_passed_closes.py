"""A close that was expected before today is marked while the deal is open, and not any more when it has ended."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client

from departments.models import User
from pipeline.services.recompute import recompute
from tests.pipeline.companies import BEGIN, SmallCompany, company_make, event_add, opportunity_make

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = (BEGIN + timedelta(days=60)).date()


@pytest.fixture
def company(settings: Any, tmp_path: Any, transactional_db: None) -> SmallCompany:
    settings.CUSTODY_STORE = tmp_path / "custody"
    cache.clear()
    call_command("flush", verbosity=0, interactive=False)
    return company_make()


@pytest.fixture
def reader(company: SmallCompany) -> Client:
    client = Client()
    user = User.objects.create_superuser("reader", "r@example.com", "x")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.parametrize(
    ("stages", "close", "passed"),
    [
        (["lead", "offer"], TODAY - timedelta(days=15), "passed 15 days ago"),
        (["lead"], TODAY - timedelta(days=1), "passed 1 day ago"),
        (["lead"], TODAY, ""),
        (["lead"], TODAY + timedelta(days=3), ""),
        (["lead", "won"], TODAY - timedelta(days=15), ""),
        (["lead", "delivery"], TODAY - timedelta(days=15), ""),
        (["lead", "lost"], TODAY - timedelta(days=15), ""),
    ],
)
@pytest.mark.always(2)
def test_passed_closes_are_marked_on_the_page_and_in_the_list(
    company: SmallCompany, reader: Client, stages: list[str], close: date, passed: str
) -> None:
    deal = opportunity_make(company, "deal")
    for place, stage in enumerate(stages):
        event_add(company, deal, 1 + place, stage, expected_close=close)
    recompute(as_of=BEGIN + timedelta(days=60))
    page = reader.get("/pipeline/opportunities/deal/").content.decode()
    assert ("! passed" in page) is bool(passed)
    assert passed in page
    listed = reader.get("/pipeline/opportunities/?state=all").content.decode()
    assert ("! passed" in listed) is bool(passed)
