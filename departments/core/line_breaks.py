"""Where the lines of a sentence may not be broken: inside an amount, a day, a mark with its word."""

from __future__ import annotations

import re

from departments.formats import MINUS

_TIE = "\N{NO-BREAK SPACE}"
_FIGURE = re.compile(
    rf"\b([A-Z]{{3}}) (?=[{MINUS}\d])|(?<=\d) (?=(?:k|M|bn|pp|d|days?)\b|%)"  # EUR 1.24 M, 90 %
    r"|(?<=\b\d) (?=[A-Z][a-z]{2,8}\b)|(?<=\b\d\d) (?=[A-Z][a-z]{2,8}\b)|(?<=[a-z]) (?=\d{4}\b)"  # 19 Nov 2026
    r"|(?<=[▲▼●○◐±]) (?=\w)|(?<=^!) (?=\w)| (?=±)"
)
"""Spaces a line may not be broken at."""


def non_breaking(text: str) -> str:
    """The text with what belongs together on one line: amount and unit, day and month, mark and word, figure and ±."""
    return _FIGURE.sub(lambda match: f"{match[1] or ''}{_TIE}", text)
