"""The rows of a week's form, sent and shown: My updates and the link in a mail share them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from departments.core.text import restore_line_breaks
from departments.formats import grouped
from departments.periods import PeriodError, parse_day
from departments.scorecards.core.goals import DatedGoal, Status
from departments.scorecards.core.number_text import bare_text
from departments.updates.selectors.my_week import MyRow
from departments.updates.services.updates import NOTHING, Problem, SubmittedRow

_RULES = {
    "at_least": gettext_noop("at least"),
    "at_most": gettext_noop("at most"),
    "between": gettext_noop("between"),
    "exactly": gettext_noop("exactly"),
}
_LARGEST_VERSION = 9
"""Digits of a version: more is no version of ours."""


@dataclass(frozen=True, kw_only=True)
class FormRow:
    """One row as the template prints it. `text`, `note` and `version` are what the fields hold: what was typed where
    that could not be taken, else what is stored."""

    entry: MyRow
    text: str
    note: str
    version: int
    nothing: bool
    goal: str
    last: str
    problem: Problem | None = None
    stored: str = ""
    """What somebody else wrote meanwhile."""

    @property
    def id(self) -> int:
        return self.entry.row.id

    @property
    def value(self) -> str:
        """The stored number, for reading."""
        return grouped_plain(self.entry.value)

    @property
    def mark(self) -> str:
        return self.entry.status.mark

    @property
    def word(self) -> str:
        return _("in, no goal") if self.entry.status is Status.NONE else self.entry.status.word

    @property
    def can_copy(self) -> bool:
        return self.entry.value is None and self.entry.last_is_of_the_week_before


def entered_values(query: QueryDict, row: MyRow) -> SubmittedRow:
    """What a form says about one row."""
    pk = row.row.id
    version = query.get(f"version-{pk}", "0")
    return SubmittedRow(
        measurable=pk,
        text=query.get(f"value-{pk}", plain(row.value)),
        note=None if (note := query.get(f"note-{pk}")) is None else restore_line_breaks(note, row.note),
        version=int(version) if version.isdecimal() and len(version) <= _LARGEST_VERSION else 0,
        nothing=f"nothing-{pk}" in query,
        copy=query.get("copy") == str(pk),
        sure=query.get(f"sure-{pk}") == query.get(f"value-{pk}"),
    )


def form_row(row: MyRow, problem: Problem | None = None, submitted: SubmittedRow | None = None) -> FormRow:
    """A row with what is stored, or with what was typed (and why it was not taken, if it is the reason)."""
    text, note, version, stored = plain(row.value), row.note, row.version, ""
    submitted = problem.submitted if problem else submitted
    if submitted:
        text, note = submitted.text, note if submitted.note is None else submitted.note
    if problem and problem.conflict:
        stored = plain(problem.conflict.value) or _("no number")
    return FormRow(
        entry=row,
        text=text,
        note=note,
        version=version,
        nothing=submitted.nothing if submitted else row.value is None and row.note == NOTHING,
        goal=goal_text(row.goal),
        last=grouped_plain(row.last),
        problem=problem,
        stored=stored,
    )


def form_rows(
    rows: Iterable[MyRow],
    problems: Mapping[int, Problem] | None = None,
    submitted: Mapping[int, SubmittedRow] | None = None,
) -> list[FormRow]:
    return [form_row(row, (problems or {}).get(row.row.id), (submitted or {}).get(row.row.id)) for row in rows]


def plain(value: Decimal | None) -> str:
    """A number as one would type it: `12.5`, `1200`; nothing for none."""
    return "" if value is None else bare_text(value)


def grouped_plain(value: Decimal | None) -> str:
    """The same with thousands marked, for reading."""
    text = plain(value)
    return grouped(value, len(text.partition(".")[2])) if text else ""


def goal_text(goal: DatedGoal | None) -> str:
    """`at least 60`, `between 30 and 50`; nothing where no goal is in force."""
    if goal is None:
        return ""
    low, high = (grouped_plain(Decimal(str(end))) if end is not None else "" for end in (goal.goal, goal.goal_high))
    return f"{_(_RULES[goal.rule])} {low}" + (_(" and {high}").format(high=high) if goal.rule == "between" else "")


def requested_week(request: HttpRequest) -> tuple[date | None, str]:
    """The week in the address or the form, and what to say when it is none."""
    text = request.POST.get("week") or request.GET.get("week") or ""
    if not text:
        return None, ""
    try:
        week = parse_day(text)
    except PeriodError:
        week = None
    if week is None or week.weekday() != 0:
        return None, _("“{text}” is not a Monday. Showing the week that is due.").format(text=text[:40])
    return week, ""
