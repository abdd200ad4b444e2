"""Data that has stopped: every page says so first, in years, and it can be read as of its last day."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from departments.models import User
from pipeline.models import RecomputeRun
from pipeline.selectors.plan.data_range import DataRange, stale_data
from pipeline.services.recompute import recompute
from pipeline.services.recompute.last_day import is_pinned_to_last_day, last_day_end
from pipeline.tasks import recompute_nightly, recompute_requested
from tests.pipeline.companies import BEGIN, SmallCompany, company_alone, event_add, opportunity_make

YEARS = 13
TODAY = date(2026, 11, 28)


def data_range(newest: date, recorded: date | None = None) -> DataRange:
    return DataRange(first=date(2013, 1, 1), newest=newest, today=TODAY, recorded=recorded or newest)


@pytest.mark.parametrize(
    ("newest", "age"), [(date(2013, 3, 12), "13 years"), (date(2026, 8, 1), "3 months"), (date(2026, 10, 1), "8 weeks")]
)
def test_stopped_data_has_its_age_in_words_and_can_be_read_as_of_its_last_day(newest: date, age: str) -> None:
    found = stale_data(data_range(newest), run=RecomputeRun(), today=TODAY)
    assert found is not None
    assert (found.age, found.offered, found.as_of_last_day) == (age, True, False)


def test_a_quiet_month_is_not_stopped_data() -> None:
    assert stale_data(data_range(TODAY - timedelta(days=45)), run=RecomputeRun(), today=TODAY) is None


def test_what_was_recorded_lately_cannot_be_read_as_of_long_ago() -> None:
    found = stale_data(data_range(date(2013, 3, 12), recorded=TODAY), run=RecomputeRun(), today=TODAY)
    assert found is not None
    assert not found.offered


@pytest.fixture
def old(settings: Any, tmp_path: Any, transactional_db: None) -> SmallCompany:
    """A company whose newest event is of years ago."""
    company = company_alone(settings, tmp_path)
    past = (datetime(2013, 3, 12, 9, tzinfo=UTC) - BEGIN).total_seconds() / 86_400
    deal = opportunity_make(company, "old")
    event_add(company, deal, past - 20, "lead")
    event_add(company, deal, past, "offer")
    return company


@pytest.fixture
def manager(old: SmallCompany) -> Client:
    client = Client()
    user = User.objects.create_superuser("manager", "m@example.com", "x")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "page", ["/", "/pipeline/", "/pipeline/opportunities/", "/departments/", "/data/", "/forecast/", "/my/"]
)
def test_every_page_says_so_first(manager: Client, page: str) -> None:
    recompute()
    text = manager.get(page).content.decode()
    assert text.index("The newest event is from 12 Mar 2013") < text.index("<h1")
    assert "Read as of its last day" in text
    assert "hours old" not in text


@pytest.mark.django_db(transaction=True)
def test_read_as_of_its_last_day_it_stays_so_until_something_is_recorded(manager: Client, old: SmallCompany) -> None:
    recompute()
    assert not is_pinned_to_last_day()
    recompute_requested.apply(kwargs={"last_day": True}).get()
    run = RecomputeRun.objects.filter(status="done").first()
    assert run is not None
    assert run.as_of == last_day_end() == datetime(2013, 3, 12, 22, 59, 59, tzinfo=UTC)
    text = manager.get("/pipeline/").content.decode()
    assert "Read as of 12 Mar 2013, the last day of the data" in text
    assert "2013-Q1" in text
    assert "do not decide on them" not in text
    recompute_nightly.apply().get()
    assert RecomputeRun.objects.filter(status="done").count() == 2
    event_add(old, opportunity_make(old, "new"), (timezone.now() - BEGIN).total_seconds() / 86_400 - 1, "lead")
    recompute_nightly.apply().get()
    assert "the last day of the data" not in manager.get("/pipeline/").content.decode()


@pytest.mark.django_db(transaction=True)
def test_without_a_company_nothing_fails_and_no_button_must(settings: Any, tmp_path: Any) -> None:
    settings.CUSTODY_STORE = tmp_path / "custody"
    cache.clear()
    call_command("flush", verbosity=0, interactive=False)
    client = Client()
    user = User.objects.create_superuser("first", "f@example.com", "x")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    recompute_nightly.apply().get()
    assert not RecomputeRun.objects.exists()
    assert "data-recompute" not in client.get("/data/").content.decode()
    assert "Set up your company" in client.get("/settings/").content.decode()
    for page in ("/", "/pipeline/", "/data/"):
        assert "failed" not in re.sub(r"<[^>]+>", " ", client.get(page).content.decode())
