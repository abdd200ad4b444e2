"""Weeks as people head columns with them: the day of a Monday, or an ISO week. What could be two days is refused."""

from __future__ import annotations

import re
from datetime import date

from departments.translation import gettext as _

FIRST_WEEK, LAST_WEEK = date(1900, 1, 1), date(2199, 12, 30)
"""As in company folders: what lies beyond is a slip of the keyboard."""
_ISO_DAY = re.compile(r"(\d{4})-(\d\d?)-(\d\d?)([T ][0:]+)?")
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)")
_ISO_WEEK = re.compile(r"(\d{4})-?W(\d\d?)(-1)?", re.IGNORECASE)
_DOTS = re.compile(r"(\d\d?)\.(\d\d?)\.(\d{4})")
_SLASHES = re.compile(r"(\d\d?)/(\d\d?)/(\d{4})")
_LIKE_A_WEEK = re.compile(
    r"\d{5,8}|\d{1,4}[./-]\d{1,2}([./-]\d{2,4})?|(w|kw|cw|wk|week)\W*\d.*|\d+\.?\W*(w|kw|cw|wk|week).*"
    r"|.*\b(jan|feb|m[aä]r|apr|ma[iy]|jun|jul|aug|sep|o[ck]t|nov|de[cz])[a-z]*\b.*\d.*"
    r"|\d.*\b(jan|feb|m[aä]r|apr|ma[iy]|jun|jul|aug|sep|o[ck]t|nov|de[cz])[a-z]*\b.*",
    re.IGNORECASE,
)


def week_of_head(head: str) -> date | None:
    """The Monday a column's head names, None where it is no week at all; ValueError says why one cannot be read."""
    text = head.strip()
    if not text:
        return None
    try:
        day = _day(text)
    except _Ambiguous:
        raise
    except ValueError as problem:
        raise ValueError(_("“{text}” is not a calendar date.").format(text=text[:40])) from problem
    if day is None:
        if _LIKE_A_WEEK.fullmatch(text):
            raise ValueError(
                _("“{text}” cannot be read as a week. Write its Monday, such as 2026-11-23.").format(text=text[:40])
            )
        return None
    if day.weekday() != 0:
        raise ValueError(_("{day} is not a Monday. Write the Monday of the week, such as 2026-11-23.").format(day=day))
    if not FIRST_WEEK <= day <= LAST_WEEK:
        raise ValueError(_("{day} is not between the years 1900 and 2199.").format(day=day))
    return day


def _day(text: str) -> date | None:
    if week := _ISO_WEEK.fullmatch(text):
        return date.fromisocalendar(int(week[1]), int(week[2]), 1)
    if day := _ISO_DAY.fullmatch(text) or _COMPACT.fullmatch(text):
        return date(int(day[1]), int(day[2]), int(day[3]))
    if day := _DOTS.fullmatch(text):
        return date(int(day[3]), int(day[2]), int(day[1]))
    if day := _SLASHES.fullmatch(text):
        return _slashed(int(day[1]), int(day[2]), int(day[3]), text)
    return None


def _slashed(first: int, second: int, year: int, text: str) -> date:
    """Day and month, in whichever order there is only one day that it can be."""
    days = set()
    for month, day in ((first, second), (second, first)):
        try:
            days.add(date(year, month, day))
        except ValueError:
            continue
    if len(days) == 2:
        early, late = sorted(days)
        raise _Ambiguous(
            _("“{text}” may be {early:%-d %B %Y} or {late:%-d %B %Y}. Write it like {early} or {late}.").format(
                text=text, early=early, late=late
            )
        )
    if not days:
        raise ValueError(text)
    return days.pop()


class _Ambiguous(ValueError):
    """Two days could be meant; the message names both."""
