"""The plan of a span: one figure, looked up for each pipeline by itself, with a sentence where it does not fit."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from departments.models import Company
from departments.periods import FiscalCalendar
from pipeline.models import Pipeline, PlanTarget, Stage
from pipeline.selectors.plan.targets import span_target
from pipeline.services.recompute import recompute
from tests.pipeline.companies import BEGIN, SmallCompany, company_make, event_add, opportunity_make

pytestmark = pytest.mark.django_db(transaction=True)
AFTER = timedelta(days=400)


@pytest.fixture
def small(settings: Any, tmp_path: Any) -> SmallCompany:
    """A company with one deal, read as of the end of March 2027; what it won is less than two quarters old or none."""
    settings.CUSTODY_STORE = tmp_path / "custody"
    company = company_make()
    event_add(company, opportunity_make(company, "deal"), 0, "lead")
    return company


def planned(pipeline: Pipeline, *spans: tuple[str, str], target: int, segment: str = "") -> None:
    for start, end in spans:
        PlanTarget.objects.create(pipeline=pipeline, period_start=start, period_end=end, target=target, segment=segment)


def plan_of(period: str, **choice: str) -> tuple[float | None, tuple[str, ...]]:
    run = recompute(as_of=BEGIN + AFTER)
    target, remarks = span_target(
        run=run, company=Company.objects.get(), period=FiscalCalendar().parse(period), **choice
    )
    assert target.whole == target.to_date, "the period is over"
    return target.whole, remarks


QUARTERS = (("2026-01-01", "2026-03-31"), ("2026-04-01", "2026-06-30"))


def test_the_plan_counts_a_pipeline_once_and_its_segments_only_where_it_has_none(small: SmallCompany) -> None:
    planned(small.pipeline, *QUARTERS, target=900)
    planned(small.pipeline, *QUARTERS, target=500, segment="small")
    assert plan_of("2026-Q1") == (900, ())
    assert plan_of("2026-01-01..2026-06-30") == (1800, ())
    assert plan_of("2026-Q1", segment="small") == (500, ())
    assert plan_of("2026-Q1", segment="large") == (None, ())


def test_parts_that_add_up_to_another_amount_are_named_with_what_counts(small: SmallCompany) -> None:
    months = (("2026-01-01", "2026-01-31"), ("2026-02-01", "2026-02-28"), ("2026-03-01", "2026-03-31"))
    planned(small.pipeline, *QUARTERS, target=900)
    planned(small.pipeline, *months, target=200)
    assert plan_of("2026-Q1") == (
        900,
        ("the plan of New business from 2026-01-01 to 2026-03-31 is 900.00, and its parts add up to 600.00: the whole "
         "counts",),
    )  # fmt: skip
    assert plan_of("2026-01-01..2026-06-30") == (
        1500,
        ("the plan of New business from 2026-01-01 to 2026-03-31 is 900.00, and its parts add up to 600.00: they "
         "count",),
    )  # fmt: skip
    # A month says nothing of the quarter, and equal sums contradict nothing.
    assert plan_of("2026-02") == (200, ())
    PlanTarget.objects.filter(target=200).update(target=300)
    assert plan_of("2026-Q1") == (900, ())


def test_segments_beyond_their_pipeline_are_named(small: SmallCompany) -> None:
    planned(small.pipeline, *QUARTERS, target=900)
    planned(small.pipeline, *QUARTERS, target=500, segment="small")
    planned(small.pipeline, *QUARTERS, target=600, segment="large")
    sentence = "the plan of New business is 900.00, and its segments have 1,100.00 together: the pipeline’s counts"
    assert plan_of("2026-Q1") == (900, (sentence,))


def test_a_longer_plan_is_prorated_and_named(small: SmallCompany) -> None:
    """Without a whole quarter of history by days: 31 of the 90 days of the first quarter of 2026."""
    planned(small.pipeline, *QUARTERS, target=900)
    target, remarks = plan_of("2026-03")
    assert target == pytest.approx(310)
    assert "New business from 2026-01-01 to 2026-03-31 is prorated to 2026-03-01..2026-03-31" in remarks[-1]
    assert "prorated by days" in remarks[0]


def test_a_month_beside_the_plan_of_its_year_does_not_hide_it(small: SmallCompany) -> None:
    """A year of 3,650 and a January of 500: the quarter has 90 of the year's 365 days, and January its own plan."""
    planned(small.pipeline, ("2026-01-01", "2026-12-31"), target=3650)
    planned(small.pipeline, ("2026-01-01", "2026-01-31"), target=500)
    target, remarks = plan_of("2026-Q1")
    # By days within a quarter, and each quarter of a year a quarter of it.
    assert target == pytest.approx(3650 / 4)
    assert "the plan of New business from 2026-01-01 to 2026-01-31 is 500.00 and does not count" in remarks[-2]
    assert "New business from 2026-01-01 to 2026-12-31 is prorated to 2026-01-01..2026-03-31" in remarks[-1]
    assert plan_of("2026-01") == (500, ())
    assert plan_of("2026")[0] == 3650


def test_days_without_a_plan_leave_the_span_without_one(small: SmallCompany) -> None:
    planned(small.pipeline, *QUARTERS, target=900)
    target, remarks = plan_of("2026")
    assert target is None
    assert remarks == ("the plan of New business leaves 184 of the 365 days without a target",)


def test_the_plan_of_each_pipeline_is_looked_up_by_itself(small: SmallCompany) -> None:
    """One pipeline plans the quarter, one its months: 5,000 and 3 x 1,000, whichever rows the other has."""
    second = Pipeline.objects.create(key="renewals", name="Renewals")
    sales = small.departments["sales"]
    Stage.objects.create(pipeline=second, key="won", name="Won", position=1, owner_department=sales, earns=True)
    months = tuple((f"2026-{month}-01", f"2026-{month}-{last}") for month, last in ((10, 31), (11, 30), (12, 31)))
    planned(small.pipeline, ("2026-10-01", "2026-12-31"), target=5000)
    planned(second, *months, target=1000)
    planned(second, ("2026-01-01", "2026-12-31"), target=99)
    assert plan_of("2026-Q4") == (8000, ())
    assert plan_of("2026-Q4", pipeline="renewals") == (3000, ())
    assert plan_of("2026-11", pipeline="renewals") == (1000, ())
    PlanTarget.objects.filter(pipeline=second).update(segment="small")
    assert plan_of("2026-Q4") == (8000, ())


@pytest.mark.parametrize(
    ("weeks", "first", "last"),
    [
        ((5, 8), "2026-09-28", "2026-12-27"),
        ((4, 4, 5), "2026-09-28", "2026-12-27"),
        ((5, 4, 5), "2026-09-28", "2027-01-03"),
    ],
)
@pytest.mark.always(1)
def test_a_plan_of_weeks_is_named_where_it_nearly_fits(
    small: SmallCompany, weeks: tuple[int, ...], first: str, last: str
) -> None:
    start = date.fromisoformat(first)
    for many in weeks:
        end = start + timedelta(weeks=many, days=-1)
        planned(small.pipeline, (str(start), str(end)), target=900)
        start = end + timedelta(days=1)
    target, remarks = plan_of("2026-Q4")
    assert (target is None) == (last < "2026-12-31"), "days after the plan's last one have no target"
    assert f"runs from {first} to {last}, not from 2026-10-01 to 2026-12-31" in remarks[-1]
    assert plan_of(f"{first}..{last}") == (900 * len(weeks), ())


def test_no_month_has_a_plan_below_zero_because_a_win_was_taken_back(small: SmallCompany) -> None:
    """1,000 won in the first month of a quarter and lost in its second, 500 won in its third: the middle one fell."""
    lost, won = (opportunity_make(small, key) for key in ("lost", "won"))
    for deal, day, stage, amount in ((lost, 35, "won", 1000), (lost, 70, "lost", 1000), (won, 110, "won", 500)):
        event_add(small, deal, day, stage, amount)
    planned(small.pipeline, ("2027-01-01", "2027-03-31"), target=900)
    months = [plan_of(f"2027-{month:02d}")[0] for month in (1, 2, 3)]
    assert all(target is not None and target >= 0 for target in months), months
    assert sum(target or 0 for target in months) == pytest.approx(900)
