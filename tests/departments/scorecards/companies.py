"""A company with two departments and their scorecards; the clock stands on Wednesday 25 November 2026."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from departments.models import Company, Department, Goal, Measurable, Membership, User

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
DUE = date(2026, 11, 23)
CLOSED = date(2026, 11, 16)
CLOSED_AT = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)


def weeks_back(count: int, *, newest: date = DUE) -> list[date]:
    return [newest - timedelta(days=7 * back) for back in range(count)]


def company_make() -> dict[str, Measurable]:
    """Legal with three measurables (one of them computed), sales with one; heads `lea` and `sam`."""
    Company.objects.create(name="Small", reporting_currency="EUR", time_zone="Europe/Berlin")
    legal = Department.objects.create(key="legal", name="Legal", kind="internal")
    sales = Department.objects.create(key="sales", name="Sales", kind="internal")
    for name, department in (("lea", legal), ("sam", sales)):
        person = User.objects.create_user(name, password="quiet-river-stone")
        Membership.objects.create(user=person, role="head", department=department)
    return {
        "reviews": measurable_make(legal, "reviews", "Reviews done", "reviews", "at_least", 20),
        "terms": measurable_make(legal, "terms", "On our own terms", "percent", "at_least", 70, weight=3),
        "wait": measurable_make(legal, "wait", "Days in review", "days", "at_most", 3, source="median_hold_days"),
        "calls": measurable_make(sales, "calls", "Calls", "calls", "between", 30, 50),
    }


def measurable_make(
    department: Department,
    key: str,
    name: str,
    unit: str,
    rule: str,
    goal: float,
    high: float | None = None,
    **more: object,
) -> Measurable:
    made = Measurable.objects.create(department=department, key=key, name=name, unit=unit, **more)
    Goal.objects.create(
        measurable=made, effective_from=date(2024, 1, 1), rule=rule, goal=Decimal(str(goal)),
        goal_high=None if high is None else Decimal(str(high)),
    )  # fmt: skip
    return made
