"""Measurables of the departments and three years of weekly entries for the manual ones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

Row = tuple[object, ...]

_MISSING, _LATE, _MISSING_LAST = 0.03, 0.05, 0.25


@dataclass(frozen=True, slots=True)
class Number:
    """A measurable. Manual ones have a usual `level`, a `spread`, and what the decline multiplies them by."""

    key: str
    department: str
    name: str
    unit: str
    rule: str
    goal: float
    high: float | None = None
    source: str = "manual"
    level: float = 0.0
    spread: float = 0.0
    decline_factor: float = 1.0
    earlier_goal: float | None = None  # in force until a year before the as-of date
    decimals: int = 0


NUMBERS = (
    Number("mkt_leads", "marketing", "New leads", "leads", "at_least", 88, source="leads:marketing"),
    Number("mkt_wait", "marketing", "Median days in Lead", "days", "at_most", 4,
           source="median_hold_days:lead:marketing"),
    Number("mkt_lost", "marketing", "Money lost by wrong leads", "EUR", "at_most", 1_500_000,
           source="lost_amount:marketing"),
    Number("mkt_spend", "marketing", "Campaign spend", "EUR", "between", 17_000, 23_000, level=20_000, spread=1_700),
    Number("mkt_visits", "marketing", "Website visitors", "visits", "at_least", 8_200, level=8_600, spread=520,
           decline_factor=1.07, earlier_goal=7_800),
    Number("mkt_interviews", "marketing", "Buyer interviews held", "interviews", "at_least", 4, level=4.4, spread=1.2),
    Number("sal_calls", "sales", "First meetings held", "meetings", "at_least", 60, level=63, spread=6,
           earlier_goal=55),
    Number("sal_wait", "sales", "Median days in Proposal", "days", "at_most", 8,
           source="median_hold_days:proposal:sales"),
    Number("sal_lost", "sales", "Money lost by sales", "EUR", "at_most", 800_000, source="lost_amount:sales"),
    Number("sal_proposals", "sales", "Proposals sent", "proposals", "at_least", 36, level=38, spread=4),
    Number("sal_forecast", "sales", "Forecast error", "percent", "at_most", 12, level=10.5, spread=2.2, decimals=1),
    Number("sal_reps", "sales", "Reps on board", "people", "exactly", 18, level=18, spread=0.25),
    Number("leg_wait", "legal", "Median days in contract review", "days", "at_most", 3,
           source="median_hold_days:contract:legal"),
    Number("leg_queue", "legal", "Open contract reviews", "requests", "at_most", 20, source="queue:legal"),
    Number("leg_overdue", "legal", "Overdue reviews", "requests", "at_most", 2, source="overdue_handoffs:legal"),
    Number("leg_reviewers", "legal", "Reviewers at work", "people", "at_least", 5, level=5.6, spread=0.3,
           decline_factor=0.52, decimals=1),
    Number("leg_standard", "legal", "Contracts on our own terms", "percent", "at_least", 70, level=73, spread=4,
           decline_factor=0.9),
    Number("leg_training", "legal", "Contract trainings given", "sessions", "at_least", 1, level=1.3, spread=0.6),
    Number("fin_wait", "finance", "Median days in credit check", "days", "at_most", 3,
           source="median_hold_days:contract:finance"),
    Number("fin_overdue", "finance", "Overdue checks and approvals", "requests", "at_most", 3,
           source="overdue_handoffs:finance"),
    Number("fin_returned", "finance", "Requests sent back", "percent", "at_most", 12, source="returned_share:finance"),
    Number("fin_dso", "finance", "Days sales outstanding", "days", "at_most", 45, level=42.5, spread=2, decimals=1,
           earlier_goal=48),
    Number("fin_invoices", "finance", "Invoices sent within two days", "percent", "at_least", 95, level=96,
           spread=1.4, decimals=1),
    Number("fin_margin", "finance", "Order margin", "percent", "between", 36, 44, level=40, spread=1.5, decimals=1),
    Number("pro_wait", "production", "Median days for a delivery slot", "days", "at_most", 5,
           source="median_hold_days:slot:production"),
    Number("pro_on_time", "production", "Delivery hand-offs answered on time", "percent", "at_least", 80,
           source="on_time_share:production"),
    Number("pro_lost", "production", "Money lost by delivery", "EUR", "at_most", 80_000,
           source="lost_amount:production"),
    Number("pro_load", "production", "Line utilisation", "percent", "between", 78, 90, level=84, spread=2.5,
           decline_factor=1.13, decimals=1),
    Number("pro_parts", "production", "Supplier parts late", "parts", "at_most", 12, level=9, spread=2.4,
           decline_factor=2.1),
    Number("pro_absent", "production", "Absence", "percent", "at_most", 6, level=5.1, spread=0.7, decline_factor=1.3,
           decimals=1),
    Number("ser_queue", "service", "Open hand-offs", "requests", "at_most", 35, source="queue:service"),
    Number("ser_overdue", "service", "Overdue hand-offs", "requests", "at_most", 4,
           source="overdue_handoffs:service"),
    Number("ser_lost", "service", "Money lost by support", "EUR", "at_most", 35_000, source="lost_amount:service"),
    Number("ser_answer", "service", "Answered within four hours", "percent", "at_least", 90, level=92, spread=2.2,
           decimals=1),
    Number("ser_nps", "service", "Customers who recommend us", "points", "at_least", 38, level=41, spread=3.2,
           decline_factor=0.93, earlier_goal=34),
    Number("ser_tickets", "service", "Tickets open over a week", "tickets", "at_most", 25, level=21, spread=3.5,
           decline_factor=1.1),
)  # fmt: skip


def measurable_rows(*, first: date, as_of: date) -> list[Row]:
    """Rows of measurables.csv; a measurable whose goal changed within the history has a row for each goal."""
    start, change = _monday_before(first), _monday_before(as_of - timedelta(days=364))
    rows: list[Row] = []
    for number in NUMBERS:
        goals = [(number.goal, start)]
        # A history of a year or less begins after the change: the earlier goal was in force in none of its weeks.
        if number.earlier_goal is not None and start < change:
            goals = [(number.earlier_goal, start), (number.goal, change)]
        for goal, since in goals:
            high = "" if number.high is None else f"{number.high:g}"
            head: Row = (number.key, number.department, number.name, number.unit, number.rule)
            rows.append((*head, f"{goal:.10g}", high, since.isoformat(), number.source))
    return rows


def entry_rows(*, first: date, as_of: date, decline: date, rng: np.random.Generator) -> list[Row]:
    """Rows of entries.csv: full weeks from the first Monday on; some missing, some noted as late."""
    start = first if first.weekday() == 0 else _monday_before(first) + timedelta(days=7)
    count = max(0, (_monday_before(as_of) - start).days // 7)
    weeks = [start + timedelta(days=7 * i) for i in range(count)]
    rows: list[Row] = []
    for number in NUMBERS:
        if number.source == "manual":
            rows += _weekly_entries(number, weeks, decline, rng)
    return rows


def _weekly_entries(number: Number, weeks: list[date], decline: date, rng: np.random.Generator) -> list[Row]:
    """A level with noise that lasts some weeks; after the decline it moves to its new level within a month."""
    noise, last = [], 0.0
    for shock in rng.normal(0, number.spread, len(weeks)).tolist():
        # 0.5² + 0.866² = 1: the noise keeps its spread while a part of it lasts.
        last = 0.5 * last + shock * 0.866
        noise.append(last)
    absent = rng.random(len(weeks)) < _MISSING
    if len(weeks):
        absent[-1] = rng.random() < _MISSING_LAST
    late = rng.random(len(weeks)) < _LATE
    rows: list[Row] = []
    for i, week in enumerate(weeks):
        since = min(1.0, max(0.0, ((week - decline).days + 7) / 28))
        value = max(0.0, number.level * (1 + (number.decline_factor - 1) * since) + noise[i])
        if not absent[i]:
            # A late entry of the last week would be of days to come.
            is_late = bool(late[i]) and i < len(weeks) - 1
            entered = week + timedelta(days=9 + i % 5 if is_late else 4)
            note = f"Late: entered on {entered.isoformat()}" if is_late else ""
            figure = f"{round(value, number.decimals):.10g}"
            rows.append((number.key, week.isoformat(), figure, note, f"{entered.isoformat()}T13:{i % 60:02}:00Z"))
    return rows


def _monday_before(day: date) -> date:
    return day - timedelta(days=day.weekday())
