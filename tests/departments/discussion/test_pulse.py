"""The pulse: one form a month, and what others see of it: never who said what."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client

from departments.discussion.selectors.pulse import closed_months, pulse_month, pulse_trend
from departments.models import Company, Department, Membership, PulseAnswer, User

pytestmark = pytest.mark.django_db
Open = Callable[[str], Client]
NOVEMBER = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
DECEMBER = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
FORM = {
    "month": "2026-11",
    "score-legal": "2",
    "sentence-legal": "Ten days for a standard contract.",
    "score-production": "4",
}


def rated(count: int, about: str = "legal", score: int = 2, by: str = "sales") -> None:
    """So many people of a department rate another one in November."""
    departments = {one.key: one for one in Department.objects.all()}
    for number in range(count):
        user = User.objects.create_user(f"{by}-{about}-{number}")
        Membership.objects.create(user=user, role="member", department=departments[by])
        PulseAnswer.objects.create(
            month=date(2026, 11, 1), by_department=departments[by], about_department=departments[about], user=user,
            score=score, sentence=f"Sentence {number} of {by}", at=NOVEMBER,
        )  # fmt: skip


def test_a_person_rates_the_others_and_changes_it_until_the_month_ends(reads_as: Open) -> None:
    client = reads_as("jonas")
    with time_machine.travel(NOVEMBER, tick=False):
        page = client.get("/pulse/").content.decode()
        assert 'name="score-legal"' in page
        assert 'name="score-sales"' not in page, "nobody rates the own department"
        assert client.post("/pulse/", FORM).status_code == 302
        client.post("/pulse/", FORM | {"score-legal": "3", "score-production": ""})
    (answer,) = PulseAnswer.objects.all()
    assert (answer.score, answer.by_department.key, answer.about_department.key) == (3, "sales", "legal")
    with time_machine.travel(DECEMBER, tick=False):
        late = client.post("/pulse/", FORM)
    assert late.status_code == 422
    assert b"That month is over" in late.content
    assert PulseAnswer.objects.get().score == 3


@pytest.mark.parametrize("wrong", [{"score-legal": "6"}, {"score-legal": "x"}, {"score-legal": ""}, {"month": "x"}])
def test_a_wrong_form_is_refused_and_keeps_what_was_written(reads_as: Open, wrong: dict[str, str]) -> None:
    with time_machine.travel(NOVEMBER, tick=False):
        response = reads_as("jonas").post("/pulse/", FORM | wrong)
    assert response.status_code == 422
    assert b'role="alert"' in response.content
    assert b"Ten days for a standard contract." in response.content
    assert not PulseAnswer.objects.exists()


def test_nothing_is_told_while_the_month_runs(reads_as: Open) -> None:
    rated(6)
    with time_machine.travel(NOVEMBER, tick=False):
        assert pulse_month(month=date(2026, 11, 1), now=NOVEMBER) is None
        assert closed_months(now=NOVEMBER) == []
        page = reads_as("ceo").get("/pulse/?month=2026-11").content.decode()
    assert "Sentence 1" not in page
    assert "6 answers" not in page


def test_from_five_answers_on_the_mean_is_told_when_the_month_is_over(reads_as: Open) -> None:
    rated(6)
    rated(4, about="production", score=5)
    with time_machine.travel(DECEMBER, tick=False):
        page = reads_as("ceo").get("/pulse/").content.decode()
    assert '2.0<span class="note">6 answers' in page
    assert "Sentence 1 of sales" in page
    assert "4 answers" not in page
    assert "5.0" not in page
    found = pulse_month(month=date(2026, 11, 1), now=DECEMBER)
    assert found is not None
    assert [rating and (rating.count, rating.mean) for rating in found.received] == [None, (6, 2.0), None]


def test_who_leaves_takes_no_answer_along(reads_as: Open) -> None:
    rated(6)
    before = pulse_month(month=date(2026, 11, 1), now=DECEMBER)
    User.objects.get(username="sales-legal-3").delete()
    assert pulse_month(month=date(2026, 11, 1), now=DECEMBER) == before


def test_sentences_about_a_department_are_for_who_sees_its_detail(reads_as: Open) -> None:
    rated(6)
    with time_machine.travel(DECEMBER, tick=False):
        assert b"Sentence 1 of sales" in reads_as("legal").get("/pulse/").content
        assert b"Sentence 1 of sales" not in reads_as("production").get("/pulse/").content
        Company.objects.update(departments_open=True)
        assert b"Sentence 1 of sales" in reads_as("production").get("/pulse/").content


def test_who_belongs_to_no_department_reads_only(reads_as: Open) -> None:
    with time_machine.travel(NOVEMBER, tick=False):
        assert b'name="score-' not in reads_as("ceo").get("/pulse/").content
        assert reads_as("ceo").post("/pulse/", FORM).status_code == 404
        assert reads_as("board").get("/pulse/").status_code == 404


def test_the_panel_stands_beside_the_hand_off_matrix(reads_as: Open) -> None:
    rated(5)
    with time_machine.travel(DECEMBER, tick=False):
        part = reads_as("sales").get("/pulse/panel/", headers={"HX-Request": "true"})
        assert reads_as("sales").get("/pulse/panel/")["Location"] == "/pulse/"
    assert b"5 answers" in part.content
    assert b"<html" not in part.content
    assert b"Sentence" not in part.content


@pytest.mark.parametrize("month", ["2020-01", "x", "2026-13", "2026-11"])
def test_a_month_without_a_pulse_says_so(reads_as: Open, month: str) -> None:
    rated(5)
    with time_machine.travel(NOVEMBER, tick=False):
        response = reads_as("ceo").get(f"/pulse/?month={month}")
    assert response.status_code == 200
    assert b'role="alert"' in response.content


def test_the_trend_has_the_months_with_something_to_tell(cast: dict[str, User]) -> None:
    rated(5)
    trend = pulse_trend(now=DECEMBER)
    assert trend.months == (date(2026, 11, 1),)
    assert {one.key: ratings[0] and ratings[0].mean for one, ratings in trend.rows} == {
        "sales": None, "legal": 2.0, "production": None,
    }  # fmt: skip


def test_a_month_asks_no_more_for_more_answers(
    reads_as: Open, cast: dict[str, User], django_assert_max_num_queries: Any
) -> None:
    rated(25)
    client = reads_as("legal")
    with time_machine.travel(DECEMBER, tick=False), django_assert_max_num_queries(18):
        assert client.get("/pulse/", headers={"HX-Request": "true"}).status_code == 200


def test_a_sentence_is_kept_whole_or_refused(reads_as: Open) -> None:
    client = reads_as("jonas")
    with time_machine.travel(NOVEMBER, tick=False):
        page = client.post("/pulse/", FORM | {"sentence-legal": "x" * 301})
        assert (page.status_code, b"longer than 300 characters" in page.content) == (422, True)
        assert "x" * 301 in page.content.decode(), "it is still in the field"
        assert not PulseAnswer.objects.exists()
        # As long as may be once it is one line.
        assert client.post("/pulse/", FORM | {"sentence-legal": "x" * 150 + "  " + "y" * 149}).status_code == 302
    assert len(PulseAnswer.objects.get(about_department__key="legal").sentence) == 300
