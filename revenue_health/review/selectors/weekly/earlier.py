"""The panels of a review whose period is over: as known then, or nothing with the reason why."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from departments.periods import Period, monday_of
from revenue_health.contribution.selectors.comparison.periods import ComparisonPeriods
from revenue_health.contribution.selectors.register.earlier import leaks_read_between
from revenue_health.contribution.selectors.register.leak_costs import YOUNG_DAYS
from revenue_health.contribution.selectors.register.leaks_json import leak_json
from revenue_health.contribution.selectors.register.rows import LeakRow
from revenue_health.review.selectors.weekly.panels import SHOWN, registered_leak

type Json = dict[str, Any]
EVERY = 1_000
NOTHING_DUE: Json = {"due": 0, "overdue": 0, "items": []}


def absent_panels(period: Period) -> Json:
    """Why a panel of a finished period is empty, by panel."""
    label = period.label
    return {
        "changes": f"What changed is compared with today, and {label} is over.",
        "leaks": f"The leak register was not read for {label}.",
        "scorecards": f"Scorecards are those of the running week; {label} is over.",
        "commitments": f"What is due is due now; {label} is over.",
    }


def leaks_then(*, period: Period, bridge: Json | None) -> list[Json]:
    """The largest leaks of a quarter as its last reading knew them; the register reads a quarter from its fifth week to
    the fourth week of the next one. Verdicts are those of the period."""
    rows = _read_of(period, most=SHOWN)
    verdicts = {party["key"]: party["verdict"] for party in bridge["parties"]} if bridge else {}
    return [registered_leak(row) | {"verdict": verdicts.get(row.department_key)} for row in rows]


def register_of(periods: ComparisonPeriods) -> list[Json]:
    """The register of a finished period, as packs freeze it."""
    return [leak_json(row) for row in _read_of(periods.period, most=EVERY)]


def _read_of(period: Period, *, most: int) -> list[LeakRow]:
    young = timedelta(days=YOUNG_DAYS)
    return leaks_read_between(first=period.start + young, last=period.end + young, most=most)


def scorecards_of_no_week(period: Period) -> Json:
    """The shape of the scorecards' panel without any department."""
    week = monday_of(period.end).isoformat()
    return {"week": week, "in": 0, "late": 0, "missing": 0, "of": 0, "departments": []}
