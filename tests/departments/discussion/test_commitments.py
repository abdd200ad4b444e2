"""Commitments: made from anything off track, carried over, closed with a word; who may, and what is due."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client

from departments.discussion.selectors.commitments import commitments_due, commitments_of, issues_of
from departments.discussion.services.commitments import commitment_close, commitment_create, commitment_postpone
from departments.discussion.services.errors import CommitmentRefused
from departments.models import Commitment, Company, Department, Entry, Issue, Measurable, User
from tests.departments.discussion.conftest import NOW

pytestmark = pytest.mark.django_db
Open = Callable[[str], Client]
TODAY = NOW.date()
"""A Wednesday; the week is 23 to 29 November 2026."""


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def make(user: User, text: str = "Hire a reviewer", key: str = "legal", due: date = TODAY, **more: Any) -> Commitment:
    department = Department.objects.get(key=key)
    promised = {"text": text, "department": department, "owner": user, "due": due, "created_by": user}
    return commitment_create(**promised, now=NOW, today=min(due, TODAY), **more)


def form(**changes: str) -> dict[str, str]:
    return {"text": "Hire a reviewer", "department": "legal", "owner": "amelie", "due": "2026-12-04"} | changes


def test_a_head_commits_from_a_scorecard_row_in_one_click(reads_as: Open) -> None:
    client = reads_as("legal")
    page = client.get("/commitments/new/?measurable=leg_wait").content.decode()
    assert "Bring “Median days in review” back to its goal" in page
    assert '<option value="leg_wait" selected>' in page
    assert 'value="2026-12-09"' in page
    response = client.post(
        "/commitments/new/", form(measurable="leg_wait", expected_effect="-1.5", expected_unit="days")
    )
    made = Commitment.objects.get()
    assert response["Location"] == f"/commitments/{made.pk}/"
    assert (made.owner.username, made.measurable.key, made.first_due) == ("amelie", "leg_wait", date(2026, 12, 4))
    assert "−1.5 days" in client.get(response["Location"]).content.decode()


def test_what_is_off_track_on_a_scorecard_leads_to_a_commitment_or_an_issue(reads_as: Open) -> None:
    wait = Measurable.objects.get(key="leg_wait")
    Entry.objects.create(measurable=wait, week=date(2026, 11, 16), value=9)
    page = reads_as("legal").get("/scorecards/legal/").content.decode()
    assert '/commitments/new/?measurable=leg_wait"' in page
    assert '/issues/new/?measurable=leg_wait"' in page
    assert "/commitments/new/?measurable" not in reads_as("amelie").get("/scorecards/legal/").content.decode()


def test_a_what_if_fills_the_form_in(reads_as: Open) -> None:
    query = "subject=leak:3&department=legal&text=Review+in+4+days&expected_effect=640000&expected_unit=EUR"
    page = reads_as("ceo").get(f"/commitments/new/?{query}&expected_from=contract:legal:wait_days%3D4").content.decode()
    for expected in ("Leak 3", "Review in 4 days", 'value="640000"', "contract:legal:wait_days=4", 'value="leak:3"'):
        assert expected in page


def test_three_fields_are_enough_and_the_rest_is_folded(reads_as: Open) -> None:
    client = reads_as("legal")
    page = client.get("/commitments/new/?subject=leak:3&department=legal&text=Review").content.decode()
    before, _, folded = page.partition("<details>")
    for name in ("text", "owner", "due"):
        assert f'id="commitment-{name}"' in before
    assert '<input type="hidden" name="department" value="legal"' in before
    for name in ("measurable", "expected_effect", "expected_unit", "expected_from"):
        assert f'id="commitment-{name}"' in folded
        assert f'id="commitment-{name}"' not in before
    assert client.post("/commitments/new/", form()).status_code == 302


def test_a_unit_is_one_of_those_the_company_uses(reads_as: Open) -> None:
    client = reads_as("legal")
    refused = client.post("/commitments/new/", form(expected_effect="-1", expected_unit="furlongs"))
    assert refused.status_code == 422
    assert "<details open>" in refused.content.decode()
    assert client.post("/commitments/new/", form(expected_effect="-1", expected_unit="%")).status_code == 302


def test_the_list_leads_to_the_form_when_the_address_fills_it_in(reads_as: Open) -> None:
    response = reads_as("legal").get("/commitments/?department=legal&text=Four+days")
    assert response["Location"] == "/commitments/new/?department=legal&text=Four+days"
    assert reads_as("amelie").get("/commitments/?text=x").status_code == 200, "a member reads the list"


@pytest.mark.parametrize(
    "wrong",
    [
        {"text": ""}, {"due": "2026-11-24"}, {"due": "2036-01-01"}, {"due": "soon"}, {"owner": "board"}, {"owner": "x"},
        {"department": "sales"}, {"department": "market"}, {"measurable": "none"}, {"subject": "leak:x"},
        {"expected_effect": "much"}, {"text": "x" * 501},
    ],
)  # fmt: skip
def test_what_does_not_hold_together_is_refused(reads_as: Open, wrong: dict[str, str]) -> None:
    response = reads_as("legal").post("/commitments/new/", form(**wrong))
    assert response.status_code == 422
    assert b'role="alert"' in response.content
    assert not Commitment.objects.exists()


def test_a_measurable_of_another_department_is_refused(reads_as: Open) -> None:
    response = reads_as("ceo").post("/commitments/new/", form(department="sales", measurable="leg_wait"))
    assert response.status_code == 422
    assert "another department" in response.content.decode()


@pytest.mark.parametrize(("who", "status"), [("legal", 302), ("ceo", 302), ("sales", 404), ("amelie", 404)])
def test_who_closes(reads_as: Open, cast: dict[str, User], who: str, status: int) -> None:
    made = make(cast["legal"])
    response = reads_as(who).post(f"/commitments/{made.pk}/close/", {"outcome": "done", "note": "She starts Monday."})
    assert response.status_code == status
    made.refresh_from_db()
    assert (made.status == "done") == (status == 302)


def test_dropping_needs_a_reason_and_what_is_closed_stays(reads_as: Open, cast: dict[str, User]) -> None:
    made, client = make(cast["legal"]), reads_as("legal")
    refused = client.post(f"/commitments/{made.pk}/close/", {"outcome": "dropped", "note": " "})
    assert refused.status_code == 422
    assert b"Say why" in refused.content
    client.post(f"/commitments/{made.pk}/close/", {"outcome": "dropped", "note": "No budget."})
    made.refresh_from_db()
    assert (made.status, made.closing_note, made.closed_by) == ("dropped", "No budget.", cast["legal"])
    with pytest.raises(CommitmentRefused, match="in the meantime"):
        commitment_close(commitment=made, outcome="done", note="", user=cast["legal"], now=NOW)
    page = client.get(f"/commitments/{made.pk}/").content.decode()
    assert "No budget." in page
    assert "commitment-done" not in page


def test_it_is_carried_over_and_that_stays_known(reads_as: Open, cast: dict[str, User]) -> None:
    made, client = make(cast["legal"]), reads_as("legal")
    client.post(f"/commitments/{made.pk}/move/", {"due": "2026-12-11"})
    made.refresh_from_db()
    assert (made.due, made.first_due, made.carried) == (date(2026, 12, 11), TODAY, 1)
    for wrong in ("2026-12-01", "2026-13-01", "", "2099-01-01"):
        assert client.post(f"/commitments/{made.pk}/move/", {"due": wrong}).status_code == 422
    with pytest.raises(CommitmentRefused):
        commitment_postpone(commitment=made, due=made.due, today=TODAY)


def test_what_is_due_this_week_and_what_is_carried_from_before(cast: dict[str, User]) -> None:
    monday = date(2026, 11, 23)
    for text, due in (("before", monday - timedelta(days=1)), ("first", monday), ("last", monday + timedelta(days=6)),
                      ("after", monday + timedelta(days=7))):  # fmt: skip
        make(cast["legal"], text, due=due)
    done = make(cast["legal"], "done", due=monday)
    commitment_close(commitment=done, outcome="done", note="", user=cast["legal"], now=NOW)
    due = commitments_due(week=monday)
    assert [row.text for row in due.this_week] == ["first", "last"]
    assert [row.text for row in due.overdue] == ["before"]
    states = {row.text: (row.days_overdue, row.due_this_week) for row in commitments_of(now=NOW)}
    assert states["first"] == (2, True)
    assert states["after"] == (0, False)
    assert states["done"] == (0, False)


def test_overdue_by_the_company_s_day(cast: dict[str, User]) -> None:
    make(cast["legal"], due=TODAY)
    late = NOW.replace(hour=23, minute=30)
    assert commitments_of(now=late)[0].days_overdue == 1, "in Berlin it is tomorrow already"


@pytest.mark.parametrize(
    ("query", "texts"),
    [
        ("", {"mine", "late"}), ("?status=any", {"mine", "late", "dropped"}), ("?status=dropped", {"dropped"}),
        ("?due=overdue", {"late"}), ("?due=later", {"mine"}), ("?owner=amelie", {"mine"}),
        ("?department=legal", {"mine", "late"}),
    ],
)  # fmt: skip
@pytest.mark.parametrize("most", [500, 3])
def test_filters(
    reads_as: Open, cast: dict[str, User], query: str, texts: set[str], most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Where there may be more than a list shows, each filter is asked of the database.
    monkeypatch.setattr("departments.discussion.selectors.commitments.MOST", most)
    make(cast["amelie"], "mine", due=TODAY + timedelta(days=30))
    make(cast["legal"], "late", due=TODAY - timedelta(days=3))
    gone = make(cast["legal"], "dropped")
    commitment_close(commitment=gone, outcome="dropped", note="x", user=cast["legal"], now=NOW)
    page = reads_as("ceo").get(f"/commitments/{query}").content.decode()
    assert {text for text in ("mine", "late", "dropped") if f">{text}</a>" in page} == texts


@pytest.mark.parametrize("bad", ["status=lost", "due=never", "owner=nobody", "department=none"])
def test_a_bad_filter_says_so_and_shows_the_rest(reads_as: Open, cast: dict[str, User], bad: str) -> None:
    make(cast["legal"], "mine")
    response = reads_as("ceo").get(
        f"/commitments/?{bad}&department=legal" if "dep" not in bad else f"/commitments/?{bad}"
    )
    assert response.status_code == 200
    assert b'role="alert"' in response.content
    assert b">mine</a>" in response.content


def test_heads_see_their_own_until_departments_are_opened(reads_as: Open, cast: dict[str, User]) -> None:
    make(cast["legal"], "of legal")
    pk = make(cast["sales"], "of sales", key="sales").pk
    client = reads_as("legal")
    assert b"of sales" not in client.get("/commitments/").content
    assert client.get(f"/commitments/{pk}/").status_code == 404
    assert client.get("/commitments/panel/?department=sales").status_code == 404
    Company.objects.update(departments_open=True)
    assert b"of sales" in client.get("/commitments/").content
    assert client.post(f"/commitments/{pk}/close/", {"outcome": "done"}).status_code == 404


def test_the_panel_is_a_part_for_pages_and_the_list_without_scripts(reads_as: Open, cast: dict[str, User]) -> None:
    make(cast["legal"])
    client = reads_as("legal")
    part = client.get("/commitments/panel/?department=legal", headers={"HX-Request": "true"})
    assert b"Hire a reviewer" in part.content
    assert b"<html" not in part.content
    assert client.get("/commitments/panel/?department=legal")["Location"] == "/commitments/?department=legal"
    assert client.get("/commitments/panel/?department=market").status_code == 404


def test_a_result_is_shown_with_its_words(reads_as: Open, cast: dict[str, User]) -> None:
    made = make(cast["legal"])
    Commitment.objects.filter(pk=made.pk).update(
        status="done",
        closed_at=NOW,
        closed_by=cast["legal"],
        result={"words": "Median days fell from 6 to 4."},
        result_at=NOW,
    )
    assert b"Median days fell from 6 to 4." in reads_as("ceo").get(f"/commitments/{made.pk}/").content


def test_an_issue_is_raised_and_solved(reads_as: Open) -> None:
    client = reads_as("legal")
    assert "is off its goal" in client.get("/issues/new/?measurable=leg_wait").content.decode()
    client.post("/issues/new/", {"text": "Too few reviewers", "department": "legal", "measurable": "leg_wait"})
    (issue,) = issues_of(department="legal")
    assert issue.measurable == "Median days in review"
    assert b"Too few reviewers" in client.get("/commitments/").content
    assert reads_as("sales").post(f"/issues/{issue.id}/solve/", {"note": "x"}).status_code == 404
    client.post(f"/issues/{issue.id}/solve/", {"note": "Two hired"})
    assert Issue.objects.get().solved_note == "Two hired"
    assert issues_of(status="solved")[0].solved_by == "Legal"
    assert client.post("/issues/new/", {"text": "x", "department": "sales"}).status_code == 422


def test_the_list_asks_no_more_for_more_rows(
    reads_as: Open, cast: dict[str, User], django_assert_max_num_queries: Any
) -> None:
    wait = Measurable.objects.get(key="leg_wait")
    for number in range(20):
        make(cast["legal"], f"Promise {number}", measurable=wait, expected_effect=Decimal(number), expected_unit="days")
    client = reads_as("ceo")
    with django_assert_max_num_queries(14):
        assert client.get("/commitments/", headers={"HX-Request": "true"}).content.count(b"<tr>") == 21


def test_a_solution_is_saved_whole_or_refused(reads_as: Open) -> None:
    client = reads_as("legal")
    client.post("/issues/new/", {"text": "No reviewer", "department": "legal"})
    address = f"/issues/{Issue.objects.get().pk}/solve/"
    page = client.post(address, {"note": "x" * 5001}, follow=True)
    assert "longer than 5,000 characters" in page.content.decode()
    assert Issue.objects.get().status == Issue.Status.OPEN
    client.post(address, {"note": "x" * 5000})
    assert Issue.objects.get().solved_note == "x" * 5000


def test_a_closing_note_is_saved_whole_or_refused(reads_as: Open) -> None:
    commitment = make(User.objects.get(username="legal"))
    page = reads_as("legal").post(f"/commitments/{commitment.pk}/close/", {"outcome": "done", "note": "x" * 5001})
    assert (page.status_code, "longer than 5,000 characters" in page.content.decode()) == (422, True)
    assert Commitment.objects.get().status == Commitment.Status.OPEN
