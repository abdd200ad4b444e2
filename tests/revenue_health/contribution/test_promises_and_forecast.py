"""`whatif` and `forecast` of a generated company."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from pipeline.models import RecomputeRun
from revenue_health.contribution.models import ForecastSnapshot
from revenue_health.contribution.services.forecasts import forecasts_close

pytestmark = pytest.mark.django_db
Ask = Callable[..., dict[str, Any]]


def test_a_shorter_wait_brings_revenue(run: RecomputeRun, answer: Ask) -> None:
    figures = answer("whatif", "--set", "contract:legal:wait_days=-50%")
    assert figures["change"] > 0
    assert figures["change"] == pytest.approx(figures["after"] - figures["before"])
    assert figures["low"] <= figures["change"] <= figures["high"]
    assert figures["next"]["change"] > 0


def test_no_change_changes_nothing(run: RecomputeRun, answer: Ask) -> None:
    figures = answer("whatif", "--set", "contract:legal:wait_days=0%")
    assert figures["change"] == pytest.approx(0.0, abs=1e-6)


def test_a_what_if_starts_at_the_number_the_forecast_shows(run: RecomputeRun, answer: Ask) -> None:
    found = answer("whatif", "--set", "contract:legal:wait_days=-20%")
    assert found["before"] == answer("forecast")["median"]
    assert found["after"] == pytest.approx(found["before"] + found["change"])


@pytest.mark.parametrize(
    ("promise", "sentence"),
    [
        ("contract:legal:wait=4", "is no promise"),
        ("nowhere:legal:wait_days=4", "no stage “nowhere”"),
        ("contract:ghosts:wait_days=4", "no department “ghosts”"),
        ("moon/contract:legal:wait_days=4", "no pipeline “moon”"),
        ("contract:legal:wait_days=1.2.3", "is not a number"),
        ("contract:legal:wait_days=-3", "cannot be -3"),
    ],
)
def test_a_promise_that_fits_nothing_is_refused(run: RecomputeRun, promise: str, sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        call_command("whatif", "--set", promise)


def test_the_forecast_is_in_order(run: RecomputeRun, answer: Ask) -> None:
    figures = answer("forecast")
    names = ("p5", "p25", "median", "p75", "p95")
    assert [figures[name] for name in names] == sorted(figures[name] for name in names)
    assert 0 <= figures["probability"] <= 1
    assert figures["coverage"]["needed"] > 0
    gains = [one["gain"] for one in figures["constraints"]]
    assert gains == sorted(gains, reverse=True)
    assert gains[0] > 0


def test_a_period_that_is_over_has_no_forecast(run: RecomputeRun) -> None:
    with pytest.raises(CommandError, match="is over"):
        call_command("forecast", "--period", "2026-Q3")


def test_what_was_forecast_is_compared_when_the_period_is_over(run: RecomputeRun, answer: Ask) -> None:
    actual = answer("contributions", "--period", "2026-Q3")["actual"]
    kept = ForecastSnapshot.objects.get()
    kept.period_start, kept.period_end, kept.label = (
        kept.period_start - timedelta(days=92),
        kept.period_start - timedelta(days=1),
        "2026-Q3",
    )
    kept.save()
    assert forecasts_close(run=run) == 1
    assert answer("forecast")["calibration"][0]["actual"] == pytest.approx(actual)
