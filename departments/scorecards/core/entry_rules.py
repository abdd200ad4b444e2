"""What an entry of a scorecard may be, whichever way it comes: cell, paste, form, link, file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from statistics import median

from departments.scorecards.core.number_text import NotANumber, NumberText, number_parse, number_text
from departments.scorecards.core.score_file.weeks import FIRST_WEEK

_PERCENT = re.compile(r"%|\b(per ?cent|pct|prozent)\b", re.IGNORECASE)
_POINTS = re.compile(r"\b(points?|pp|punkte?)\b", re.IGNORECASE)
_UNBOUNDED = re.compile(
    r"|.*[€$£¥₣₹].*|(.*\b)?[A-Z]{3}(\b.*)?|(?i:.*\b(points?|pp|punkte?|score|index|nps|growth|change|difference|balance"
    r"|margin|variance|degrees?|ratio)\b.*)"
)
FAR, LOOK_BACK = 7, 8
"""A value is far off at seven times, or a seventh, of the median of eight values before it.

A slip of the decimal point makes a value ten times too large; with the third by which weeks differ, seven catches it.
"""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Lowest and highest value a measurable can have, both included; None is no limit."""

    lowest: Decimal | None = None
    highest: Decimal | None = None

    def __str__(self) -> str:
        if self.lowest is None and self.highest is None:
            return "any number"
        if self.highest is None:
            return f"from {_short(self.lowest)}"
        if self.lowest is None:
            return f"up to {_short(self.highest)}"
        return f"{_short(self.lowest)} to {_short(self.highest)}"

    def problem(self, value: Decimal, *, name: str) -> str:
        """Why a value cannot be; empty where it can."""
        if self.highest is not None and value > self.highest:
            beyond = f"is above {_short(self.highest)}, the highest"
        elif self.lowest is not None and value < self.lowest:
            beyond = f"is below {_short(self.lowest)}, the lowest"
        else:
            return ""
        fix = "Correct it, or change the limits of the measurable."
        return f"{_short(value)} {beyond} value that {name} can have. {fix}"


def limits_of_unit(unit: str, *, goals: Iterable[tuple[Decimal, Decimal | None]] = ()) -> Limits:
    """The limits a measurable has by its unit.

    Percent goes from 0 to 100. Money, points, scores and whatever has no unit can be anything. All other units count or
    measure something and start at 0. A goal beyond a limit lifts it: somebody said that such values are to be.
    """
    if is_percent(unit):
        low, high = Decimal(0), Decimal(100)
    elif _UNBOUNDED.fullmatch(unit.strip()):
        return Limits()
    else:
        low, high = Decimal(0), None
    ends = [end for pair in goals for end in pair if end is not None]
    return Limits(
        lowest=None if any(end < low for end in ends) else low,
        highest=None if high is None or any(end > high for end in ends) else high,
    )


def far_off(number: NumberText, *, earlier: Sequence[Decimal]) -> str:
    """Why a number should be looked at once more; empty where it is near the values before it (oldest first)."""
    value = number.value
    sizes = [abs(value) for value in earlier[-LOOK_BACK:] if value]
    if not value:
        return ""
    if sizes:
        usual = median(sizes)
        if abs(value) >= FAR * usual or abs(value) * FAR <= usual:
            side = "above" if abs(value) > usual else "below"
            return f"{_short(value)} is far {side} the weeks before, which had {_short(round(usual, 6))} or so."
    elif number.other is not None:
        return f"This is read as {_short(value)}, and could be meant as {_short(number.other)}."
    return ""


def _short(value: Decimal | None) -> str:
    return "" if value is None else number_text(value)


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
        return "The note contains a NUL character, which cannot be stored. Type it again."
    return ""
