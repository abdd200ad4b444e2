"""Days and times as the reader writes them: `23 Nov 2026, 14:05` or `Nov 23, 2026, 2:05 PM`.

Code and templates name one format, the British one; here it becomes the reader's. What is frozen, mailed or printed
by a command has no reader and stays British. ISO days (`Y-m-d`) are for machines and stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from typing import Literal

from babel.dates import get_day_names, get_month_names

_DJANGO_DAY = re.compile(r"\b(?:([Dl]) )?j ([MF])( Y)?")
_DJANGO_TIME = re.compile(r"\bH:i(:s)?")
_NAME = re.compile(r"%([aAbB])")
_STRFTIME_DAY = re.compile(r"(?:(%[aA]) )?%-d (%[bB])( %Y)?")


@dataclass(frozen=True, kw_only=True)
class DayStyle:
    """How days and times are written: the month first (American) or the day, twelve hours or twenty-four."""

    month_first: bool = False
    twelve_hours: bool = False
    names: str = "en"
    """The language whose names of months and weekdays stand in them; a German day has a full stop: `23. Nov. 2026`."""


BRITISH = DayStyle()
AMERICAN = DayStyle(month_first=True, twelve_hours=True)
ENGLISH, GERMAN = "en", "de"
_style: ContextVar[DayStyle] = ContextVar("style_of_days", default=BRITISH)


@contextmanager
def using_day_style(style: DayStyle) -> Iterator[None]:
    """Context manager that writes days and times in a style."""
    before = _style.set(style)
    try:
        yield
    finally:
        _style.reset(before)


def style_of_days() -> DayStyle:
    """The active style: anything cached as rendered text needs it in its key."""
    return _style.get()


def style_of_language(language: str) -> DayStyle:
    """What readers of a language (`en-us`, `de`) expect; a language without a country is written as British."""
    return AMERICAN if language.lower() == "en-us" else BRITISH


def template_format(text: str) -> str:
    """A format of the template filter `date`, such as `D j M, H:i`, as the reader has it."""
    style = _style.get()
    if style.month_first:
        text = _DJANGO_DAY.sub(lambda day: _month_first(day[1], day[2], "j", day[3]), text)
    elif style.names == GERMAN:
        # Django's `N` ends an abbreviated month with a full stop, as German does; `M` does not.
        text = _DJANGO_DAY.sub(lambda day: _german(day[1], {"M": "N"}.get(day[2], day[2]), "j", day[3]), text)
    if style.twelve_hours:
        text = _DJANGO_TIME.sub(lambda time: f"g:i{time[1] or ''} A", text)
    return text


def day_format(text: str) -> str:
    """A format of `strftime`, or of a chart's axis, such as `%-d %b %Y` or `%a %H:%M`, as the reader has it."""
    style = _style.get()
    if style.month_first:
        text = _STRFTIME_DAY.sub(lambda day: _month_first(day[1], day[2], "%-d", day[3]), text)
    elif style.names == GERMAN:
        text = _STRFTIME_DAY.sub(lambda day: _german(day[1], day[2], "%-d", day[3]), text)
    return text.replace("%H:%M", "%-I:%M %p") if style.twelve_hours else text


def day_text(value: date, text: str = "%-d %b %Y") -> str:
    """A day in words."""
    text = day_format(text)
    language = _style.get().names
    if language != ENGLISH:
        text = _NAME.sub(lambda name: _name(value, name[1], language), text)
    return value.strftime(text)


def _name(value: date, sign: str, language: str) -> str:
    """The name of a month (`b`, `B`) or weekday (`a`, `A`) where Python only knows English ones."""
    width: Literal["abbreviated", "wide"] = "abbreviated" if sign.islower() else "wide"
    if sign in "bB":
        return str(get_month_names(width, locale=language)[value.month])
    name = str(get_day_names(width, locale=language)[value.weekday()])
    # A comma follows a weekday, so it loses its full stop.
    return name.rstrip(".") if sign == "a" else name


def _german(weekday: str | None, month: str, day: str, year: str | None) -> str:
    return f"{f'{weekday}, ' if weekday else ''}{day}. {month}{year or ''}"


def _month_first(weekday: str | None, month: str, day: str, year: str | None) -> str:
    return f"{f'{weekday}, ' if weekday else ''}{month} {day}{f',{year}' if year else ''}"
