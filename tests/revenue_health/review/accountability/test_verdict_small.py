"""A company with next to nothing: no deals, one deal, everything lost. Sentences, never a 500, never a NaN."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client

from departments.models import Company, Membership, User
from pipeline.selectors.data.runs import latest_run
from pipeline.services.recompute import recompute
from revenue_health.contribution.selectors.comparison.periods import comparison_periods
from revenue_health.contribution.services.nightly_run import run_nightly_steps
from revenue_health.review.selectors.accountability.accountability_json import accountability_json
from revenue_health.review.selectors.accountability.verdict import accountability
from tests.pipeline.companies import BEGIN, SmallCompany, company_make, event_add, opportunity_make

pytestmark = pytest.mark.django_db(transaction=True)
PAGES = ("/drivers/", "/forecast/", "/what-if/", "/what-if/?set=offer:sales:wait_days=3", "/what-if/scenarios/")


@pytest.fixture(autouse=True)
def _own_store(settings: Any, tmp_path: Any) -> None:
    settings.CUSTODY_STORE = tmp_path / "custody"
    cache.clear()


@pytest.fixture
def small(transactional_db: None) -> SmallCompany:
    call_command("flush", verbosity=0, interactive=False)
    return company_make()


def every_page_answers(days: int) -> dict[str, str]:
    run_nightly_steps(run=recompute(as_of=BEGIN + timedelta(days=days)))
    user = User.objects.create_user("chief")
    Membership.objects.create(user=user, role=Membership.Role.EXECUTIVE)
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    found = {}
    for address in PAGES:
        answer = client.get(address)
        assert answer.status_code == 200, address
        found[address] = answer.content.decode()
    return found


def test_a_company_without_deals(small: SmallCompany) -> None:
    pages = every_page_answers(10)
    assert "No verdict can be given" in pages["/drivers/"]
    assert "no forecast yet" in pages["/forecast/"]


def test_one_deal_without_plan_or_verdict(small: SmallCompany) -> None:
    deal = opportunity_make(small, "only")
    for day, stage in ((1, "lead"), (30, "offer"), (60, "contract"), (250, "won")):
        event_add(small, deal, day, stage)
    pages = every_page_answers(260)
    assert "unclear" in pages["/drivers/"]
    assert "No plan: no probability of reaching it." in pages["/forecast/"]
    run, company = latest_run(), Company.objects.get()
    assert run
    figures = accountability_json(
        accountability(run=run, company=company, periods=comparison_periods(run=run, company=company))
    )
    json.dumps(figures, allow_nan=False)


def test_everything_lost_and_nothing_won(small: SmallCompany) -> None:
    for number in range(12):
        deal = opportunity_make(small, f"deal-{number}")
        event_add(small, deal, 20 * number + 1, "lead")
        event_add(small, deal, 20 * number + 15, "lost", reason="price")
    pages = every_page_answers(260)
    assert "Who moved revenue" in pages["/drivers/"]
    assert "nan" not in pages["/forecast/"].lower().replace("finan", "")
