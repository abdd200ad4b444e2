"""Speed of a scorecard of 200 measurables and 260 weeks, run by `make bench`.

Prints seconds and holds the limit: the grid is read, judged and averaged in under 100 ms of server time.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import pytest
from django.db import connection
from django.test import Client

from departments.models import Company, Department, Goal, Measurable, User
from departments.scorecards.selectors.scorecards import department_heat, grid
from departments.scorecards.views.grid import grid_rows
from tests.departments.scorecards.companies import DUE, NOW

pytestmark = [pytest.mark.bench, pytest.mark.django_db]
MEASURABLES, WEEKS, LIMIT_SECONDS = 200, 260, 0.100


def seconds(work: Callable[[], object], rounds: int = 7) -> float:
    """Median of a few rounds, the first one thrown away."""
    work()
    taken = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return float(np.median(taken))


def large_scorecard() -> Department:
    Company.objects.create(name="Large", reporting_currency="EUR", time_zone="Europe/Berlin")
    department = Department.objects.create(key="legal", name="Legal", kind="internal")
    rows = Measurable.objects.bulk_create(
        Measurable(department=department, key=f"m{n}", name=f"Number {n}", unit="reviews") for n in range(MEASURABLES)
    )
    Goal.objects.bulk_create(
        Goal(measurable=row, effective_from=date(2020 + year, 1, 1), rule="at_least", goal=90 + year)
        for row in rows
        for year in (0, 2, 4)
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO departments_entry (measurable_id, week, value, note, entered_at)"
            " SELECT m.id, %s::date - 7 * w, 80 + (m.id * 7 + w * 13) %% 30, '', now() FROM departments_measurable m,"
            " generate_series(0, %s) w",
            [DUE, WEEKS + 20],
        )
        cursor.execute("ANALYZE")
    return department


def test_the_grid_of_200_measurables_and_260_weeks() -> None:
    department = large_scorecard()
    root = User.objects.create_superuser("root")
    client = Client()
    client.force_login(root, backend="django.contrib.auth.backends.ModelBackend")
    taken = {
        "grid of 260 weeks": seconds(lambda: grid(department=department.pk, until_week=None, weeks=WEEKS, now=NOW)),
        "grid of 13 weeks, written": seconds(
            lambda: grid_rows(_grid(department, 13)),
        ),
        "heat of 260 weeks": seconds(lambda: department_heat(weeks=WEEKS, now=NOW)),
        "page of 13 weeks": seconds(lambda: client.get("/scorecards/legal/")),
        "page of 260 weeks": seconds(lambda: client.get("/scorecards/legal/?weeks=260")),
    }
    for name, took in taken.items():
        print(f"{name:<36}{took * 1000:>10.1f} ms")
    assert taken["grid of 260 weeks"] < LIMIT_SECONDS
    assert timedelta(seconds=taken["grid of 13 weeks, written"]) < timedelta(seconds=LIMIT_SECONDS)


def _grid(department: Department, weeks: int):  # type: ignore[no-untyped-def]
    found = grid(department=department.pk, until_week=None, weeks=weeks, now=NOW)
    assert found is not None
    return found
