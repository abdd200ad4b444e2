"""From a sheet to the filled cells of measurables and weeks: nothing is left out without a name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from departments.scorecards.core.number_text import NotANumber, number_read
from departments.scorecards.core.score_file.sheet import FileUnreadable, Sheet, SheetRow, counted_names
from departments.scorecards.core.score_file.weeks import week_of_head
from departments.translation import gettext as _

HEAD = ("key", "measurable", "unit", "goal")


@dataclass(frozen=True, kw_only=True)
class FileCell:
    """A filled cell: which measurable and week, the text as it stood there, where, and why it cannot be read; and the
    unit its row names, if it names one."""

    key: str
    week: date
    text: str
    place: str = ""
    problem: str = ""
    unit: str = ""


@dataclass(frozen=True, kw_only=True)
class FileContent:
    """What a file brings, and what it holds that was not read."""

    cells: tuple[FileCell, ...]
    notes: tuple[str, ...] = ()


def content_of(sheets: Iterable[Sheet]) -> FileContent:
    """The filled cells of the one sheet that is a scorecard; FileUnreadable says what keeps it from being one."""
    filled = [sheet for sheet in sheets if sheet.rows]
    if not filled:
        raise FileUnreadable(_("The file is empty."))
    cards = [sheet for sheet in filled if "key" in _names(sheet.rows[0])]
    if not cards:
        raise FileUnreadable(_("The first row has no column “key”. Start from a file downloaded here."))
    if len(cards) > 1:
        names = counted_names([f"“{sheet.name}”" for sheet in cards])
        raise FileUnreadable(
            _("{cards} sheets have a column “key”: {names}. Keep one of them.").format(cards=len(cards), names=names)
        )
    others = [f"“{sheet.name}”" for sheet in filled if sheet is not cards[0]]
    content = _content(cards[0])
    notes = (
        (_("Other sheets are ignored: {counted_names}.").format(counted_names=counted_names(others)),) if others else ()
    )
    return replace(content, notes=cards[0].notes + notes + content.notes)


def _names(row: SheetRow) -> list[str]:
    return [cell.text.strip().casefold() for cell in row.cells]


def _content(sheet: Sheet) -> FileContent:
    head, rows = sheet.rows[0], sheet.rows[1:]
    names = _names(head)
    if names.count("key") > 1:
        raise FileUnreadable(_("Two columns are called “key”. Keep one of them."))
    weeks = _weeks(sheet, head)
    notes = _unread_columns(sheet, names, set(weeks), rows)
    key_column = names.index("key")
    unit_column = names.index("unit") if "unit" in names else None
    by_key: dict[str, list[SheetRow]] = {}
    for row in rows:
        key = row.cells[key_column]
        if key.problem:
            raise FileUnreadable(f"{sheet.place(row.line, key_column)}: {key.problem}")
        if not key.text and any(not row.cells[column].empty for column in weeks):
            raise FileUnreadable(
                _("Row {line} has values but no key: it is unclear what they belong to.").format(line=row.line)
            )
        if key.text:  # keys are stored in their composed form
            by_key.setdefault(unicodedata.normalize("NFC", key.text), []).append(row)
    _once(by_key, weeks)
    cells = [
        FileCell(
            key=key,
            week=week,
            text=same[0].cells[column].text,
            place=sheet.place(same[0].line, column),
            problem=same[0].cells[column].problem,
            unit="" if unit_column is None else same[0].cells[unit_column].text,
        )
        for key, same in by_key.items()
        for column, week in weeks.items()
        if not same[0].cells[column].empty
    ]
    return FileContent(cells=tuple(cells), notes=notes + _dashes(cells))


def _weeks(sheet: Sheet, head: SheetRow) -> dict[int, date]:
    """The week of each column that has one. Heads that nobody can read as a week stop the whole file."""
    weeks: dict[int, date] = {}
    for column, cell in enumerate(head.cells):
        place = f"{sheet.place(head.line, column)}: "
        if cell.problem:
            raise FileUnreadable(place + cell.problem)
        try:
            week = week_of_head(cell.text)
        except ValueError as problem:
            raise FileUnreadable(place + str(problem)) from problem
        if week is not None:
            weeks[column] = week
    if not weeks:
        raise FileUnreadable(_("No column is headed by a week, such as 2026-11-23."))
    twice = {week for week in weeks.values() if list(weeks.values()).count(week) > 1}
    if twice:
        columns = [sheet.place(head.line, column) for column, week in weeks.items() if week in twice]
        raise FileUnreadable(
            _("Two columns are for the same week: {counted_names}.").format(counted_names=counted_names(columns))
        )
    return weeks


def _unread_columns(sheet: Sheet, names: Sequence[str], weeks: set[int], rows: Sequence[SheetRow]) -> tuple[str, ...]:
    """A column with values and no name stops the file; one with a name of its own is left out, with its count."""
    left = []
    for column, name in enumerate(names):
        filled = [row.line for row in rows if not row.cells[column].empty]
        if column in weeks or name in HEAD or not filled:
            continue
        if not name:
            raise FileUnreadable(
                _("{place} is filled, and its column has no name in the first row.").format(
                    place=sheet.place(filled[0], column)
                )
            )
        left.append(_("“{name}” ({filled} filled)").format(name=name, filled=len(filled)))
    return (
        (_("Columns that are not weeks are ignored: {counted_names}.").format(counted_names=counted_names(left)),)
        if left
        else ()
    )


def _once(by_key: dict[str, list[SheetRow]], weeks: Iterable[int]) -> None:
    """A measurable has one row; two rows that say the same are one."""
    columns = list(weeks)
    twice = [
        _("{key} appears in rows {value}").format(key=key, value=", ".join(str(row.line) for row in same))
        for key, same in by_key.items()
        if any(_differs(same[0], row, columns) for row in same[1:])
    ]
    if twice:
        raise FileUnreadable(
            _("{counted_names} with different values. Keep one row for each key.").format(
                counted_names=counted_names(twice)
            )
        )


def _differs(row: SheetRow, other: SheetRow, columns: Iterable[int]) -> bool:
    return any(_meaning(row.cells[column].text) != _meaning(other.cells[column].text) for column in columns)


def _meaning(text: str) -> object:
    try:
        return "" if not text else number_read(text)
    except NotANumber:
        return re.sub(r"\s+", " ", text)


def _dashes(cells: Iterable[FileCell]) -> tuple[str, ...]:
    dashes = [cell.place for cell in cells if cell.text in ("-", "–", "—")]
    return (
        (_("A dash is read as no value: {counted_names}.").format(counted_names=counted_names(dashes)),)
        if dashes
        else ()
    )
