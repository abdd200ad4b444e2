"""Rules for scorecard entries, however they are sent: cell, paste, form, link or file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from statistics import median

from departments.day_formats import day_text
from departments.scorecards.core.number_text import NotANumber, NumberText, number_parse, number_text
from departments.scorecards.core.score_file.weeks import FIRST_WEEK
from departments.translation import gettext as _

_PERCENT = re.compile(r"%|\b(per ?cent|pct|prozent)\b", re.IGNORECASE)
_POINTS = re.compile(r"\b(points?|pp|punkte?)\b", re.IGNORECASE)
# The first alternative is empty: without a unit there are no limits.
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
            return _("any number")
        if self.highest is None:
            return _("from {short}").format(short=_short(self.lowest))
        if self.lowest is None:
            return _("up to {short}").format(short=_short(self.highest))
        return _("{short} to {short_2}").format(short=_short(self.lowest), short_2=_short(self.highest))

    def problem(self, value: Decimal, *, name: str) -> str:
        """Why a value is impossible; empty if it is not."""
        if self.highest is not None and value > self.highest:
            beyond = _("is above {short}, the highest").format(short=_short(self.highest))
        elif self.lowest is not None and value < self.lowest:
            beyond = _("is below {short}, the lowest").format(short=_short(self.lowest))
        else:
            return ""
        fix = _("Correct it, or change the limits of the measurable.")
        return _("{short} {beyond} value that {name} can have. {fix}").format(
            short=_short(value), beyond=beyond, name=name, fix=fix
        )


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


def unusual_problem(number: NumberText, *, earlier: Sequence[Decimal]) -> str:
    """Why a number should be double-checked; empty if it is close to the values before it (oldest first)."""
    value = number.value
    sizes = [abs(value) for value in earlier[-LOOK_BACK:] if value]
    if not value:
        return ""
    if sizes:
        usual = median(sizes)
        if abs(value) >= FAR * usual or abs(value) * FAR <= usual:
            if abs(value) > usual:
                text = _("{value} is far above the weeks before, which had {usual} or so.")
            else:
                text = _("{value} is far below the weeks before, which had {usual} or so.")
            return text.format(value=_short(value), usual=_short(round(usual, 6)))
    elif number.other is not None:
        return _("This is read as {short}, and could be meant as {short_2}.").format(
            short=_short(value), short_2=_short(number.other)
        )
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
        has = (
            _("the unit of {name} is {unit}").format(name=name, unit=unit)
            if unit
            else _("{name} has no unit").format(name=name)
        )
        raise NotANumber(
            _("“{text}” is in percent, and {has}. Write the number without a percent sign.").format(
                text=text.strip()[:30], has=has
            )
        )
    return number


def week_problem(week: date, *, today: date) -> str:
    """Why nothing can be entered for a week; empty where something can."""
    if week.weekday() != 0:
        return _("{week} is not a Monday.").format(week=week)
    if week > today:
        return _("The week of {week} has not begun.").format(week=day_text(week, "%-d %B %Y"))
    if week < FIRST_WEEK:
        return _("{week} is before the year {year}.").format(week=week, year=FIRST_WEEK.year)
    return ""


def stored_note(note: str) -> str:
    """A note as it is stored: browsers end its lines as Windows does, files as they like."""
    return note.replace("\r\n", "\n").strip()


def note_problem(note: str, *, longest: int) -> str:
    """Why a note cannot be saved; empty if it can."""
    if len(note) > longest:
        return _("A note has at most {longest:,} characters.").format(longest=longest)
    if "\0" in note:
        return _("The note contains a NUL character, which cannot be stored. Type it again.")
    return ""
