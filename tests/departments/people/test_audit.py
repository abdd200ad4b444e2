"""Who changed what, who was refused, who read: written down and shown to who may know."""

from __future__ import annotations

import csv
from datetime import time, timedelta
from io import StringIO

import pytest
from django.db import connection
from django.db.utils import ProgrammingError
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from departments.models import AccessLog, Annotation, Company, CompanyEvent, Department, Membership, User
from departments.people.selectors.audit import AuditFilters, changes

pytestmark = pytest.mark.django_db
SETTINGS = {
    "name": "Acme",
    "reporting_currency": "EUR",
    "time_zone": "Europe/Berlin",
    "fiscal_year_start_month": "1",
    "week_close_weekday": "1",
    "week_close_time": "09:30",
}


@pytest.fixture
def company() -> Company:
    return Company.objects.create(name="Acme", reporting_currency="EUR", time_zone="Europe/Berlin")


@pytest.fixture
def ceo() -> Client:
    user = User.objects.create_user("ceo", first_name="Casey", last_name="Ofori")
    Membership.objects.create(user=user, role="executive")
    return _in(user)


@pytest.fixture
def head() -> Client:
    user = User.objects.create_user("legal")
    Membership.objects.create(user=user, role="head", department=Department.objects.create(key="legal", name="Legal"))
    return _in(user)


def _in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_a_change_by_a_page_has_its_person_page_and_values(company: Company, ceo: Client) -> None:
    assert ceo.post("/settings/", SETTINGS).status_code == 302
    company.refresh_from_db()
    assert (company.week_close_weekday, company.week_close_time) == (1, time(9, 30))
    [change] = changes(filters=AuditFilters(kind="departments.Company")).changes
    assert (change.person, change.action, change.address) == ("Casey Ofori", "changed", "/settings/")
    differs = {one.field: (one.before, one.after) for one in change.differences}
    assert differs["week close weekday"] == ("0", "1")
    text = ceo.get("/audit/").content.decode()
    assert "Casey Ofori" in text
    assert "week close time" in text


def test_what_the_server_changed_is_shown_when_asked(company: Company, ceo: Client) -> None:
    assert "the server</span>" not in ceo.get("/audit/").content.decode()
    text = ceo.get("/audit/?everything=on").content.decode()
    assert "Acme" in text
    assert "the server</span>" in text


def test_filters_by_person_kind_day_and_thing(company: Company, ceo: Client) -> None:
    ceo.post("/settings/", SETTINGS)
    pk = User.objects.get(username="ceo").pk
    today = timezone.now().astimezone(company.zone).date()  # the day as the page counts it, not that of the server
    for query, shown in [
        (f"person={pk}", True),
        ("kind=departments.Company", True),
        ("kind=departments.Department", False),
        (f"day={today}", True),
        (f"day={today - timedelta(days=1)}", False),
        ("kind=departments.Company&item=1", True),
        ("kind=departments.Company&item=2", False),
    ]:
        assert ("week close time" in ceo.get(f"/audit/?{query}").content.decode()) == shown, query


@pytest.mark.parametrize("bad", ["person=x", "kind=auth.Permission", "day=31.13.", "page=0", "page=999999", "item=-1"])
def test_a_bad_filter_says_so_and_shows_all(company: Company, ceo: Client, bad: str) -> None:
    response = ceo.get(f"/audit/?{bad}")
    assert response.status_code == 200
    assert b'role="alert"' in response.content


def test_the_export_is_the_list_and_no_formula_gets_out(company: Company, ceo: Client) -> None:
    Department.objects.create(key="evil", name="=HYPERLINK(1)")
    rows = list(csv.DictReader(StringIO(ceo.get("/audit/export/?everything=on").content.decode())))
    assert {"'=HYPERLINK(1)"} == {row["after"] for row in rows if "HYPERLINK" in row["after"]}
    assert {row["deed"] for row in rows if row["kind"] == "department"} == {"made"}


def test_what_is_gone_keeps_the_name_it_had(ceo: Client) -> None:
    Department.objects.create(key="gone", name="Gone department").delete()
    text = ceo.get("/audit/?everything=on&kind=departments.Department").content.decode()
    assert "department removed" in text
    assert "Gone department" in text


def test_a_remark_that_was_taken_away_is_still_known(ceo: Client) -> None:
    legal = Department.objects.create(key="legal", name="Legal")
    author, now = User.objects.get(username="ceo"), timezone.now()
    remark = Annotation.objects.create(
        department=legal, day=now.date(), text="Two people left", made_at=now, made_by=author
    )
    remark.delete()
    rows = changes(filters=AuditFilters(kind="departments.Annotation", everything=True)).changes
    assert [(row.action, row.kind_name, row.name) for row in rows] == [
        ("removed", "remark", "Two people left"), ("made", "remark", "Two people left"),
    ]  # fmt: skip


def test_the_history_itself_cannot_be_changed(company: Company) -> None:
    with pytest.raises(ProgrammingError, match="Cannot update or delete"):
        CompanyEvent.objects.update(name="Other")


def test_a_refusal_is_written_down(company: Company, head: Client, ceo: Client) -> None:
    assert head.post("/people/").status_code == 404
    [line] = AccessLog.objects.all()
    assert line.user
    assert (line.user.username, line.kind, line.method, line.path) == ("legal", "refused", "POST", "/people/")
    text = ceo.get("/audit/access/?kind=refused").content.decode()
    assert "/people/" in text
    assert "refused" in text
    assert head.get("/audit/access/").status_code == 404


def test_pages_have_a_steady_number_of_queries(company: Company, ceo: Client) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            ceo.get("/audit/?everything=on")
        return len(queries)

    ceo.post("/settings/", SETTINGS)
    Department.objects.create(key="a", name="A")
    few = asked()
    Department.objects.bulk_create(Department(key=f"d{number}", name=f"D {number}") for number in range(200))
    assert asked() <= few
    page = changes(filters=AuditFilters(everything=True))
    assert page.more
    older = changes(filters=AuditFilters(everything=True), page=2)
    assert {one.item for one in page.changes}.isdisjoint(one.item for one in older.changes)


def test_pages_answer_htmx_with_a_part(company: Company, ceo: Client) -> None:
    for address in ("/audit/", "/audit/access/", "/people/", "/settings/", "/account/"):
        part = ceo.get(address, headers={"HX-Request": "true"})
        assert b"<html" not in part.content
        assert "HX-Request" in part["Vary"]
