"""Whether a deal was won, lost or withdrawn: by its flags, its status, and its dates of winning and losing."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from departments.translation import gettext_noop
from pipeline.core.flag_text import parse_flag
from pipeline.imports.conversion.source_times import Moment
from pipeline.imports.snapshot.mapping import SnapshotMapping
from pipeline.imports.snapshot.rows import ExportReader, SourceRow

WON, LOST, WITHDRAWN = "won", "lost", "withdrawn"
_OPEN = "open"
_SOUNDS_ENDED = re.compile(
    r"\bw[io]n\b|lost|lose|clos|delet|cancel|withdr|gewonn|verlor|geschlossen|gelöscht|storn|gagn|perd|ganad|vint[oa]|pers[oa]"
)
"""A status in such words is not taken for one of an open deal because the mapping forgot it."""


@dataclass(frozen=True, slots=True)
class Flags:
    """What the columns beside the stage say of one deal, and `by` which column."""

    skip: bool
    closed: bool = False
    outcome: str = ""
    by: str = ""
    closing: str = ""
    """The column that has the day on which it ended."""
    not_won: bool = False
    """The flag of winning says no."""
    is_open: bool = False
    """The status says that the deal is open."""


class OutcomeReader:
    """Reads flags, status and dates of a row. A flag decides, then the status, then dates; where two of them disagree,
    it is counted by name. What cannot be understood is refused, and never taken for a no."""

    def __init__(
        self, mapping: SnapshotMapping, export: ExportReader, moment: Callable[[SourceRow, str], Moment | None]
    ) -> None:
        self._columns, self._file = mapping.deal, mapping.files.deals
        self._problems, self._counted, self._moment = export.problems, export.counted, moment
        columns = mapping.deal
        lists = ((WON, columns.won_values), (LOST, columns.lost_values), (WITHDRAWN, columns.withdrawn_values),
                 (_OPEN, columns.open_values))  # fmt: skip
        self._meanings = {value: meaning for meaning, values in lists for value in values}
        # A value in another case is the same one, unless the mapping tells the two apart.
        self._meanings = {value.casefold(): meaning for value, meaning in self._meanings.items()} | self._meanings

    def read(self, row: SourceRow) -> Flags:
        """What the row says; problems and counts go to the export."""
        columns = self._columns
        skip, closed, won = (
            self._flag(row, name) for name in (columns.skip_flag, columns.closed_flag, columns.won_flag)
        )
        if skip:
            return Flags(skip=True)
        status = self._status(row)
        outcome, by = self._outcome(row, won, closed, status)
        own = {WON: columns.won_date, LOST: columns.lost_date}.get(outcome, "")
        closing = own if own and row.get(own) else columns.closed
        return Flags(skip=False, closed=bool(closed), outcome=outcome, by=by, closing=closing, not_won=won is False,
                     is_open=status == _OPEN)  # fmt: skip

    def _outcome(self, row: SourceRow, won: bool | None, closed: bool | None, status: str) -> tuple[str, str]:
        columns = self._columns
        if won and status != WITHDRAWN:
            if closed is False:
                what = gettext_noop("deals are won by their {won_flag} and not closed by their {closed_flag}").format(
                    won_flag=columns.won_flag, closed_flag=columns.closed_flag
                )
                self._count(f"{what}; {columns.won_flag} decides")
            if status in (LOST, _OPEN):
                what = gettext_noop("deals are {status} by their {status2} and won by {won_flag}").format(
                    status=status, status2=columns.status, won_flag=columns.won_flag
                )
                self._count(f"{what}; {columns.won_flag} decides")
            return WON, columns.won_flag
        if status in (WON, LOST, WITHDRAWN):
            if (won is False and status == WON) or (won and status == WITHDRAWN):
                said = "won" if won else "not won"
                what = gettext_noop("deals are {status} by their {status2} and {said} by {won_flag}").format(
                    status=status, status2=columns.status, said=said, won_flag=columns.won_flag
                )
                self._count(f"{what}; {columns.status} decides")
            if closed is False and status != WITHDRAWN:
                what = gettext_noop("deals are {status} by their {status2} and not closed by their {closed_flag}")
                what = what.format(status=status, status2=columns.status, closed_flag=columns.closed_flag)
                self._count(f"{what}; {columns.status} decides")
            self._unused_dates(row, status)
            return status, columns.status
        if status == _OPEN or won is False or closed is not None:
            self._unused_dates(row, "")
            return "", ""
        return self._dated(row)

    def _status(self, row: SourceRow) -> str:
        """What the status means, or nothing; one that nobody listed is counted by name, or refused."""
        columns = self._columns
        text = row.get(columns.status)
        if not text or columns.status == columns.stage:
            return self._meanings.get(text, "") if text else ""
        meaning = self._meanings.get(text) or self._meanings.get(text.casefold(), "")
        if meaning:
            return meaning
        dates = [name for name in (columns.won_date, columns.lost_date) if row.get(name)]
        if columns.open_values or dates or _SOUNDS_ENDED.search(text.casefold()):
            has = gettext_noop(", and {dates} is filled").format(dates=dates[0]) if dates else ""
            reason = gettext_noop(
                "is in none of open_values, won_values, lost_values and withdrawn_values{has}; add it to one"
            ).format(has=has)
            self._problems.refuse_row(self._file, row.line, columns.status, text, reason)
            return _OPEN
        if columns.won_values or columns.lost_values or columns.withdrawn_values:
            self._count(
                gettext_noop(
                    "deals have the {status} “{text}”, which the mapping does not name; the stage decides"
                ).format(status=columns.status, text=text)
            )
        return ""

    def _unused_dates(self, row: SourceRow, outcome: str) -> None:
        columns = self._columns
        for name, says in ((columns.won_date, WON), (columns.lost_date, LOST)):
            if name and says != outcome and row.get(name):
                self._count(
                    gettext_noop("deals have a {name} and are not {says} by what decides; the date is not used").format(
                        name=name, says=says
                    )
                )

    def _dated(self, row: SourceRow) -> tuple[str, str]:
        """By the dates alone: the later of the two, since a deal may come back."""
        columns = self._columns
        won, lost = (bool(row.get(name)) for name in (columns.won_date, columns.lost_date))
        if won and lost:
            at_won, at_lost = self._moment(row, columns.won_date), self._moment(row, columns.lost_date)
            if at_won and at_lost and at_won.at == at_lost.at:
                reason = gettext_noop(
                    "is the time of {lost_date}, too: nobody can know whether the deal was won or lost"
                ).format(lost_date=columns.lost_date)
                self._problems.refuse_row(self._file, row.line, columns.won_date, row.get(columns.won_date), reason)
            self._count(
                gettext_noop("deals have a {won_date} and a {lost_date}; the later one decides").format(
                    won_date=columns.won_date, lost_date=columns.lost_date
                )
            )
            won = not (at_won and at_lost and at_lost.at > at_won.at)
        return (WON, columns.won_date) if won else (LOST, columns.lost_date) if lost else ("", "")

    def _flag(self, row: SourceRow, column: str) -> bool | None:
        """Yes, no, or None where the mapping names no such column or its cell is empty."""
        if not column:
            return None
        try:
            flag = parse_flag(row.get(column))
        except ValueError:
            reason = gettext_noop(
                'is neither yes nor no; say what it means in [values."{column}"], such as "{column2}" = "no"'
            ).format(column=column, column2=row.get(column))
            self._problems.refuse_row(self._file, row.line, column, row.get(column), reason)
            return False
        if flag is None:
            self._count(gettext_noop("deals have no {column}, which counts as a no").format(column=column))
        return flag

    def _count(self, what: str) -> None:
        self._counted[what] += 1
