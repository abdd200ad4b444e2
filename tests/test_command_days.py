"""Days of command-line options have one form; what is written otherwise is refused with that form, not guessed."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from departments.models import Company, Department
from departments.periods import PeriodError, parse_day

OTHERWISE = (
    "20261120",
    "2026-W47-5",
    "2026W475",
    "20.11.2026",
    "11/20/2026",
    "2026-11",
    "2026-02-30",
    "0001-01-01",
    "",
)


@pytest.mark.parametrize("text", OTHERWISE)
def test_a_day_written_otherwise_is_refused_with_the_form(text: str) -> None:
    with pytest.raises(PeriodError, match=r"Write it as 2026-11-23"):
        parse_day(text)


@pytest.mark.django_db
@pytest.mark.parametrize("text", OTHERWISE)
@pytest.mark.parametrize(
    "command",
    [
        ["recompute", "--as-of"],
        ["scorecard", "--department", "sales", "--until"],
        ["generate", "never", "--as-of"],
        ["demo", "--as-of"],
    ],
)
def test_every_command_says_how_a_day_is_written(command: list[str], text: str) -> None:
    Company.objects.create(name="C", reporting_currency="EUR", time_zone="UTC", fiscal_year_start_month=1)
    Department.objects.create(key="sales", name="Sales")
    with pytest.raises(CommandError, match=r"not? a? ?day from 1900 to 2200\. Write .*2026-11-23"):
        call_command(*command[:-1], f"{command[-1]}={text}")
