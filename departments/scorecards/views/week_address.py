"""Weeks in addresses: the ISO date of a Monday; any other text is no address."""

from __future__ import annotations

from datetime import date

from departments.periods import parse_day


class MondayConverter:
    """`2026-11-23` as a date; what is no Monday does not match, so it answers 404."""

    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> date:
        day = parse_day(value)  # a PeriodError is a ValueError: no such address
        if day.weekday() != 0:
            raise ValueError(value)
        return day

    def to_url(self, value: date) -> str:
        return value.isoformat()
