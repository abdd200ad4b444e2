"""Numbers as they are typed into forms of a measurable: taken as they stand, or refused and nothing half-written."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client

from departments.models import Goal, Measurable, User
from tests.departments.scorecards.companies import NOW

pytestmark = pytest.mark.django_db
ADDED = {
    "name": "Answers", "unit": "answers", "weight": "1", "limits": "own", "lowest": "", "highest": "",
    "rule": "between", "goal": "5", "goal_high": "9", "effective_from": "2026-11-23",
}  # fmt: skip


@pytest.fixture
def root(measurables: dict[str, Measurable]) -> Any:
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.create_superuser("root"), backend="django.contrib.auth.backends.ModelBackend")
    with time_machine.travel(NOW, tick=False):
        yield client


@pytest.mark.parametrize(
    ("field", "text", "sentence"),
    [
        ("goal", "-", "This field is required."),
        ("goal", "70 %", "“70 %” is in percent, and the unit of this field is answers."),
        ("goal_high", "12%", "is in percent"),
        ("goal_high", "1,234", "could be"),
        ("lowest", "1%", "is in percent"),
        ("highest", "=12", "it is a formula"),
        ("weight", "12%", "“12%” is in percent, and this field has no unit."),
        ("weight", "1.1234", "“1.1234” has more than 2 decimals."),
        ("weight", "–", "This field is required."),
        ("effective_from", "11/12/2026", "Write a day such as 2026-11-23."),
    ],
)
def test_what_is_no_certain_number_is_refused_and_nothing_is_added(
    root: Client, field: str, text: str, sentence: str
) -> None:
    before = set(Measurable.objects.values_list("key", flat=True)), Goal.objects.count()
    answer = root.post("/scorecards/legal/measurables/", ADDED | {field: text})
    assert (answer.status_code, sentence in answer.content.decode()) == (422, True)
    assert (set(Measurable.objects.values_list("key", flat=True)), Goal.objects.count()) == before


def test_what_is_typed_is_what_is_stored(root: Client) -> None:
    percent = ADDED | {"unit": "%", "goal": "70 %", "goal_high": "90,5", "weight": "1,25", "highest": "1.000,5"}
    assert root.post("/scorecards/legal/measurables/", percent).status_code == 302
    added = Measurable.objects.get(name="Answers")
    goal = added.goals.get()
    assert (goal.goal, goal.goal_high, added.weight, added.highest) == (
        70, Decimal("90.5"), Decimal("1.25"), Decimal("1000.5"),
    )  # fmt: skip
    page = f"/scorecards/legal/measurables/{added.key}/"
    assert root.post(page, percent | {"action": "goal", "goal": "-"}).status_code == 422
    assert added.goals.get().goal == 70


@pytest.mark.parametrize("refused", [{"goal_high": ""}, {"goal_high": "4"}])
def test_a_measurable_whose_goal_cannot_be_is_not_added(root: Client, refused: dict[str, str]) -> None:
    assert root.post("/scorecards/legal/measurables/", ADDED | refused).status_code == 422
    assert not Measurable.objects.filter(name="Answers").exists()
