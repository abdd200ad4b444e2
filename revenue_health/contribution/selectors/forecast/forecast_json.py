"""Forecasts and what-ifs as JSON: what `forecast --json` and `whatif --json` print and snapshots keep."""

from __future__ import annotations

import math
from dataclasses import asdict
from datetime import timedelta

from departments.json_types import Json
from departments.models import Company
from departments.translation import gettext_noop
from pipeline.selectors.leaks.leaks import calendar_of
from revenue_health.contribution.core.forecast import QUANTILES
from revenue_health.contribution.models import ForecastSnapshot
from revenue_health.contribution.selectors.comparison.contributions_json import number, period_json
from revenue_health.contribution.selectors.comparison.periods import ComparisonPeriods
from revenue_health.contribution.selectors.forecast.curves import Curves
from revenue_health.contribution.selectors.forecast.forecasts import CompanyForecast
from revenue_health.contribution.selectors.forecast.whatif import Outcome


def forecast_json(forecast: CompanyForecast) -> Json:
    """The forecast as `forecast --json` prints it."""
    names = ("target", "won_so_far", "expected", "median", "p5", "p25", "p75", "p95", "probability")
    return {
        "period": period_json(forecast.period),
        **{name: number(getattr(forecast, name)) for name in names},
        "won_gross": number(forecast.won),
        "reversed": number(forecast.reversed),
        "coverage": {"needed": number(forecast.coverage.needed), "had": number(forecast.coverage.had)},
        "constraints": [
            {
                "pipeline": constraint.pipeline,
                "stage": constraint.stage,
                "department": constraint.department,
                "kind": constraint.kind,
                "gain": number(constraint.gain),
            }
            for constraint in forecast.constraints
        ],
        "limits": [asdict(reached) for reached in forecast.limits],
        "path": [
            {"date": _date(forecast, band.days), **{name: number(getattr(band, name)) for name in QUANTILES}}
            for band in forecast.path
        ],
        **curves_json(forecast.curves),
        "calibration": calibration(),
        "held": {
            "forecasts": forecast.held.forecasts,
            "inside_50": forecast.held.inside_50,
            "inside_90": forecast.held.inside_90,
            "nine_in_ten": forecast.held.about_nine_in_ten,
        },
        "reasons": list(forecast.reasons),
    }


def _date(forecast: CompanyForecast, days: float) -> str:
    """The day on which a band's step ends, `days` after now; the last one is the period's last day."""
    left = forecast.path[-1].days - days
    return (forecast.period.end - timedelta(days=math.floor(left))).isoformat()


def calibration() -> list[Json]:
    """Past forecasts whose period is over, beside what came."""
    past = ForecastSnapshot.objects.filter(actual__isnull=False)
    rows = past.defer("figures").order_by("period_start", "as_of")
    return [
        {
            "period": row.label,
            "as_of": row.as_of.isoformat(),
            **{name: number(getattr(row, name)) for name in ("median", "p5", "p25", "p75", "p95", "actual")},
            "inside_50": row.p25 <= (row.actual or 0.0) <= row.p75,
            "inside_90": row.p5 <= (row.actual or 0.0) <= row.p95,
        }
        for row in rows
    ]


def curves_json(curves: Curves) -> Json:
    """Both curves of a forecast, point by point."""
    points = {
        name: [{"date": day.isoformat(), "amount": amount} for day, amount in getattr(curves, name)]
        for name in ("won", "last_year")
    }
    return {**points, "last_year_label": curves.last_year_label}


def what_if_json(now: Outcome, following: Outcome | None, *, periods: ComparisonPeriods, company: Company) -> Json:
    """The answer as `whatif --json` prints it."""
    notes = [
        gettext_noop("promises are kept from today on, from the deals open today, at the pace of the last quarter")
        if periods.running
        else gettext_noop("promises are kept from the period's first day, at the period's own rates"),
        *now.notes,
    ]
    figures = {"period": period_json(periods.period), **_outcome_json(now), "notes": notes}
    if following is not None:
        period = calendar_of(company).following(periods.period)
        figures["next"] = {"period": period_json(period), **_outcome_json(following)}
    return figures


def _outcome_json(outcome: Outcome) -> Json:
    return {
        "before": number(outcome.before),
        "after": number(outcome.after),
        "change": number(outcome.change.value),
        "low": number(outcome.change.low),
        "high": number(outcome.change.high),
    }
