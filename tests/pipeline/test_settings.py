"""Settings: lists that are read, added to, changed and removed by pages, and every change of them in the audit."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client

from departments.models import Company, Department, DepartmentHead, Membership, User
from departments.people.selectors.audit import AuditFilters, changes
from departments.periods import FiscalCalendar
from pipeline.models import ExchangeRate, Opportunity, Pipeline, PlanTarget, Stage, StageOwner

pytestmark = pytest.mark.django_db
COMPANY = {
    "name": "Acme",
    "reporting_currency": "EUR",
    "time_zone": "Europe/Berlin",
    "fiscal_year_start_month": "4",
    "week_close_weekday": "1",
    "week_close_time": "09:30",
}


@pytest.fixture
def analyst() -> Client:
    user = User.objects.create_user("ana", first_name="Ana")
    Membership.objects.create(user=user, role="analyst")
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def stage() -> Stage:
    sales = Department.objects.create(key="sales", name="Sales")
    return Stage.objects.create(
        pipeline=Pipeline.objects.create(key="new", name="New business"),
        key="offer",
        name="Offer",
        position=1,
        owner_department=sales,
    )


def test_an_empty_installation_is_set_up_by_its_pages(analyst: Client) -> None:
    assert "Set up your company" in analyst.get("/settings/").content.decode()
    assert analyst.post("/settings/", COMPANY).status_code == 302
    assert Company.objects.get().fiscal_year_start_month == 4
    for kind, data in (
        ("departments", {"name": "Legal", "key": "legal", "kind": "internal"}),
        ("pipelines", {"name": "Renewal", "key": "renewal"}),
    ):
        assert analyst.post(f"/settings/{kind}/new/", data).status_code == 302, kind
    legal, renewal = Department.objects.get(key="legal"), Pipeline.objects.get(key="renewal")
    stage = {
        "name": "Contract", "key": "contract", "pipeline": renewal.pk, "position": 1,
        "owner_department": legal.pk, "time_limit_days": "5",
    }  # fmt: skip
    target = {
        "pipeline": renewal.pk, "segment": "", "period_start": "2026-10-01", "period_end": "2026-12-31",
        "target": "1200000.50",
    }  # fmt: skip
    for kind, data in (
        ("stages", stage),
        ("reasons", {"name": "Terms", "key": "terms", "department": legal.pk}),
        ("sources", {"name": "Fair", "key": "fair", "department": legal.pk}),
        ("plan", target),
        ("rates", {"currency": "USD", "date": "2026-01-01", "rate": "0.92"}),
    ):
        assert analyst.post(f"/settings/{kind}/new/", data).status_code == 302, kind
        assert analyst.get(f"/settings/{kind}/").status_code == 200
    assert "1,200,000.50" in analyst.get("/settings/plan/").content.decode()
    assert "0.92" in analyst.get("/settings/plan/").content.decode()


def test_a_change_is_in_the_audit_with_its_person(analyst: Client, stage: Stage) -> None:
    page = f"/settings/stages/{stage.pk}/"
    data = {"name": "Offer", "position": 1, "owner_department": stage.owner_department_id, "time_limit_days": "12"}
    assert analyst.post(page, data).status_code == 302
    [change] = changes(filters=AuditFilters(kind="pipeline.Stage")).changes
    assert (change.person, change.action, change.address) == ("Ana", "changed", page)
    assert [(one.field, one.before, one.after) for one in change.differences] == [("time limit days", None, "12")]


def test_heads_have_their_days_beside_the_departments(analyst: Client, stage: Stage) -> None:
    sales = stage.owner_department
    anna = {"department": sales.pk, "name": "Anna Roth", "account": "", "since": "", "until": "2026-08-14"}
    bruno = {"department": sales.pk, "name": "Bruno Maier", "account": "", "since": "2026-08-15", "until": ""}
    assert [analyst.post("/settings/heads/new/", data).status_code for data in (anna, bruno)] == [302, 302]
    analyst.get("/settings/departments/")  # says that they are saved
    page = analyst.get("/settings/departments/").content.decode()
    assert page.index("Anna Roth") < page.index("14 Aug 2026") < page.index("Bruno Maier") < page.index("15 Aug 2026")
    head = DepartmentHead.objects.get(name="Anna Roth")
    answer = analyst.post(f"/settings/heads/{head.pk}/", anna | {"until": "2026-08-20"})
    assert answer.status_code == 422
    assert "the last day of Anna Roth must be before" in answer.content.decode()
    head.refresh_from_db()
    assert head.until == date(2026, 8, 14)
    changed = changes(filters=AuditFilters(kind="departments.DepartmentHead")).changes
    assert [(change.person, change.action) for change in changed] == [("Ana", "made"), ("Ana", "made")]


def test_keys_stay_as_they_were_given(analyst: Client, stage: Stage) -> None:
    data = {"name": "Bid", "key": "bid", "position": 1, "owner_department": stage.owner_department_id}
    analyst.post(f"/settings/stages/{stage.pk}/", data)
    stage.refresh_from_db()
    assert (stage.key, stage.name) == ("offer", "Bid")


def test_what_is_wrong_is_said_and_kept(analyst: Client, stage: Stage) -> None:
    data = {
        "pipeline": stage.pipeline_id, "period_start": "2026-10-01", "period_end": "2026-09-01", "target": "5",
    }  # fmt: skip
    answer = analyst.post("/settings/plan/new/", data)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert 'value="2026-09-01"' in page
    assert page.index('class="form-errors" role="alert"') < page.index('<label for="setting-'), (
        "said before the first field"
    )
    assert not PlanTarget.objects.exists()


def test_a_refused_form_says_first_that_nothing_is_saved_and_leads_to_its_fields(analyst: Client, stage: Stage) -> None:
    data = {"pipeline": stage.pipeline_id, "period_start": "soon", "period_end": "2026-12-31", "target": "much"}
    page = analyst.post("/settings/plan/new/", data).content.decode()
    summary = page[page.index('class="form-errors"') :].partition("</div>")[0]
    assert "Not saved. Please correct:" in summary
    for name in ("period_start", "target"):
        assert f'href="#setting-{name}"' in summary
        assert f'id="setting-{name}"' in page
    assert "period_end" not in summary
    assert "form-errors" not in analyst.get("/settings/plan/new/").content.decode()


PLAN = {"period_start": "2026-10-01", "period_end": "2026-12-31", "target": "5"}
RATE = {"currency": "USD", "date": "2026-01-01", "rate": "0.92"}
DAY, NUMBER = "Write a day such as 2026-11-23.", "Write a number such as 1234.50"


@pytest.mark.parametrize("way", ["/settings/{kind}/new/", "/admin/pipeline/{model}/add/"])
@pytest.mark.parametrize(
    ("kind", "model", "field", "text", "words"),
    [
        *(
            ("plan", "plantarget", "target", text, NUMBER)
            for text in ("1e3", "1_000", "٣", "1,234.50", "12,5", "nan", "-")
        ),
        *(("plan", "plantarget", field, "01/02/2026", DAY) for field in ("period_start", "period_end")),
        ("plan", "plantarget", "period_start", "2026-02-30", DAY),
        ("plan", "plantarget", "expectation", "5.005", "no more than 2 decimal places"),
        ("rates", "exchangerate", "rate", "1e-3", NUMBER),
        ("rates", "exchangerate", "date", "9999-12-31", "not a day from 1900"),
    ],
)
def test_what_could_be_read_otherwise_is_refused_by_settings_and_admin(
    stage: Stage, way: str, kind: str, model: str, field: str, text: str, words: str
) -> None:
    client = Client()
    client.force_login(User.objects.create_superuser("root"), backend="django.contrib.auth.backends.ModelBackend")
    data = (PLAN | {"pipeline": stage.pipeline_id} if kind == "plan" else RATE) | {field: text}
    answer = client.post(way.format(kind=kind, model=model), data)
    assert words in answer.content.decode().replace("&#x27;", "'")
    assert not PlanTarget.objects.exists()
    assert not ExchangeRate.objects.exists()


def test_keys_and_segments_are_stored_as_files_bring_them(analyst: Client, stage: Stage) -> None:
    """One typed with separate accents is the same as one with composed letters."""
    assert analyst.post("/settings/pipelines/new/", {"name": "Ü", "key": "u\u0308ber"}).status_code == 302
    assert Pipeline.objects.filter(key="\u00fcber").exists()
    again = analyst.post("/settings/pipelines/new/", {"name": "Ü", "key": "\u00fcber"})
    assert again.status_code == 422
    plan = PLAN | {"pipeline": stage.pipeline_id, "segment": "Gro\u00dfkunden, u\u0308ber"}
    assert analyst.post("/settings/plan/new/", plan).status_code == 302
    assert PlanTarget.objects.get().segment == "Gro\u00dfkunden, \u00fcber"


def test_what_is_in_use_cannot_be_removed(analyst: Client, stage: Stage) -> None:
    sales = stage.owner_department
    answer = analyst.post(f"/settings/departments/{sales.pk}/remove/")
    assert answer.status_code == 409
    assert "in use" in answer.content.decode()
    target = PlanTarget.objects.create(
        pipeline=stage.pipeline, period_start=date(2026, 1, 1), period_end=date(2026, 3, 31), target=Decimal(7)
    )
    assert analyst.post(f"/settings/plan/{target.pk}/remove/").status_code == 302
    assert not PlanTarget.objects.exists()


def test_the_currency_is_fixed_where_there_are_deals(analyst: Client, stage: Stage) -> None:
    analyst.post("/settings/", COMPANY)
    Opportunity.objects.create(key="d", pipeline=stage.pipeline, currency="EUR")
    assert analyst.post("/settings/", COMPANY | {"reporting_currency": "USD"}).status_code == 302
    assert Company.objects.get().reporting_currency == "EUR"


def test_the_words_of_verdicts_are_chosen_and_the_choice_is_in_the_audit(analyst: Client) -> None:
    analyst.post("/settings/", COMPANY)
    assert Company.objects.get().verdict_words == "contributes"
    assert analyst.post("/settings/", COMPANY | {"verdict_words": "added"}).status_code == 302
    assert Company.objects.get().verdict_words == "added"
    (change,) = changes(filters=AuditFilters(kind="departments.Company")).changes[0].differences
    assert (change.field, change.before, change.after) == (
        "verdict words", "contributes, contaminates", "added, cost us",
    )  # fmt: skip
    assert analyst.post("/settings/", COMPANY | {"verdict_words": "to blame"}).status_code == 422
    # A page that was opened before there was a choice does not send one.
    assert analyst.post("/settings/", COMPANY).status_code == 302
    assert Company.objects.get().verdict_words == "added"


WEEKS = {
    "fiscal_year_start_month": "2",
    "fiscal_periods": "4-5-4",
    "fiscal_year_end_weekday": "saturday",
    "fiscal_year_end_rule": "nearest",
    "fiscal_year_named_after": "start",
}
"""The retail calendar."""


def test_a_fiscal_year_of_weeks_is_chosen_and_the_page_says_its_days(analyst: Client) -> None:
    analyst.post("/settings/", COMPANY)
    assert Company.objects.get().fiscal_calendar == FiscalCalendar(start_month=4)
    with time_machine.travel(datetime(2023, 6, 1, 12, tzinfo=UTC), tick=False):
        assert "As saved, fiscal 2024 is 1 Apr 2023 to 31 Mar 2024." in analyst.get("/settings/").content.decode()
        assert analyst.post("/settings/", COMPANY | WEEKS).status_code == 302
        page = analyst.get("/settings/").content.decode()
        assert "As saved, fiscal 2023 is 29 Jan 2023 to 3 Feb 2024, 53 weeks." in page
    calendar = Company.objects.get().fiscal_calendar
    assert calendar.quarter(2023, 4).end == date(2024, 2, 3)
    fields = {difference.field for difference in changes(filters=AuditFilters()).changes[0].differences}
    assert {"fiscal periods", "fiscal year end rule", "fiscal year named after"} <= fields
    # A page that was opened before there was a choice does not send one.
    assert analyst.post("/settings/", COMPANY | {"fiscal_year_start_month": "2"}).status_code == 302
    assert Company.objects.get().fiscal_calendar == calendar


def test_the_form_of_the_fiscal_year_is_in_german(analyst: Client, settings: Any) -> None:
    settings.LANGUAGES = [("en", "English"), ("de", "German")]
    analyst.post("/settings/", COMPANY | WEEKS)
    page = analyst.get("/settings/", headers={"Accept-Language": "de"}).content.decode()
    for text in ("Das Geschäftsjahr", "4, 5 und 4 Wochen je Quartal", "Samstag", "Gespeichert: Das Geschäftsjahr"):
        assert text in page


def test_plans_beside_a_new_fiscal_calendar_are_counted(analyst: Client, stage: Stage) -> None:
    analyst.post("/settings/", COMPANY)
    for start, end in (((2026, 1, 1), (2026, 3, 31)), ((2026, 2, 1), (2026, 5, 2))):
        PlanTarget.objects.create(pipeline=stage.pipeline, period_start=date(*start), period_end=date(*end), target=7)
    page = analyst.post("/settings/", COMPANY | WEEKS, follow=True).content.decode()
    assert "The plan of 1 period is kept for its days" in page
    assert "Figures follow with the next calculation" in page
    assert "is kept for" not in analyst.post("/settings/", COMPANY | WEEKS, follow=True).content.decode()


@pytest.mark.parametrize(
    ("field", "value"),
    [("fiscal_periods", "4-4-4"), ("fiscal_year_end_weekday", "5"), ("fiscal_year_end_rule", "first")],
)
def test_what_is_no_fiscal_year_is_refused(analyst: Client, field: str, value: str) -> None:
    analyst.post("/settings/", COMPANY | WEEKS)
    answer = analyst.post("/settings/", COMPANY | WEEKS | {field: value})
    assert answer.status_code == 422
    assert f"{value} is not one of the available choices" in answer.content.decode()
    assert Company.objects.get().fiscal_calendar.weeks is not None


def test_a_list_that_does_not_exist_is_nowhere(analyst: Client) -> None:
    assert analyst.get("/settings/nothing/").status_code == 404
    assert analyst.get("/settings/stages/999/").status_code == 404


def test_a_later_owner_begins_with_its_day_where_the_company_is(analyst: Client, stage: Stage) -> None:
    analyst.post("/settings/", COMPANY)
    legal = Department.objects.create(key="legal", name="Legal")
    data = {"stage": stage.pk, "department": legal.pk, "since": "2026-03-01"}
    assert analyst.post("/settings/owners/new/", data).status_code == 302
    owner = StageOwner.objects.get()
    assert owner.since.isoformat() == "2026-02-28T23:00:00+00:00"  # midnight in Berlin
    noon = owner.since + timedelta(hours=12)
    StageOwner.objects.update(since=noon)
    assert analyst.post(f"/settings/owners/{owner.pk}/", data).status_code == 302
    owner.refresh_from_db()
    assert owner.since == noon, "its day is the same, so its hour stays"
