"""Types for command-line options that refuse bad values before anything starts."""

from __future__ import annotations

from argparse import ArgumentTypeError
from collections.abc import Callable
from datetime import date

from departments.periods import PeriodError, parse_day

MOST_PROCESSES = 64
"""Side by side; each takes some hundred megabytes."""
_LONGEST = 30


def day(text: str) -> date:
    """A `type` of argparse: a day as 2026-11-23, the one form of all commands."""
    try:
        return parse_day(text)
    except PeriodError as problem:
        raise ArgumentTypeError(str(problem)) from None


def whole_number(low: int, high: int) -> Callable[[str], int]:
    """A `type` of argparse: a whole number from `low` to `high`, both included."""

    def parse(text: str) -> int:
        # Before `int`, which takes spaces, underscores and the digits of every script, and refuses the very long.
        number = int(text) if text.isascii() and text.isdecimal() and len(text) <= _LONGEST else None
        if number is None or not low <= number <= high:
            raise ArgumentTypeError(f"{text!r} is not a whole number from {low:,} to {high:,}")
        return number

    return parse
