"""The track record of a generated company: known then is known then, made once, and printed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client

from departments.models import Company
from pipeline.models import RecomputeRun
from pipeline.services.custody_at import custody_at
from pipeline.services.recompute import recompute
from revenue_health.contribution.core.track.record import Correction, Quantiles
from revenue_health.contribution.models import ForecastSnapshot, PastForecast
from revenue_health.contribution.selectors.comparison.periods import comparison_periods, first_day
from revenue_health.contribution.selectors.forecast.forecasts import company_forecast
from revenue_health.contribution.selectors.track import past
from revenue_health.contribution.selectors.track.past import CutOff, cut_offs, forecast_at_cut_off
from revenue_health.contribution.services import track_record as service
from revenue_health.contribution.services.track_record import track_record_is_stored, track_record_store

pytestmark = pytest.mark.django_db
Ask = Callable[..., dict[str, Any]]


@pytest.fixture(autouse=True)
def _one_quarter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(past, "QUARTERS", 1)


def test_three_days_of_every_quarter_that_is_over(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(past, "QUARTERS", 8)
    cuts = cut_offs(company=company, first=date(2025, 1, 1), today=date(2026, 1, 10))
    assert [(cut.period.label, cut.day) for cut in cuts] == [
        (label, day) for label in ("2025-Q3", "2025-Q4") for day in (14, 42, 70)
    ]
    last = datetime.fromtimestamp(cuts[0].as_of, company.zone)
    assert (last.date(), last.hour, last.second) == (date(2025, 7, 14), 23, 59)


def test_it_is_made_once_and_added_to(
    run: RecomputeRun, ceo: Client, answer: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not track_record_is_stored(run=run)
    assert ceo.get("/forecast/").context["may_move"]
    figures = answer("track_record")
    assert track_record_is_stored(run=run)
    assert not ceo.get("/forecast/").context["may_move"]
    assert [row["day"] for row in figures["forecasts"]] == [14, 42, 70]
    for row in figures["forecasts"]:
        assert row["p5"] <= row["median"] <= row["p95"]
        assert row["actual"] == answer("contributions", "--period", row["period"])["actual"]
        assert set(row["naive"]) == {"run_rate", "recent_rest", "last_year", "pipeline"}
    summary = figures["summary"]
    errors = [row["median"] / row["actual"] - 1 for row in figures["forecasts"]]
    assert summary["median_error"] == pytest.approx(sum(map(abs, errors)) / 3)
    assert summary["bias"] == pytest.approx(sum(errors) / 3)
    assert set(summary["naive"]) == {"run_rate", "recent_rest", "last_year", "pipeline"}
    named = [row["verdict"] != "cannot tell" for row in figures["placebo"]]
    assert figures["false_alarm_rate"] == (pytest.approx(sum(named) / len(named)) if named else None)

    def never(**cut: object) -> None:
        raise AssertionError("it was kept")

    monkeypatch.setattr(service, "forecast_at_cut_off", never)
    assert track_record_store(run=run) == 0
    assert ForecastSnapshot.objects.get(run=run).figures["held"]["forecasts"] == 3


@pytest.mark.slow
def test_late_records_change_what_came_and_other_data_make_it_anew(run: RecomputeRun, answer: Ask) -> None:
    answer("track_record")
    first, second, _ = PastForecast.objects.order_by("day")
    first.actual, second.actual = first.actual * 1.001, second.actual * 2
    PastForecast.objects.bulk_update([first, second], ["actual"])
    assert track_record_store(run=run) == 1
    assert len({row.actual for row in PastForecast.objects.all()}) == 1


# The last one: a run as of an earlier day puts other figures in the place of the shown ones.
def test_known_then_is_what_a_run_of_that_day_would_have_known(run: RecomputeRun, company: Company) -> None:
    first = first_day(run=run, company=company)
    assert first is not None
    today = run.as_of.astimezone(company.zone).date()
    cut: CutOff = cut_offs(company=company, first=first, today=today)[1]
    with custody_at(run=run, as_of=cut.as_of) as cursor:
        said = forecast_at_cut_off(cursor=cursor, cut=cut, company=company, first=first)
    then = recompute(as_of=datetime.fromtimestamp(cut.as_of, UTC), full=True)
    found = company_forecast(run=then, company=company, periods=comparison_periods(run=then, company=company))
    assert found.period == cut.period
    assert said.won_so_far == pytest.approx(found.won_so_far, abs=0.005)
    own = Quantiles(**said.quantiles)
    told = Correction().corrected(own, said.peers, won_so_far=said.won_so_far)
    for name in ("p5", "p25", "median", "p75", "p95"):
        assert getattr(told, name) == pytest.approx(getattr(found, name), rel=1e-9)
