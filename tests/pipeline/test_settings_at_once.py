"""Two who save settings at the same moment: the second is checked against what the first has saved."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from departments.models import Company, Department, DepartmentHead, User
from pipeline.models import LossReason, Pipeline, PlanTarget
from tests.departments.web.simultaneous import simultaneously
from tests.forms.html_forms import forms_of

pytestmark = pytest.mark.django_db(transaction=True)
PLAN = "/set-up/plan/?by=quarter"


@pytest.fixture
def browsers() -> list[Client]:
    """Two people who may change settings, signed in."""
    cache.clear()
    Company.objects.create(name="Acme", reporting_currency="EUR", time_zone="Europe/Berlin")
    Department.objects.create(key="legal", name="Legal")
    Pipeline.objects.create(key="new", name="New business")
    clients = [Client(raise_request_exception=False) for _ in range(2)]
    for number, client in enumerate(clients):
        person = User.objects.create_superuser(f"root{number}", f"root{number}@example.com")
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return clients


def sent(client: Client, address: str, form: dict[str, Any]) -> Any:
    return lambda: client.post(address, form)


def test_two_amounts_for_one_quarter(browsers: list[Client]) -> None:
    page = browsers[0].get(PLAN)
    form = next(form for form in forms_of(PLAN, page.content) if form.action.startswith("/set-up/plan/"))
    cell = next(name for name in form.sent() if name.startswith("plan-"))
    amounts = ["1000", "2000"]
    answers = simultaneously(
        *(
            sent(client, form.action, form.sent() | {cell: amount})
            for client, amount in zip(browsers, amounts, strict=True)
        ),
        table="pipeline_plantarget",
    )
    assert sorted(answer.status_code for answer in answers) == [302, 422]
    second = next(answer for answer in answers if answer.status_code == 422)
    assert "in the meantime" in second.content.decode()
    assert str(int(PlanTarget.objects.get().target)) == amounts[1 - answers.index(second)]


def test_an_amount_that_an_import_changes(browsers: list[Client]) -> None:
    """It is waited for, and then it is in the way."""
    page = browsers[0].get(PLAN)
    form = next(form for form in forms_of(PLAN, page.content) if form.action.startswith("/set-up/plan/"))
    cell = next(name for name in form.sent() if name.startswith("plan-"))
    browsers[0].post(form.action, form.sent() | {cell: "1000"})
    shown = form.sent() | {f"shown-{cell}": "1000", cell: "2000"}
    (answer,) = simultaneously(
        sent(browsers[1], form.action, shown),
        table="pipeline_plantarget",
        meanwhile="UPDATE pipeline_plantarget SET target = 7",
    )
    assert answer.status_code == 422
    assert PlanTarget.objects.get().target == 7


def test_heads_whose_days_overlap(browsers: list[Client]) -> None:
    legal = Department.objects.get()
    heads = [
        {"department": legal.pk, "name": "Ann", "since": "2026-01-01", "until": "2026-06-30"},
        {"department": legal.pk, "name": "Bob", "since": "2026-03-01", "until": "2026-09-30"},
    ]
    answers = simultaneously(
        *(sent(client, "/settings/heads/new/", head) for client, head in zip(browsers, heads, strict=True)),
        table="departments_departmenthead",
    )
    assert sorted(answer.status_code for answer in answers) == [302, 422]
    assert DepartmentHead.objects.count() == 1


def test_a_key_that_both_give(browsers: list[Client]) -> None:
    form = {"name": "Price", "key": "price", "department": Department.objects.get().pk}
    answers = simultaneously(
        *(sent(client, "/settings/reasons/new/", form) for client in browsers), table="pipeline_lossreason"
    )
    assert sorted(answer.status_code for answer in answers) == [302, 422]
    assert LossReason.objects.count() == 1


def test_a_company_that_both_begin(browsers: list[Client]) -> None:
    page = browsers[0].get("/settings/")
    form = next(form for form in forms_of("/settings/", page.content) if form.action == "/settings/").sent()
    Pipeline.objects.all().delete()
    Company.objects.all().delete()
    form = {name: value for name, value in form.items() if not name.startswith("initial-")}
    answers = simultaneously(*(sent(client, "/settings/", form) for client in browsers), table="departments_company")
    assert {answer.status_code for answer in answers} <= {302, 422}
    assert Company.objects.count() == 1
