"""What an entry of a scorecard may be, whichever way it comes: cell, paste, form, link, file."""

from __future__ import annotations

import re
from datetime import date

from departments.core.number_text import NotANumber, NumberText, number_parse
from departments.core.score_file.weeks import FIRST_WEEK

_PERCENT = re.compile(r"%|\b(per ?cent|pct|prozent)\b", re.IGNORECASE)
_POINTS = re.compile(r"\b(points?|pp|punkte?)\b", re.IGNORECASE)


def is_percent(unit: str) -> bool:
    """Whether a unit is percent: `%`, `percent`, `% of deals`. Percentage points are not."""
    return bool(_PERCENT.search(unit)) and not _POINTS.search(unit)


def entry_text(text: str, *, name: str, unit: str) -> NumberText:
    """The number a text means for a measurable; NotANumber also where it has a percent sign and the unit has none."""
    number = number_parse(text)
    if number.percent and not is_percent(unit):
        has = f"the unit of {name} is {unit}" if unit else f"{name} has no unit"
        raise NotANumber(f"“{text.strip()[:30]}” is in percent, and {has}. Write the number without a percent sign.")
    return number


def week_problem(week: date, *, today: date) -> str:
    """Why nothing can be entered for a week; empty where something can."""
    if week.weekday() != 0:
        return f"{week} is not a Monday."
    if week > today:
        return f"The week of {week:%-d %B %Y} has not begun."
    if week < FIRST_WEEK:
        return f"{week} is before the year {FIRST_WEEK.year}."
    return ""


def note_problem(note: str, *, longest: int) -> str:
    """Why a note cannot be taken; empty where it can."""
    if len(note) > longest:
        return f"A note has at most {longest:,} characters."
    if "\0" in note:
        return "The note holds a NUL character, which cannot be stored. Type it anew."
    return ""
