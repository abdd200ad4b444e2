"""The set-up: the plan pasted from a sheet, owners as a matrix, what is to do next, and what the data carry."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import time_machine
from django.test import Client

from departments.models import Company, User
from pipeline.models import PlanTarget
from pipeline.selectors.data.readiness import readiness
from pipeline.selectors.data.set_up import set_up_steps
from tests.pipeline.companies import SmallCompany, company_make

pytestmark = pytest.mark.django_db


@pytest.fixture
def small() -> SmallCompany:
    return company_make()


@pytest.fixture
def root() -> Client:
    client = Client()
    person = User.objects.create_superuser("root", "root@example.com", "quiet-river-stone")
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_rows_of_a_sheet_become_targets_of_quarters(root: Client, small: SmallCompany) -> None:
    pasted = "2026-Q1\t1.200.000,50\n2026-Q2;300000\n"
    assert root.post("/set-up/plan/", {"paste": pasted}).status_code == 302
    targets = {row.period_start: (row.period_end, row.target) for row in PlanTarget.objects.all()}
    assert targets == {
        date(2026, 1, 1): (date(2026, 3, 31), Decimal("1200000.50")),
        date(2026, 4, 1): (date(2026, 6, 30), Decimal("300000")),
    }
    # Pasted again with another amount it is changed, not added.
    root.post("/set-up/plan/", {"paste": "2026-Q2;310000"})
    assert PlanTarget.objects.get(period_start=date(2026, 4, 1)).target == 310_000


def test_the_plan_of_a_fiscal_year_of_weeks_is_entered_by_its_quarters_and_months(
    root: Client, small: SmallCompany
) -> None:
    """A year to the last Saturday of December, 4-4-5: 2026 began on 28 December 2025."""
    Company.objects.update(fiscal_periods="4-4-5")
    assert root.post("/set-up/plan/", {"paste": "2026-Q1;300000\n2026-P04;90000\n"}).status_code == 302
    targets = {(row.period_start, row.period_end): row.target for row in PlanTarget.objects.all()}
    assert targets == {
        (date(2025, 12, 28), date(2026, 3, 28)): 300_000,
        (date(2026, 3, 29), date(2026, 4, 25)): 90_000,
    }
    with time_machine.travel(datetime(2026, 11, 29, 12, tzinfo=UTC), tick=False):
        page = root.get("/set-up/plan/").content.decode()
        quarter = next(row for row in page.split("<tr>") if ">2026-Q1 " in row)
        assert "28 Dec 2025 – 28 Mar" in quarter
        assert 'value="300000"' in quarter
        pipe = PlanTarget.objects.first().pipeline_id
        root.post("/set-up/plan/", {f"plan-{pipe}-2026-03-29": "310000"})
        # P04 has four weeks, from the day on which the second quarter begins; the grid of months shows and changes it.
        page = root.get("/set-up/plan/?by=month").content.decode()
        month = next(row for row in page.split("<tr>") if ">2026-P04 " in row)
        assert "29 Mar – 25 Apr" in month.replace(" 2026", "")
        assert 'value="90000"' in month
        assert page.count('<tr><th scope="row">') == 36
        root.post("/set-up/plan/?by=month", {f"plan-{pipe}-2026-03-29": "95000", f"plan-{pipe}-2026-04-26": "7"})
    assert PlanTarget.objects.get(period_end=date(2026, 6, 27)).period_start == date(2026, 3, 29)
    assert PlanTarget.objects.get(period_end=date(2026, 4, 25)).target == 95_000
    assert PlanTarget.objects.get(period_start=date(2026, 4, 26)).period_end == date(2026, 5, 23)


@time_machine.travel("2026-11-25T09:00:00Z", tick=False)
def test_the_grid_is_of_months_where_the_plan_has_no_quarters(root: Client, small: SmallCompany) -> None:
    assert root.post("/set-up/plan/", {"paste": "2026-10;5\n2026-11;6\n"}).status_code == 302
    page = root.get("/set-up/plan/").content.decode()
    assert "What each month is meant to bring" in page
    assert 'value="6"' in page
    assert 'value="6"' not in root.get("/set-up/plan/?by=quarter").content.decode()
    root.post("/set-up/plan/", {"paste": "2026-Q3;9"})
    assert "What each quarter is meant to bring" in root.get("/set-up/plan/").content.decode()


@pytest.mark.parametrize(
    ("pasted", "sentence"),
    [
        ("2026-Q9;1", "Line 2"),
        ("2026-Q1;abc", "abc"),
        ("2026-Q1;-5", "no amount of money"),
        ("2026-Q1;1,234", "could be"),
        ("2026-Q1;1;2", "has 2 amounts, and there are 1 pipelines"),
        ("2026-Q1;-", "Line 2: “-” may be 0 or nothing. Write 0, or leave it empty."),
        ("2026-Q1;12.3456", "Line 2: “12.3456” has more than 2 decimals."),
        ("2026-Q1;5 %", "Line 2: “5 %” is no amount of money."),
        ("2026-Q1", "Line 2 has no amount."),
        ("2026-Q1;1\n2026-Q1;2", "Line 3: 2026-Q1 of New business has two amounts, “1” and “2”."),
        ("2026-Q1;1\n2026-01-01..2026-03-31;2", "has two amounts"),
        ("2026-Q1;abc", "Line 2: “abc” is not a number. Write one like 1234.5 or 1234,5, or leave it empty.</li>"),
    ],
)
def test_a_wrong_plan_is_refused_with_its_line_and_nothing_is_kept(
    root: Client, small: SmallCompany, pasted: str, sentence: str
) -> None:
    answer = root.post("/set-up/plan/", {"paste": "2026-Q3;5\n" + pasted})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not PlanTarget.objects.exists()


def test_the_same_amount_twice_is_one(root: Client, small: SmallCompany) -> None:
    assert root.post("/set-up/plan/", {"paste": "2026-Q1;7\n2026-Q1;7\n"}).status_code == 302
    assert PlanTarget.objects.get().target == 7


def grid(pipeline: int, *, shown: str, now: str) -> dict[str, str]:
    """What the grid sends of the running quarter's cell."""
    name = f"plan-{pipeline}-2026-10-01"
    return {f"shown-{name}": shown, name: now}


@time_machine.travel("2026-11-25T09:00:00Z", tick=False)
def test_a_cell_that_nobody_touched_does_not_take_back_what_another_wrote(root: Client, small: SmallCompany) -> None:
    quarter = {"period_start": date(2026, 10, 1), "period_end": date(2026, 12, 31)}
    pipeline = small.stages["offer"].pipeline_id
    PlanTarget.objects.create(pipeline_id=pipeline, target=Decimal(900), **quarter)
    # The page was opened when 800 stood there.
    assert root.post("/set-up/plan/", grid(pipeline, shown="800", now="800")).status_code == 302
    assert PlanTarget.objects.get().target == 900
    answer = root.post("/set-up/plan/", grid(pipeline, shown="800", now="850"))
    assert (answer.status_code, "changed to 900 in the meantime" in answer.content.decode()) == (422, True)
    assert PlanTarget.objects.get().target == 900
    assert root.post("/set-up/plan/", grid(pipeline, shown="900", now="850")).status_code == 302
    assert PlanTarget.objects.get().target == 850
    assert root.post("/set-up/plan/", grid(pipeline, shown="850", now="")).status_code == 302
    assert not PlanTarget.objects.exists()


@time_machine.travel("2026-11-25T09:00:00Z", tick=False)
def test_a_paste_and_a_cell_that_differ_are_refused(root: Client, small: SmallCompany) -> None:
    pipeline = small.stages["offer"].pipeline_id
    answer = root.post("/set-up/plan/", grid(pipeline, shown="", now="5") | {"paste": "2026-Q4;6"})
    assert (answer.status_code, "has two amounts, “5” and “6”" in answer.content.decode()) == (422, True)
    assert not PlanTarget.objects.exists()


@time_machine.travel("2026-11-25T09:00:00Z", tick=False)
def test_a_target_with_an_expectation_is_not_removed_by_emptying_it(root: Client, small: SmallCompany) -> None:
    pipeline = small.stages["offer"].pipeline_id
    PlanTarget.objects.create(
        pipeline_id=pipeline, target=Decimal(900), expectation=Decimal(800), period_start=date(2026, 10, 1),
        period_end=date(2026, 12, 31),
    )  # fmt: skip
    answer = root.post("/set-up/plan/", grid(pipeline, shown="900", now=""))
    assert (answer.status_code, "800, told outside, would go" in answer.content.decode()) == (422, True)
    assert PlanTarget.objects.get().expectation == 800


def test_the_matrix_gives_stages_their_departments(root: Client, small: SmallCompany) -> None:
    offer, market = small.stages["offer"], small.departments["market"]
    assert root.post("/set-up/owners/", {f"owner-{offer.pk}": str(small.departments["legal"].pk)}).status_code == 302
    offer.refresh_from_db()
    assert offer.owner_department == small.departments["legal"]
    # What is outside the company owns no stage; what is unknown is named, and nothing of the form is written.
    lead, sales = small.stages["lead"], str(small.departments["sales"].pk)
    for posted, sentence in (
        ({f"owner-{offer.pk}": str(market.pk)}, f"There is no department {market.pk} in the company."),
        ({f"owner-{offer.pk}": sales, "owner-987654": sales}, "There is no stage 987654."),
        ({f"owner-{offer.pk}": sales, "owner-x": sales}, "“x” is no stage or department."),
        ({f"owner-{lead.pk}": "²", f"owner-{offer.pk}": sales}, "“²” is no stage or department."),
    ):
        answer = root.post("/set-up/owners/", posted)
        assert (answer.status_code, sentence in answer.content.decode()) == (422, True), posted
        offer.refresh_from_db()
        assert offer.owner_department == small.departments["legal"]


def test_an_empty_installation_begins_with_the_company(root: Client) -> None:
    page = root.get("/set-up/").content.decode()
    assert "Next: your company" in page
    assert [step.name for step in set_up_steps() if step.done] == []
    assert [line.name for line in readiness()] == ["Deals"]
    assert root.get("/set-up/plan/").status_code == 302
    assert root.get("/set-up/owners/").status_code == 200


@pytest.mark.parametrize("name", ["plan-1-2019-01-01", "plan-999-2026-10-01", "plan-x"])
def test_an_amount_of_a_period_that_is_not_in_the_grid_is_not_dropped(
    root: Client, small: SmallCompany, name: str
) -> None:
    """The page was opened before the quarter, the calendar or the pipelines changed."""
    page = root.post("/set-up/plan/", {name: "5", f"shown-{name}": ""})
    assert (page.status_code, PlanTarget.objects.count()) == (422, 0)
    assert "Open it again" in page.content.decode()
    assert root.post("/set-up/plan/", {name: "5", f"shown-{name}": "5"}).status_code == 302, "nothing was entered"
