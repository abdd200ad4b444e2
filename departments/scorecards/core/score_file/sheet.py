"""A sheet as it was read, whatever kind of file it came from: text in cells, and what is wrong with a cell."""

from __future__ import annotations

from dataclasses import dataclass, field

from departments.translation import gettext as _

MOST_ROWS, MOST_COLUMNS = 500, 300


class FileUnreadable(Exception):
    """The file is no scorecard; the message says why. Nothing was changed."""


@dataclass(frozen=True)
class SheetCell:
    """One cell: its text as a person sees it, or why it has none that could be trusted."""

    text: str = ""
    problem: str = ""

    @property
    def empty(self) -> bool:
        """Nothing was written here, nothing that could not be read either."""
        return not (self.text or self.problem)


@dataclass(frozen=True)
class SheetRow:
    """One row, with its line as an editor or a spreadsheet counts."""

    line: int
    cells: tuple[SheetCell, ...]

    @property
    def empty(self) -> bool:
        """A row without a single written cell."""
        return all(cell.empty for cell in self.cells)


@dataclass(frozen=True)
class Sheet:
    """The rows of one sheet, and what has to be said about the file it came from."""

    rows: tuple[SheetRow, ...]
    name: str = ""
    lettered: bool = False
    """Its columns go by letters, as in a spreadsheet."""
    notes: tuple[str, ...] = field(default_factory=tuple)

    def place(self, line: int, column: int) -> str:
        """How the user finds a cell: `E2`, or `line 2, field 5`."""
        return (
            f"{letters(column)}{line}"
            if self.lettered
            else _("line {line}, field {column}").format(line=line, column=column + 1)
        )


def letters(column: int) -> str:
    """The letters of a column counted from zero: A, B, …, Z, AA."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def counted_names(names: list[str], most: int = 8) -> str:
    """Names in a sentence; of many, the first ones and how many more there are."""
    more = len(names) - most
    return ", ".join(names[:most]) + (_(" and {more} more").format(more=more) if more > 0 else "")
