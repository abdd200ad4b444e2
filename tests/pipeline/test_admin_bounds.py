"""What is entered in the admin obeys the rules of company folders."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from pipeline.models import ExchangeRate, PlanTarget

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
