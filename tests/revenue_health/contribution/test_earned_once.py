"""Money is earned once: contributions, leaks, flows, forecast and review say the same of every period."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.cache import cache
from django.core.management import call_command

from pipeline.services.recompute import recompute
from revenue_health.contribution.services.nightly_run import run_nightly_steps
from tests.kept_company import everything_empty
from tests.pipeline.companies import BEGIN, company_make, random_history
from tests.pipeline.folders import folder_write

pytestmark = pytest.mark.django_db(transaction=True)
Ask = Callable[..., dict[str, Any]]
TODAY = datetime(2026, 11, 28, 12, tzinfo=UTC)
SHAPE = {
    "company.csv": "name,reporting_currency,time_zone,fiscal_year_start_month\nHarbour,EUR,Europe/Berlin,1\n",
    "departments.csv": "key,name,kind\nmkt,Marketing,internal\nsales,Sales,internal\nlegal,Legal,internal\n",
    "pipelines.csv": "key,name\nmain,Main\n",
    "stages.csv": (
        "pipeline,key,name,position,owner_department,earns\nmain,lead,Lead,1,mkt,0\nmain,offer,Offer,2,sales,0\n"
        "main,won,Won,3,sales,1\n"
    ),
    "plan.csv": "pipeline,period_start,period_end,target\nmain,2026-10-01,2026-12-31,5000\n",
    "opportunities.csv": (
        "key,name,pipeline,owner,currency,segment\nD1,Two pumps,main,Ann,EUR,North\nD2,Spare parts,main,Bob,EUR,South\n"
    ),
}
THREE = SHAPE["opportunities.csv"] + "D3,Third,main,Ann,EUR,North\n"
OTHER = "D2,2026-10-01T09:00:00+02:00,lead,1\n"
REWON = (
    "opportunity,occurred_at,stage,amount\nD1,2026-10-01T09:00:00+02:00,lead,500\n"
    "D1,2026-10-05T09:00:00+02:00,won,500\nD1,2026-10-06T09:00:00+02:00,lead,500\n"
    "D1,2026-10-20T09:00:00+02:00,won,500\n" + OTHER
)
DROPPED = "D3,2026-10-02T09:00:00+02:00,lead,40\nD3,2026-10-09T09:00:00+02:00,lost,40\n"
"""A loss: without any recorded one there is no what-if."""
LOST = (
    "opportunity,occurred_at,stage,amount\nD1,2026-10-01T09:00:00+02:00,lead,500\n"
    "D1,2026-10-05T09:00:00+02:00,won,500\nD1,2026-11-06T09:00:00+01:00,lost,500\n" + OTHER
)


@pytest.fixture(autouse=True)
def _own(settings: Any, tmp_path: Path, transactional_db: None) -> Iterator[None]:
    settings.CUSTODY_STORE = tmp_path / "custody"
    cache.clear()
    everything_empty()
    yield
    everything_empty()


def loaded(tmp_path: Path, events: str, more: dict[str, str] | None = None) -> None:
    nothing = tuple(name for name in ("loss_reasons.csv", "sources.csv", "accounts.csv", "handoffs.csv", "rates.csv",
                                      "measurables.csv", "entries.csv"))  # fmt: skip
    call_command(
        "load",
        folder_write(tmp_path / "in", SHAPE | {"events.csv": events} | (more or {}), without=nothing),
        verbosity=0,
    )
    run_nightly_steps(run=recompute(as_of=TODAY))


def test_a_win_taken_back_and_won_again_is_one_order(tmp_path: Path, answer: Ask) -> None:
    loaded(tmp_path, REWON)
    figures = answer("contributions")
    assert (figures["actual"], figures["won"], figures["reversed"]) == (500.0, 1000.0, 500.0)
    forecast = answer("forecast")
    assert (forecast["won_so_far"], forecast["won_gross"], forecast["reversed"]) == (500.0, 1000.0, 500.0)
    assert answer("review")["bridge"]["actual"] == 500.0
    plain = StringIO()
    call_command("contributions", stdout=plain)
    assert "taken back" in plain.getvalue()
    totals = answer("leaks", "--period", "2026-Q4")["totals"]
    assert totals["won"] == {"amount": 1000.0, "count": 2}
    assert totals["reversed"] == {"amount": 500.0, "count": 1}
    weeks = {week["week"]: week["totals"] for week in answer("flows", "--period", "2026-Q4")["weeks"]}
    assert weeks["2026-10-05"]["won"]["amount"] == weeks["2026-10-05"]["reversed"]["amount"] == 500.0
    assert weeks["2026-10-19"]["won"]["amount"] == 500.0


def test_won_and_then_lost_gives_no_negative_forecast(tmp_path: Path, answer: Ask) -> None:
    loaded(tmp_path, LOST)
    forecast = answer("forecast")
    assert (forecast["won_so_far"], forecast["reversed"]) == (0.0, 500.0)
    assert min(forecast[name] for name in ("expected", "median", "p5", "p25", "p75", "p95")) >= 0
    assert all(band[name] >= 0 for band in forecast["path"] for name in ("median", "p5", "p95"))


def test_losses_without_any_reason_give_no_verdict_on_the_market(tmp_path: Path, answer: Ask) -> None:
    loaded(tmp_path, LOST)
    (market,) = (party for party in answer("contributions")["parties"] if party["key"] == "market")
    assert market["verdict"] == "not judged"
    assert "no loss of the period names a reason" in market["reason"]


def test_a_what_if_starts_where_the_forecast_lands(tmp_path: Path, answer: Ask) -> None:
    loaded(tmp_path, REWON + DROPPED, {"opportunities.csv": THREE})
    found, forecast = answer("whatif", "--set", "lead:mkt:wait_days=2"), answer("forecast")
    assert found["before"] == forecast["median"]
    assert found["after"] == pytest.approx(forecast["median"] + found["change"])


def test_of_a_period_that_is_over_a_what_if_starts_at_its_revenue(tmp_path: Path, answer: Ask) -> None:
    loaded(tmp_path, REWON + DROPPED, {"opportunities.csv": THREE})
    found = answer("whatif", "--period", "2026-10", "--set", "lead:mkt:wait_days=2")
    assert found["before"] == answer("contributions", "--period", "2026-10")["actual"] == 500.0


def test_deals_open_since_2009_give_the_weeks_in_which_something_moved(tmp_path: Path, answer: Ask) -> None:
    """Three deals that began in three weeks of 2009 and never moved again: not 880 weeks of standing still."""
    head, *_ = REWON.splitlines()
    events = "\n".join([head, *(f"D{n},2009-0{n}-05T09:00:00+01:00,lead,100" for n in (1, 2, 3))]) + "\n"
    loaded(tmp_path, events, {"opportunities.csv": THREE})
    found = answer("flows")
    assert [week["week"] for week in found["weeks"]] == ["2009-01-05", "2009-02-02", "2009-03-02"]
    assert found["weeks"][-1]["totals"]["open"] == {"amount": 300.0, "count": 3}
    assert found["weeks_without_movement"] > 800
    assert len(answer("flows", "--period", "2009-Q1")["weeks"]) == 13


@pytest.mark.parametrize(
    ("period", "before", "after"),
    [("2009-01-05..2009-01-18", 0, 0), ("2009-01-07..2009-01-07", 2, 4), ("2009-02-01..2009-02-04", 6, 4)],
)
def test_weeks_that_reach_beyond_the_period_say_by_how_many_days(
    tmp_path: Path, answer: Ask, capsys: pytest.CaptureFixture[str], period: str, before: int, after: int
) -> None:
    head, *_ = REWON.splitlines()
    loaded(tmp_path, f"{head}\nD1,2009-01-05T09:00:00+01:00,lead,100\n", {"opportunities.csv": THREE})
    assert answer("flows", "--period", period)["days_beyond_period"] == {"before": before, "after": after}
    call_command("flows", "--period", period)
    said = capsys.readouterr().out
    assert ("Weeks are whole" in said) == bool(before or after)
    assert all(f"{days} days {side} it" in said for days, side in ((before, "before"), (after, "after")) if days)


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (2, 3))])
def test_every_page_says_the_same_of_every_period(seed: int, answer: Ask) -> None:
    """Random histories: skips, wins taken back, won again, grown, shrunk, lost, reopened. BEGIN is 2 March 2026."""
    random_history(company_make(), np.random.default_rng(seed), deals=25, days=260, prefix="r")
    run_nightly_steps(run=recompute(as_of=BEGIN + timedelta(days=265)))
    for period in ("2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4", "2026-07"):
        leaks, figures = answer("leaks", "--period", period), answer("contributions", "--period", period)
        totals = leaks["totals"]
        assert (figures["won"], figures["reversed"]) == (totals["won"]["amount"], totals["reversed"]["amount"])
        assert figures["actual"] == pytest.approx(figures["won"] - figures["reversed"], abs=1e-6)
        assert sum(stage["reversed"]["amount"] for stage in leaks["stages"]) == pytest.approx(figures["reversed"])
    forecast, now = answer("forecast"), answer("contributions")
    assert forecast["won_so_far"] == pytest.approx(now["actual"], abs=1e-6)
    assert forecast["won"][-1]["amount"] == pytest.approx(now["actual"], abs=1e-6)
    assert answer("review")["bridge"]["actual"] == pytest.approx(now["actual"], abs=1e-6)
    everything, weeks = answer("leaks")["totals"], answer("flows")["weeks"]
    for name in ("created", "won", "reversed", "lost"):
        for part in ("amount", "count"):
            assert sum(week["totals"][name][part] for week in weeks) == pytest.approx(everything[name][part], abs=1e-6)
    assert weeks[-1]["totals"]["open"] == everything["open"]
