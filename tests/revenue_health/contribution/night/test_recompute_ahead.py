"""recompute as of a day to come computes, and says that the day has not come, in the company's time zone."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from django.core.management import call_command

from tests.pipeline.companies import company_alone, event_add, opportunity_make

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(("day", "ahead"), [("2026-06-30", False), ("2026-07-01", True), ("2036-07-01", True)])
def test_a_day_that_has_not_come_is_said(
    settings: Any, tmp_path: Any, capsys: pytest.CaptureFixture[str], day: str, ahead: bool
) -> None:
    company = company_alone(settings, tmp_path)
    event_add(company, opportunity_make(company, "D1"), 1, "lead", 100)
    # 21:30 in UTC on 30 June is still that day in Berlin.
    with time_machine.travel("2026-06-30T21:30:00Z", tick=False):
        call_command("recompute", as_of=day, custody_only=True, json=True)
    assert (f"{day} has not come yet" in capsys.readouterr().err) is ahead
