"""By which formats all dates of a column can be read: one, none, or several that mean different days."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from functools import cache
from zoneinfo import ZoneInfo

from pipeline.imports.conversion.source_times import TimeReader, UnreadableTime

ISO = ""
_CLOCKS = ("", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", " %I:%M %p", " %I:%M:%S %p", ", %H:%M", ", %I:%M %p")
_DAYS = (
    "%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d", "%Y.%m.%d", "%d.%m.%y",
    "%d/%m/%y", "%m/%d/%y", "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%d-%b-%Y", "%d-%b-%y", "%d. %b %Y",
    "%d/%b/%Y", "%d/%b/%y",
    "%d %b %y", "%Y%m%d",
    "%Y年%m月%d日",
)  # fmt: skip
_ZONES = ("%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S.%f%z", "%Y-%m-%d %H:%M:%S %Z", "%Y-%m-%d %H:%M:%S%z",
          "%Y-%m-%d %H:%M:%S.%f %Z", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S.%f",
          "%a, %d %b %Y %H:%M:%S %z", "%a, %d %b %Y %H:%M:%S %Z")  # fmt: skip
_FORMS = (ISO, *(day + clock for day in _DAYS for clock in _CLOCKS), *_ZONES)
# Nearly all formats fail on the first few values: only those that are left read the whole column.
_TRIED_FIRST = 40


@dataclass(frozen=True, kw_only=True)
class DateReading:
    """`formats` reads every value (ISO 8601 is the empty text); `asks` are formats of which a person has to choose."""

    formats: tuple[str, ...]
    asks: tuple[str, ...] = ()
    has_clock: bool = False
    has_offset: bool = False


def date_reading(values: Sequence[str]) -> DateReading | None:
    """How the different values of a column are read as dates; None where they are none."""
    if not values or not any(letter.isdigit() for letter in values[0]):
        return None
    candidates = _fitting(values)
    if not candidates:
        return _mixed(values)
    zone = ZoneInfo("UTC")
    days = {form: [TimeReader(zone, [form] if form else ()).parse(value) for value in values] for form in candidates}
    first = candidates[0]
    # Formats that read the same days leave nothing to ask.
    same = [form for form in candidates if [m.at for m in days[form]] == [m.at for m in days[first]]]
    clock = any(not moment.bare for moment in days[first])
    offset = any(moment.at.tzinfo not in (None, zone, UTC) for moment in days[first])
    if len(same) == len(candidates):
        return DateReading(formats=(first,), has_clock=clock, has_offset=offset)
    return DateReading(formats=(), asks=tuple(candidates), has_clock=clock)


def _fitting(values: Sequence[str]) -> list[str]:
    """Formats that read all values, ISO 8601 first."""
    few = [form for form in _FORMS if all(_reads(value, form) for value in values[:_TRIED_FIRST])]
    return [form for form in few if all(_reads(value, form) for value in values[_TRIED_FIRST:])]


def fitting_most(values: Sequence[str]) -> list[str]:
    """The values that the format reads which reads the most of them."""
    few = values[:_TRIED_FIRST]
    best = max(_FORMS, key=lambda form: sum(_reads(value, form) for value in few))
    return [value for value in values if _reads(value, best)]


def _mixed(values: Sequence[str]) -> DateReading | None:
    """Days with and without a time in one column: the pair of formats of one order of day and month."""
    for day in _DAYS:
        used: set[str] = set()
        for value in values:
            form = next((day + clock for clock in _CLOCKS if _reads(value, day + clock)), None)
            if form is None:
                break
            used.add(form)
        else:
            swapped = _swapped(day)
            if swapped and all(any(_reads(value, swapped + clock) for clock in _CLOCKS) for value in values):
                return DateReading(formats=(), asks=(day, swapped), has_clock=True)
            return DateReading(formats=tuple(sorted(used)), has_clock=True)
    return _beside_iso(values)


def _beside_iso(values: Sequence[str]) -> DateReading | None:
    """Days of a spreadsheet beside days that were typed there as text. With slashes these are not read: the program has
    taken what it could for days already, with day and month swapped, and left the rest."""
    typed = [value for value in values if not _reads(value, ISO)]
    if not typed or len(typed) == len(values):
        return None
    reading = date_reading(typed)
    if reading is None or not reading.formats or any("/" in form for form in reading.formats):
        return None
    return DateReading(formats=(ISO, *reading.formats), has_clock=reading.has_clock)


def _swapped(day: str) -> str:
    pairs = {"%d/%m/%Y": "%m/%d/%Y", "%d-%m-%Y": "%m-%d-%Y", "%d/%m/%y": "%m/%d/%y"}
    return (pairs | {other: one for one, other in pairs.items()}).get(day, "")


@cache
def _signs(form: str) -> dict[str, int]:
    """The dots, colons and the like that a format writes itself, and how often."""
    return Counter(re.sub(r"%.|\w|\s", "", form))


def _reads(value: str, form: str) -> bool:
    if form == ISO and (len(value) < 8 or value.isdigit()):
        return False
    # Python compiles a pattern for each format and keeps five of them: most are ruled out without one.
    if any(value.count(sign) < times for sign, times in _signs(form).items()):
        return False
    try:
        TimeReader(ZoneInfo("UTC"), [form] if form else ()).parse(value)
    except UnreadableTime:
        return False
    return True


def format_words(form: str) -> str:
    """A format as a person writes a day by it: 31.12.2026."""
    if form == ISO:
        return "2026-12-31 (ISO 8601)"
    words = {"%Y": "2026", "%a": "Thu", "%m": "12", "%d": "31", "%y": "26", "%b": "Dec", "%B": "December", "%H": "14",
             "%I": "02", "%M": "30", "%S": "00", "%f": "000", "%p": "PM", "%z": "+0100", "%Z": "UTC"}  # fmt: skip
    for sign, word in words.items():
        form = form.replace(sign, word)
    return form
