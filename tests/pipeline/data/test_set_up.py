"""The set-up: the plan pasted from a sheet, owners as a matrix, what is to do next, and what the data carry."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client

from departments.models import User
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


@pytest.mark.parametrize(
    ("pasted", "words"),
    [
        ("2026-Q9;1", "Line 1"),
        ("2026-Q1;abc", "abc"),
        ("2026-Q1;-5", "no amount of money"),
        ("2026-Q1;1,234", "could be"),
        ("2026-Q1;1;2", "has 2 amounts, and there are 1 pipelines"),
    ],
)
def test_a_wrong_plan_is_refused_with_its_line_and_nothing_is_kept(
    root: Client, small: SmallCompany, pasted: str, words: str
) -> None:
    answer = root.post("/set-up/plan/", {"paste": "2026-Q3;5\n".replace("5", "5") + pasted})
    assert answer.status_code == 422
    assert words.replace("Line 1", "Line 2") in answer.content.decode()
    assert not PlanTarget.objects.exists()


def test_the_matrix_gives_stages_their_departments(root: Client, small: SmallCompany) -> None:
    offer, market = small.stages["offer"], small.departments["market"]
    root.post("/set-up/owners/", {f"owner-{offer.pk}": str(small.departments["legal"].pk), "owner-x": "1"})
    offer.refresh_from_db()
    assert offer.owner_department == small.departments["legal"]
    # What is outside the company owns no stage.
    root.post("/set-up/owners/", {f"owner-{offer.pk}": str(market.pk)})
    offer.refresh_from_db()
    assert offer.owner_department == small.departments["legal"]


def test_an_empty_installation_begins_with_the_company(root: Client) -> None:
    page = root.get("/set-up/").content.decode()
    assert "Next: your company" in page
    assert [step.name for step in set_up_steps() if step.done] == []
    assert [line.name for line in readiness()] == ["Deals"]
    assert root.get("/set-up/plan/").status_code == 302
    assert root.get("/set-up/owners/").status_code == 200
