"""What a scorecard is made of, changed in the browser: its measurables, their goals, and remarks."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from departments.models import Annotation, Goal, Measurable
from tests.departments.scorecards.companies import CLOSED, DUE

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def text(response: Any) -> str:
    return str(response.content.decode())


def test_a_measurable_is_added_changed_moved_and_archived(head: Client) -> None:
    sent = {"name": "Trainings", "unit": "sessions", "owner": "", "weight": "2,5", "rule": "between", "goal": "1"}
    sent |= {"goal_high": "3", "effective_from": "2026-11-25"}
    assert head.post("/scorecards/legal/measurables/", sent).status_code == 302
    made = Measurable.objects.get(name="Trainings")
    assert (made.key, made.weight, made.goals.get().effective_from) == ("legal_trainings", Decimal("2.5"), DUE)
    address = f"/scorecards/legal/measurables/{made.key}/"
    head.post(address, {"action": "up"})
    order = Measurable.objects.filter(department__key="legal").order_by("position")
    assert [one.key for one in order] == ["reviews", "terms", "legal_trainings", "wait"]
    head.post(address, {"action": "archive"})
    assert 'data-key="legal_trainings"' not in text(head.get("/scorecards/legal/"))


def test_two_measurables_of_a_scorecard_never_have_one_name(head: Client, measurables: dict[str, Measurable]) -> None:
    reviews, terms = measurables["reviews"], measurables["terms"]
    taken = {"name": terms.name, "unit": "", "owner": "", "weight": "1"}
    renamed = head.post(f"/scorecards/legal/measurables/{reviews.key}/", taken | {"action": "change"})
    assert renamed.status_code == 422
    assert f"“{terms.name}” is on this scorecard already." in text(renamed)
    # Saved under its own name, it is not in its own way; archived, its name is free, and then not to be had back.
    assert head.post(f"/scorecards/legal/measurables/{terms.key}/", taken | {"action": "change"}).status_code == 302
    head.post(f"/scorecards/legal/measurables/{terms.key}/", {"action": "archive"})
    assert head.post(f"/scorecards/legal/measurables/{reviews.key}/", taken | {"action": "change"}).status_code == 302
    assert head.post(f"/scorecards/legal/measurables/{terms.key}/", {"action": "restore"}).status_code == 422
    terms.refresh_from_db()
    assert terms.archived


def test_a_goal_cannot_reach_closed_weeks(head: Client, measurables: dict[str, Measurable]) -> None:
    sent = {"action": "goal", "rule": "at_least", "goal": "30", "goal_high": ""}
    address = "/scorecards/legal/measurables/reviews/"
    refused = head.post(address, sent | {"effective_from": CLOSED.isoformat()})
    assert refused.status_code == 422
    assert "are closed and keep their goals" in text(refused)
    assert head.post(address, sent | {"effective_from": DUE.isoformat()}).status_code == 302
    assert Goal.objects.filter(measurable__key="reviews").count() == 2


def test_remarks_are_added_and_removed(head: Client) -> None:
    head.post("/scorecards/legal/remarks/", {"day": "2026-11-17", "text": "New template", "measurable": "terms"})
    remark = Annotation.objects.get()
    assert "New template" in text(head.get("/scorecards/legal/"))
    head.post(f"/scorecards/legal/remarks/{remark.pk}/remove/")
    assert not Annotation.objects.exists()


def test_a_refused_remark_says_why_and_gives_its_text_back(head: Client) -> None:
    sent = {"day": "2026-11-17", "text": "Two of us were ill", "measurable": "weather"}
    page = text(head.post("/scorecards/legal/remarks/", sent, follow=True))
    assert "The remark was not added. Measurable: " in page
    assert "Two of us were ill" in page
    assert not Annotation.objects.exists()
