"""A company whose year has 52 or 53 weeks: every command means the same days by a quarter of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client, override_settings

from departments.models import User, current_company
from pipeline.selectors.data.runs import latest_run
from pipeline.selectors.plan.targets import span_target
from pipeline.services.recompute import recompute
from revenue_health.contribution.services.nightly_run import run_nightly_steps
from tests.kept_company import everything_empty
from tests.pipeline.folders import folder_write
from tests.revenue_health.contribution.test_earned_once import SHAPE

pytestmark = pytest.mark.django_db
Ask = Callable[..., dict[str, Any]]
TODAY = datetime(2024, 2, 20, 12, tzinfo=UTC)
RETAIL = (
    "name,reporting_currency,time_zone,fiscal_year_start_month,"
    "fiscal_periods,fiscal_year_end_weekday,fiscal_year_end_rule,fiscal_year_named_after\n"
    "Harbour,EUR,Europe/Berlin,2,4-5-4,saturday,nearest,start\n"
)
"""2023-Q4 is 29 October 2023 to 3 February 2024, 14 weeks; 2022-Q4 is 30 October 2022 to 28 January 2023."""
PLAN = (
    "pipeline,period_start,period_end,target\nmain,2023-10-29,2024-02-03,14000\n"
    "main,2024-02-04,2024-03-02,900\nmain,2024-03-03,2024-05-04,2100\n"
)


def history() -> tuple[str, str]:
    """Opportunities and events: a deal of 100 is won at noon of every Wednesday, and on the last day of 2023-Q4 and on
    the first of 2024-Q1 one each of 7 and of 9; every third deal is lost instead."""
    deals, events = ["key,name,pipeline,owner,currency,segment"], ["opportunity,occurred_at,stage,amount"]
    wins = [(date(2021, 10, 20) + timedelta(days=7 * week), 100) for week in range(122)]
    for number, (day, amount) in enumerate([*wins, (date(2024, 2, 3), 7), (date(2024, 2, 4), 9)]):
        key, begin = f"D{number}", day - timedelta(days=20)
        deals.append(f"{key},Deal {number},main,Ann,EUR,North")
        end = "lost" if number % 3 == 0 and amount == 100 else "won"
        stages = ((begin, "lead"), (begin + timedelta(days=9), "offer"), (day, end))
        events += [f"{key},{at}T12:00:00Z,{stage},{amount}" for at, stage in stages]
    return "\n".join(deals) + "\n", "\n".join(events) + "\n"


@pytest.fixture(scope="module")
def company(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    folder = tmp_path_factory.mktemp("retail")
    with django_db_blocker.unblock(), override_settings(CUSTODY_STORE=folder / "custody"):
        everything_empty()
        try:
            load_retail(folder)
            yield
        finally:
            everything_empty()


@pytest.fixture
def retail(company: None, db: None) -> None:
    """The company, to be read."""


def load_retail(folder: Path) -> None:
    opportunities, events = history()
    files = SHAPE | {
        "company.csv": RETAIL, "plan.csv": PLAN, "opportunities.csv": opportunities, "events.csv": events,
    }  # fmt: skip
    nothing = ("loss_reasons.csv", "sources.csv", "accounts.csv", "handoffs.csv", "rates.csv", "measurables.csv",
               "entries.csv")  # fmt: skip
    call_command("load", folder_write(folder / "in", files, without=nothing), verbosity=0)
    run_nightly_steps(run=recompute(as_of=TODAY))


def won_between(first: date, last: date) -> float:
    """Counted from the deals as they were made up."""
    _, events = history()
    rows = [line.split(",") for line in events.splitlines()[1:]]
    return float(
        sum(int(row[3]) for row in rows if row[2] == "won" and first <= date.fromisoformat(row[1][:10]) <= last)
    )


def test_every_command_means_the_same_fourteen_weeks(retail: None, answer: Ask) -> None:
    won = won_between(date(2023, 10, 29), date(2024, 2, 3))
    assert won % 100 == 7
    figures = answer("contributions", "--period", "2023-Q4")
    assert (figures["actual"], figures["won"]) == (won, won)
    assert answer("leaks", "--period", "2023-Q4")["totals"]["won"]["amount"] == won
    assert answer("review", "--period", "2023-Q4")["bridge"]["actual"] == won
    flows = answer("flows", "--period", "2023-Q4")
    assert flows["period"] == {"start": "2023-10-29", "end": "2024-02-03"}
    months = [answer("leaks", "--period", f"2023-P{number}")["totals"]["won"]["amount"] for number in (10, 11, 12)]
    assert sum(months) == won


def test_the_fourteen_weeks_are_compared_with_fourteen(retail: None, answer: Ask) -> None:
    figures = answer("contributions", "--period", "2023-Q4")
    assert (figures["baseline"]["start"], figures["baseline"]["end"]) == ("2022-10-30", "2023-02-04")


def test_the_running_quarter_begins_on_its_first_sunday(retail: None, answer: Ask) -> None:
    won = won_between(date(2024, 2, 4), date(2024, 2, 20))
    assert won % 100 == 9
    for command in ("contributions", "review"):
        assert answer(command)["period"]["label"] == "2024-Q1"
    assert answer("contributions")["actual"] == answer("forecast")["won_so_far"] == won
    assert answer("review")["bridge"]["actual"] == won


def test_the_plan_of_a_quarter_is_that_of_its_months(retail: None) -> None:
    run, company = latest_run(), current_company()
    assert run is not None
    for text, plan in {"2023-Q4": 14_000, "2024-P01": 900, "2024-Q1": 3_000}.items():
        target, _reasons = span_target(run=run, company=company, period=company.fiscal_calendar.parse(text))
        assert target.whole == pytest.approx(plan), text


def test_pages_open_and_step_from_quarter_to_quarter(retail: None) -> None:
    client = Client()
    client.force_login(User.objects.create_superuser("root", "root@example.com", "quiet-river-stone"),
                       backend="django.contrib.auth.backends.ModelBackend")  # fmt: skip
    for page in ("/", "/pipeline/", "/drivers/", "/forecast/"):
        answer = client.get(page, {"period": "2023-Q4"}, follow=True)
        assert answer.status_code == 200, page
        text = answer.content.decode()
        assert "2023-Q4" in text, page
    assert "period=2023-Q3" in client.get("/", {"period": "2023-Q4"}).content.decode()
    # 2023-P12 has five weeks as the month before it; the one before that has four.
    pages = {
        period: client.get("/pipeline/", {"period": period, "compare": "previous"}).content.decode()
        for period in ("2023-P11", "2023-P12")
    }
    assert "changes against the 4 weeks of 2023-P10" in pages["2023-P11"]
    assert "weeks of 2023-P11" not in pages["2023-P12"]
