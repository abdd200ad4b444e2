"""Types for command-line options that refuse bad values before anything starts."""

from __future__ import annotations

from argparse import ArgumentTypeError
from collections.abc import Callable

MOST_PROCESSES = 64
"""Side by side; each takes some hundred megabytes."""
_LONGEST = 30


def whole_number(low: int, high: int) -> Callable[[str], int]:
    """A `type` of argparse: a whole number from `low` to `high`, both included."""

    def parse(text: str) -> int:
        # Before `int`, which takes spaces, underscores and the digits of every script, and refuses the very long.
        number = int(text) if text.isascii() and text.isdecimal() and len(text) <= _LONGEST else None
        if number is None or not low <= number <= high:
            raise ArgumentTypeError(f"{text!r} is not a whole number from {low:,} to {high:,}")
        return number

    return parse
