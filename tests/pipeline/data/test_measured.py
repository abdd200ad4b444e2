"""Computed measurables: figures worked out by hand, against the leak map, written once and kept when a week closes."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from departments.models import Company, Department, Entry, EntryChange, Measurable
from departments.periods import week_period
from pipeline.core.measured import FIGURES, UnknownFigure, parse_source
from pipeline.generator.files.scorecards import NUMBERS
from pipeline.models import HandOff, RecomputeRun, ids_by_key
from pipeline.selectors.data.measured import followed
from pipeline.selectors.data.runs import latest_run
from pipeline.selectors.leaks.leaks import DealFilter, leaks_of
from pipeline.services.recompute import recompute
from pipeline.services.recompute.measured import STEP, measurables_compute
from tests.pipeline.companies import BEGIN, SmallCompany, company_make, event_add, handoff_add, opportunity_make

pytestmark = pytest.mark.django_db(transaction=True)
FIRST = date(2026, 3, 2)
SOURCES = (
    "leads:marketing", "accepted_leads:marketing", "entered_amount:marketing", "median_hold_days:contract:legal",
    "p90_hold_days:contract:legal", "mean_hold_days:legal", "queue:legal", "overdue_handoffs:legal",
    "returned_share:legal",
    "on_time_share:legal", "lost_amount:production", "lost_count:production", "revalued:sales", "won_amount",
    "won_count", "churn", "churn_caused:production",
)  # fmt: skip


def day(number: float) -> datetime:
    return BEGIN + timedelta(days=number)


def follow(*sources: str) -> None:
    department = Department.objects.get(key="legal")
    for source in sources:
        Measurable.objects.create(key=source.replace(":", "-"), department=department, name=source, source=source)


def values(source: str) -> dict[date, Decimal | None]:
    return dict(Entry.objects.filter(measurable__source=source).values_list("week", "value"))


def weekly(source: str, weeks: int = 4) -> list[float | None]:
    found = values(source)
    monday = [FIRST + timedelta(weeks=number) for number in range(1, weeks)]
    return [None if found.get(week) is None else float(found[week]) for week in monday]  # type: ignore[arg-type]


@pytest.fixture
def company() -> SmallCompany:
    """Deals A to D. BEGIN is Monday 2 March 09:00 in Berlin, so the first whole week is that of 9 March (days 7-13)."""
    made = company_make()
    deals = {key: opportunity_make(made, key) for key in "ABCD"}
    event_add(made, deals["A"], 0, "lead", 1000)
    event_add(made, deals["A"], 8, "offer", 1000)
    event_add(made, deals["A"], 9, "offer", 1500)
    event_add(made, deals["A"], 10, "contract", 1500)
    event_add(made, deals["A"], 14, "won", 1500)
    event_add(made, deals["B"], 8, "lead", 700)
    event_add(made, deals["B"], 9, "contract", 700)
    event_add(made, deals["B"], 12, "lost", 700, reason="late")
    event_add(made, deals["C"], 9, "contract", 400)
    event_add(made, deals["C"], 11, "won", 400)
    event_add(made, deals["C"], 20, "lost", 400, reason="late")
    event_add(made, deals["D"], 15, "lead", 90)
    handoff_add(made, deals["A"], "legal", 10, 13, due_at=day(12), outcome="returned")
    handoff_add(made, deals["B"], "legal", 9.5, due_at=day(10))
    handoff_add(made, deals["D"], "legal", 15, due_at=day(20))
    return made


def test_every_figure_counts_what_it_says(company: SmallCompany) -> None:
    follow(*SOURCES)
    recompute(as_of=day(28))
    expected: dict[str, list[float | None]] = {
        # week of                       9 Mar  16 Mar  23 Mar (days 7-13, 14-20, 21-27)
        "leads:marketing": [2, 1, 0],  # B and C, then D; A came before the first whole week
        "entered_amount:marketing": [1100, 90, 0],
        "accepted_leads:marketing": [3, 0, 0],  # the first step forward of A, B and C
        "median_hold_days:contract:legal": [2, 4, None],  # C days 9-11, A days 10-14; B was lost, not handed on
        "p90_hold_days:contract:legal": [2, 4, None],
        "mean_hold_days:legal": [2, 4, None],
        "queue:legal": [0, 1, 1],  # A is answered, B is lost; D waits
        "overdue_handoffs:legal": [0, 1, 1],
        "returned_share:legal": [100, None, None],
        "on_time_share:legal": [0, 0, None],  # due 12th day: A a day late, B never; D never
        "lost_amount:production": [700, 400, 0],
        "lost_count:production": [1, 1, 0],
        "revalued:sales": [500, 0, 0],
        "won_amount": [400, 1500, 0],
        "won_count": [1, 1, 0],
        "churn": [0, 400, 0],
        "churn_caused:production": [0, 400, 0],
    }
    assert set(expected) == set(SOURCES)
    assert {source.split(":")[0] for source in SOURCES} == set(FIGURES)
    assert {source: weekly(source) for source in SOURCES} == expected


def test_the_unfinished_week_and_the_days_before_the_first_whole_one_have_no_value(company: SmallCompany) -> None:
    follow("leads:marketing")
    recompute(as_of=day(24))
    assert sorted(values("leads:marketing")) == [date(2026, 3, 9), date(2026, 3, 16)]


def test_weekly_figures_are_those_of_the_leak_map(company: SmallCompany) -> None:
    follow("lost_amount:production", "won_amount")
    run = recompute(as_of=day(28))
    for week, lost in values("lost_amount:production").items():
        leaks = leaks_of(run=run, company=Company.objects.get(), deal_filter=DealFilter(period=week_period(week)))
        production = company.departments["production"].pk
        on_the_map = sum(cell.lost.amount for cell in leaks.cells if cell.department == production)
        assert lost == Decimal(on_the_map) / 100
        assert values("won_amount")[week] == Decimal(leaks.totals.won.amount) / 100


def test_twice_writes_nothing_the_second_time(company: SmallCompany) -> None:
    follow(*SOURCES)
    run = recompute(as_of=day(28))
    assert run.seconds[STEP] >= 0
    assert measurables_compute(run=run, now=day(28)).written == 0


def test_figures_that_cannot_be_counted_fail_no_run(company: SmallCompany, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**asked: object) -> None:
        raise RuntimeError("cannot be counted")

    monkeypatch.setattr("pipeline.services.recompute.measurables_count", broken)
    with pytest.raises(RuntimeError, match="cannot be counted"):
        recompute(as_of=day(28))
    run = latest_run()
    assert run is not None
    assert run.status == RecomputeRun.Status.DONE
    assert STEP not in run.seconds  # so a worker makes up for it


def test_a_late_event_changes_an_old_week_and_what_was_reported_is_kept(company: SmallCompany) -> None:
    follow("lost_amount:production")
    recompute(as_of=day(28))
    deal = opportunity_make(company, "E")
    event_add(company, deal, 8, "lead", 50, recorded_at=day(30))
    event_add(company, deal, 9, "lost", 50, reason="late", recorded_at=day(30))
    recompute(as_of=day(31))
    entry = Entry.objects.get(week=date(2026, 3, 9))
    assert (entry.value, entry.reported_value, entry.changed_after_close) == (750, 700, True)
    assert EntryChange.objects.get(entry=entry).after_close
    untouched = Entry.objects.get(week=date(2026, 3, 16))
    assert (untouched.version, untouched.changed_after_close) == (1, False)


def test_a_run_as_known_on_an_earlier_day_leaves_scorecards_alone(company: SmallCompany) -> None:
    follow("leads:marketing")
    recompute(as_of=day(28))
    before = values("leads:marketing")
    opportunity_make(company, "F")
    recompute(as_of=day(16), full=True)
    assert values("leads:marketing") == before


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("nonsense", "There is no figure “nonsense”"),
        ("leads", "write leads:<department>"),
        ("leads:nobody", "no department “nobody”"),
        ("median_hold_days:nowhere:legal", "no stage “nowhere”"),
        ("won_amount:sales", "write won_amount."),
    ],
)
@pytest.mark.always(1)
def test_a_source_that_names_nothing_is_told_and_harms_nobody(company: SmallCompany, source: str, told: str) -> None:
    follow(source, "leads:marketing")
    recompute(as_of=day(28))
    problems = {one.source: one.problem for one in followed(department="legal")}
    assert told in problems[source]
    assert problems["leads:marketing"] == ""
    assert values(source) == {}
    assert len(values("leads:marketing")) == 3


def test_a_changed_source_is_followed_when_it_is_saved(company: SmallCompany, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    monkeypatch.setattr("pipeline.tasks.measurable_followed.delay_on_commit", asked.append)
    follow("leads:marketing")
    measurable = Measurable.objects.get()
    measurable.source = "manual"
    measurable.save()
    assert asked == [measurable.pk]


def test_a_measurable_that_follows_a_figure_later_gets_its_whole_past(company: SmallCompany) -> None:
    from pipeline.tasks import measurable_followed

    recompute(as_of=day(28))
    follow("leads:marketing", "won_amount")
    measurable_followed(Measurable.objects.get(source="won_amount").pk)
    assert len(values("won_amount")) == 3
    assert values("leads:marketing") == {}


def test_without_any_deal_there_is_nothing_to_count() -> None:
    company_make()
    follow("leads:marketing")
    recompute()
    assert values("leads:marketing") == {}


def test_killed_between_figures_and_scorecards_the_next_run_catches_up(
    company: SmallCompany, monkeypatch: pytest.MonkeyPatch
) -> None:
    follow(*SOURCES)

    def killed(**given: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr("pipeline.services.recompute.measured.computed_entries_save", killed)
        with pytest.raises(SystemExit):
            recompute(as_of=day(28))
    run = latest_run()
    assert run
    assert run.status == RecomputeRun.Status.DONE
    assert STEP not in run.seconds
    assert not Entry.objects.exists()
    measurables_compute(run=run, now=day(28))
    assert weekly("leads:marketing") == [2, 1, 0]


def test_every_source_of_the_demo_company_is_known() -> None:
    stages = {key: [1] for key in ("lead", "proposal", "contract", "slot")}
    departments = {number.department: 1 for number in NUMBERS}
    for number in NUMBERS:
        if number.source != "manual":
            assert parse_source(number.source, stages=stages, departments=departments)
    with pytest.raises(UnknownFigure):
        parse_source("manual", stages=stages, departments=departments)


def test_cancelled_hand_offs_say_nothing_of_those_who_answer(company: SmallCompany) -> None:
    HandOff.objects.filter(opportunity__key="A").update(outcome="cancelled")
    follow("returned_share:legal", "on_time_share:legal")
    recompute(as_of=day(28), full=True)
    assert weekly("returned_share:legal") == [None, None, None]
    assert weekly("on_time_share:legal") == [0, 0, None]


def test_stages_of_one_key_in_two_pipelines_are_counted_together(company: SmallCompany) -> None:
    stages, _ = ids_by_key()
    assert stages["contract"] == [company.stages["contract"].pk]
