"""One form sent twice by one person saves one row; of two people who say different things at once, one is told."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import Model
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from departments.models import Annotation, Comment, Commitment, Department, Issue, Measurable, Reply, User
from departments.scorecards.services.measurables import MeasurableRefused, measurable_add
from tests.departments.web.simultaneous import simultaneously

pytestmark = pytest.mark.django_db(transaction=True)
SUBJECT = "share:legal:2026-Q3"


def signed_in(user: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def sent(user: User, address: str, form: dict[str, Any]) -> Any:
    """A call that sends a form with a session of its own."""
    client = signed_in(user)
    return lambda: client.post(address, form)


def texts(response: HttpResponse) -> list[str]:
    return [str(message) for message in response.wsgi_request._messages]  # type: ignore[attr-defined]  # of the middleware


@pytest.mark.parametrize("kind", ["comment", "commitment", "issue", "remark", "reply"])
def test_a_double_click(cast: dict[str, User], kind: str) -> None:
    due = timezone.localdate() + timedelta(7)
    promise = {"text": "Hire one", "department": "legal", "owner": "legal", "due": due.isoformat()}
    forms: dict[str, tuple[type[Model], str, dict[str, Any]]] = {
        "comment": (Comment, "/comments/", {"subject": SUBJECT, "text": "Why?"}),
        "commitment": (Commitment, "/commitments/new/", promise),
        "issue": (Issue, "/issues/new/", {"text": "Too slow", "department": "legal"}),
        "remark": (Annotation, "/scorecards/legal/remarks/", {"text": "Strike", "day": due.isoformat()}),
        "reply": (Reply, "/replies/", {"subject": SUBJECT, "text": "We hire.", "seen": "0"}),
    }
    model, address, form = forms[kind]
    twice = [sent(cast["legal"], address, form) for _ in range(2)]
    answers = simultaneously(*twice, table=model._meta.db_table)
    assert [answer.status_code for answer in answers] == [302, 302]
    assert model._default_manager.count() == 1


def test_the_same_words_of_two_people_are_two_rows(cast: dict[str, User]) -> None:
    form = {"subject": SUBJECT, "text": "+1"}
    for name in ("ceo", "analyst"):
        signed_in(cast[name]).post("/comments/", form)
    signed_in(cast["ceo"]).post("/comments/", form | {"text": "+2"})
    assert Comment.objects.count() == 3


def test_a_measurable_is_on_its_scorecard_once(cast: dict[str, User]) -> None:
    legal = Department.objects.get(key="legal")

    def add() -> Measurable:
        return measurable_add(department=legal, name="Trainings", unit="", owner=None, weight=Decimal(1))

    results = simultaneously(add, add, table=Measurable._meta.db_table)
    assert sorted(type(result) for result in results if isinstance(result, Exception)) == [MeasurableRefused]
    assert Measurable.objects.filter(name="Trainings").count() == 1
    # Archived, its name is free again.
    Measurable.objects.filter(name="Trainings").update(archived=True)
    assert add().name == "Trainings"


def test_of_two_who_solve_an_issue_the_second_reads_so(cast: dict[str, User]) -> None:
    issue = Issue.objects.create(
        text="Slow", department=Department.objects.get(key="legal"), created_at=timezone.now(), created_by=cast["ceo"]
    )
    solved = [sent(cast[name], f"/issues/{issue.pk}/solve/", {"note": f"By {name}"}) for name in ("legal", "ceo")]
    answers = simultaneously(*solved, table=Issue._meta.db_table)
    issue.refresh_from_db()
    winner = f"By {issue.solved_by}"
    assert issue.solved_note == winner
    assert sorted(text for answer in answers for text in texts(answer)) == [
        "Issue solved.", "It was solved in the meantime; nothing was changed.",
    ]  # fmt: skip


def test_of_two_answers_to_one_share_the_second_reads_so(cast: dict[str, User]) -> None:
    answered = [
        sent(cast["legal"], "/replies/", {"subject": SUBJECT, "text": text, "seen": "0"}) for text in ("One", "Two")
    ]
    answers = simultaneously(*answered, table=Reply._meta.db_table)
    assert sorted(answer.status_code for answer in answers) == [302, 422]
    assert Reply.objects.count() == 1


def test_what_is_gone_when_it_is_saved(cast: dict[str, User], caplog: pytest.LogCaptureFixture) -> None:
    commitment = Commitment.objects.create(
        text="Hire", department=Department.objects.get(key="legal"), owner=cast["legal"], created_by=cast["legal"],
        due="2026-12-31", first_due="2026-12-31", created_at=timezone.now(),
    )  # fmt: skip
    address = f"/commitments/{commitment.pk}/close/"
    (answer,) = simultaneously(
        sent(cast["legal"], address, {"outcome": "done", "note": ""}),
        table=Commitment._meta.db_table,
        meanwhile=f"DELETE FROM departments_commitment WHERE id = {commitment.pk}",
    )
    assert answer.status_code == 503
    assert "Not saved" in answer.content.decode()
    assert "collided" in caplog.text
    assert signed_in(cast["legal"]).post(address, {"outcome": "done"}).status_code == 404
