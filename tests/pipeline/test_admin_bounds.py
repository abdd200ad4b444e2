"""What is entered in the admin obeys the rules of company folders."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from pipeline.models import ExchangeRate, PlanTarget, StageOwner

PLAN = {"period_start": date(2026, 1, 1), "period_end": date(2026, 3, 31), "target": Decimal(5000)}
RATE = {"currency": "USD", "date": date(2026, 1, 1), "rate": Decimal("0.9")}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("period_start", date(1, 1, 1)),
        ("period_end", date(9999, 12, 31)),
        ("target", Decimal("9000000000000000.00")),
        ("expectation", Decimal("1000000000000000")),
        ("expectation", Decimal(-1)),
    ],
)
def test_a_plan_beyond_bounds_is_refused_at_its_field(field: str, value: Any) -> None:
    PlanTarget(**PLAN).clean()
    with pytest.raises(ValidationError) as refused:
        PlanTarget(**(PLAN | {field: value})).clean()
    assert set(refused.value.message_dict) == {field}


@pytest.mark.parametrize(("field", "value"), [("date", date(9999, 1, 1)), ("currency", "eur"), ("currency", "E U")])
def test_a_rate_that_no_file_could_bring_is_refused_at_its_field(field: str, value: Any) -> None:
    ExchangeRate(**RATE).clean()
    with pytest.raises(ValidationError) as refused:
        ExchangeRate(**(RATE | {field: value})).clean()
    assert set(refused.value.message_dict) == {field}


@pytest.mark.django_db
@pytest.mark.parametrize("chosen", ["", "abc", "1.5", "-1", "٣", "1\0", "9" * 400, "x" * 10_000])
@pytest.mark.parametrize("of", ["departments/department", "departments/user", "pipeline/plantarget"])
def test_a_row_that_cannot_be_chosen_changes_nothing(admin_client: Client, of: str, chosen: str) -> None:
    sent = {"action": "delete_selected", "_selected_action": chosen, "index": "0"}
    answer = admin_client.post(f"/admin/{of}/", sent, follow=True)
    assert "A chosen row does not exist." in answer.content.decode()


@pytest.mark.parametrize("year", [1, 1899, 2300, 9999])
def test_an_owner_since_a_day_beyond_bounds_is_refused_at_its_field(year: int) -> None:
    """Every page would tell that instant in its reader's zone, where it may be no instant."""
    StageOwner(since=datetime(2026, 1, 1, tzinfo=UTC)).clean()
    with pytest.raises(ValidationError) as refused:
        StageOwner(since=datetime(year, 12, 31, 23, 59, tzinfo=UTC)).clean()
    assert set(refused.value.message_dict) == {"since"}
