"""Two people with the same form of settings open: neither takes back in silence what the other has saved."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from departments.models import Company, Department, DepartmentHead, Measurable, User
from departments.scorecards.services.measurables import goal_set, measurable_add
from pipeline.models import ExchangeRate, LossReason, Pipeline, PlanTarget, Source, Stage, StageOwner
from tests.forms.html_forms import Form, forms_of

pytestmark = pytest.mark.django_db
MEANWHILE = "in the meantime"


@pytest.fixture
def root() -> Client:
    client = Client()
    client.force_login(
        User.objects.create_superuser("root", "r@example.com"), backend="django.contrib.auth.backends.ModelBackend"
    )
    return client


@pytest.fixture
def rows() -> dict[str, str]:
    """One row of every kind of settings; the address of each by kind."""
    Company.objects.create(name="Acme", reporting_currency="EUR", time_zone="Europe/Berlin")
    sales = Department.objects.create(key="sales", name="Sales")
    Department.objects.create(key="legal", name="Legal")
    pipeline = Pipeline.objects.create(key="new", name="New business")
    stage = Stage.objects.create(pipeline=pipeline, key="offer", name="Offer", position=1, owner_department=sales)
    measurable = measurable_add(
        department=sales, name="Calls", unit="", owner=None, weight=Decimal(1), limits="unit", lowest=None, highest=None
    )
    goal_set(measurable=measurable, now=timezone.now(), rule="min", goal=Decimal(4), goal_high=None,
             effective_from=date(2026, 1, 5))  # fmt: skip
    row_of_kind = {
        "departments": sales,
        "pipelines": pipeline,
        "stages": stage,
        "heads": DepartmentHead.objects.create(department=sales, name="Ann", since=date(2026, 1, 1)),
        "owners": StageOwner.objects.create(
            stage=stage, department=sales, since=datetime(2026, 1, 1, 9, 30, tzinfo=UTC)
        ),
        "reasons": LossReason.objects.create(key="price", name="Price", department=sales),
        "sources": Source.objects.create(key="fair", name="Fair", department=sales),
        "plan": PlanTarget.objects.create(
            pipeline=pipeline, period_start=date(2026, 1, 1), period_end=date(2026, 3, 31), target=Decimal(100)
        ),
        "rates": ExchangeRate.objects.create(currency="USD", date=date(2026, 1, 1), rate=Decimal("0.9")),
    }
    addresses = {kind: f"/settings/{kind}/{row.pk}/" for kind, row in row_of_kind.items()}
    return addresses | {"company": "/settings/", "measurable": f"/scorecards/sales/measurables/{measurable.key}/"}


def opened(client: Client, address: str, field: str = "initial-") -> Form:
    """The form of a page that has a field whose name begins like this, as a browser has it."""
    return of_page(address, client.get(address).content, field)


def of_page(address: str, content: bytes, field: str) -> Form:
    forms = [form for form in forms_of(address, content) if form.method == "post"]
    return next(
        form
        for form in forms
        if form.button in (None, ("action", "change")) and any(one.name.startswith(field) for one in form.fields)
    )


def stored() -> dict[str, list[dict[str, object]]]:
    models = (Company, Department, DepartmentHead, Pipeline, Stage, StageOwner, LossReason, Source, PlanTarget,
              ExchangeRate, Measurable)  # fmt: skip
    return {model.__name__: list(model._default_manager.order_by("pk").values()) for model in models}


def test_a_form_sent_as_it_stands_changes_nothing(root: Client, rows: dict[str, str]) -> None:
    before = stored()
    for kind, address in rows.items():
        assert root.post(address, opened(root, address).sent()).status_code == 302, kind
    assert stored() == before


def test_what_somebody_else_saved_stays_where_this_person_changed_something_else(
    root: Client, rows: dict[str, str]
) -> None:
    for kind, mine, other in (
        ("departments", {"name": "Selling"}, {"head_email": "ann@example.com"}),
        ("stages", {"time_limit_days": "12.00"}, {"name": "Quote"}),
        ("heads", {"until": "2026-06-30"}, {"name": "Anna"}),
        ("plan", {"target": "120.00"}, {"expectation": "130.00"}),
        ("rates", {"rate": "0.9500000000"}, {"date": "2026-01-02"}),
        ("company", {"name": "Acme Ltd"}, {"departments_open": "on"}),
        ("company", {"week_close_time": "10:15"}, {"time_zone": "Europe/Lisbon"}),
        ("measurable", {"weight": "2"}, {"name": "Calls made"}),
    ):
        first, second = opened(root, rows[kind]), opened(root, rows[kind])
        assert root.post(rows[kind], first.sent() | other).status_code == 302, kind
        assert root.post(rows[kind], second.sent() | mine).status_code == 302, kind
        now = opened(root, rows[kind]).sent()
        for name, value in (mine | other).items():
            assert now[name] == [value], (kind, name)
    assert StageOwner.objects.get().since == datetime(2026, 1, 1, 9, 30, tzinfo=UTC)


def test_the_same_field_is_refused_once_with_what_stands_there(root: Client, rows: dict[str, str]) -> None:
    legal = str(Department.objects.get(key="legal").pk)
    for kind, mine, other, says in (
        ("stages", {"name": "Quote"}, {"name": "Bid"}, "“Bid”"),
        ("reasons", {"department": ""}, {"department": legal}, "“Legal”"),
        ("plan", {"target": "120"}, {"target": "110"}, "“110.00”"),
        ("owners", {"since": "2026-02-01"}, {"since": "2026-03-01"}, "“2026-03-01”"),
        ("measurable", {"name": "Calls made"}, {"name": "Talks"}, "“Talks”"),
    ):
        first, second = opened(root, rows[kind]), opened(root, rows[kind])
        assert root.post(rows[kind], first.sent() | other).status_code == 302, kind
        between = stored()
        answer = root.post(rows[kind], second.sent() | mine)
        page = answer.content.decode()
        assert (answer.status_code, MEANWHILE in page, says in page) == (422, True, True), kind
        assert stored() == between, kind
        again = of_page(rows[kind], answer.content, next(iter(mine))).sent()
        assert {name: again[name] for name in mine} == {name: [value] for name, value in mine.items()}, kind
        assert root.post(rows[kind], again).status_code == (422 if "" in mine.values() else 302), kind


def test_two_who_write_the_same_are_both_right(root: Client, rows: dict[str, str]) -> None:
    first, second = opened(root, rows["stages"]), opened(root, rows["stages"])
    for form in (first, second):
        assert root.post(rows["stages"], form.sent() | {"name": "Quote"}).status_code == 302


def test_a_page_that_was_opened_before_an_upgrade_is_written_as_it_is(root: Client, rows: dict[str, str]) -> None:
    sent = {name: value for name, value in opened(root, rows["stages"]).sent().items() if "initial-" not in name}
    refused = root.post(rows["stages"], sent | {"name": ""})
    assert refused.status_code == 422
    again = of_page(rows["stages"], refused.content, "name").sent()
    assert root.post(rows["stages"], again | {"name": "Quote"}).status_code == 302
    assert Stage.objects.get().name == "Quote"


def test_owners_of_stages_that_were_left_alone_stay(root: Client, rows: dict[str, str]) -> None:
    sales, legal = Department.objects.get(key="sales"), Department.objects.get(key="legal")
    one = Stage.objects.get()
    two = Stage.objects.create(
        pipeline=one.pipeline, key="contract", name="Contract", position=2, owner_department=sales
    )
    address = "/set-up/owners/"
    first, second = (opened(root, address, "owner-").sent() for _ in range(2))
    assert root.post(address, first | {f"owner-{one.pk}": str(legal.pk)}).status_code == 302
    assert root.post(address, second | {f"owner-{two.pk}": str(legal.pk)}).status_code == 302
    assert {stage.owner_department_id for stage in Stage.objects.all()} == {legal.pk}
    third = Department.objects.create(key="finance", name="Finance")
    refused = root.post(address, second | {f"owner-{one.pk}": str(third.pk)})
    assert refused.status_code == 422
    assert "Offer: changed to Legal in the meantime" in refused.content.decode()
    assert root.post(address, of_page(address, refused.content, "owner-").sent()).status_code == 302
    assert Stage.objects.get(pk=one.pk).owner_department == third
