"""The rows under the names of a table: which are passed on, which are left out with a note, which refuse the file."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from departments.formats import counted
from departments.translation import gettext_noop
from pipeline.imports.problems import ImportUnreadable
from pipeline.sources.files.text import GUESSED, UNREADABLE

_TOTAL = re.compile(
    r"((grand |sub-?)?(total|sum)s?|(zwischen|end|gesamt)?summe|gesamt|(sous-)?total g[ée]n[ée]ral|total[ei]?|somme)"
    r"( ?\([^)]*\)| [0-9]+)? ?:?"
    r"|(sub-?total|zwischensumme|sous-total|subtotale|итого|всего|разом|всього)\b.*"
    r"|(total|summe|somme|totale?) (for|of|per|by|für|fuer|pro|pour|par|por|per|di|de)\b.*|total: .*|summe: .*"
    r"|.+ (total|subtotal|ergebnis|zwischensumme)"
    r"|(average|avg|mean|median|count|record count|minimum|maximum|(mittel|durchschnitts)wert|durchschnitt|anzahl"
    r"|moyenne|nombre|promedio|media|média|cuenta|conteggio|среднее|середнє|количество|кількість"
    r"|合計|総計|小計|総合計|平均|件数)( ?\([^)]*\)| [0-9]+)?( ?[:：].*)?",
    re.IGNORECASE,
)
"""What stands before the totals, averages and counts of a table, alone in its cell, the first one that is filled."""
_LISTED = 5
_WHOLE, _REST = re.compile(r"-?[0-9]{1,3}"), re.compile(r"[0-9]{2,3}")
"""The two halves of a number that a comma without quotation marks cuts."""


@dataclass(frozen=True)
class _Odd:
    """A row of another width than the names; `lines`: a value of it goes over several lines."""

    line: int
    width: int
    lines: bool


@dataclass
class TableRows:
    """Passes the rows under the names; rows of another width are refused unless they end the file after a gap.

    `header` are the names as they stand in the file, `padded`: a spreadsheet, which writes no empty cells at the end of
    a row, `encoding` the one that was found out, empty where a person chose it.
    """

    names: list[str]
    header: list[str]
    file: str
    padded: bool
    encoding: str = ""
    count: int = 0
    footer: int = 0
    repeated: int = 0
    groups: int = 0
    unreadable: int = 0
    mixed: list[str] = field(default_factory=list)
    _odd: list[_Odd] = field(default_factory=list)
    _totals: list[int] = field(default_factory=list)
    _of_exact_width: bool = False
    _cut: int = 0
    _first_cut: tuple[int, str] = (0, "")
    _cut_in_all: set[int] | None = None

    def rows(self, source: Iterator[tuple[int, list[str]]], *, after: int) -> Iterator[list[str]]:
        width, gap = len(self.names), False
        names = [" ".join(cell.split()) for cell in self.header]
        for place, (line, row) in enumerate(source):
            if place <= after:
                continue
            filled = sum(1 for cell in row if cell.strip())
            if not filled:
                gap = gap or self.count > 0
                continue
            longer = len(row) > width
            # Some programs end every row with a separator.
            while len(row) > width and not row[-1].strip():
                row.pop()
            if gap and filled < max(2, width * 0.5):
                self.footer += 1
                continue
            if filled <= max(2, width * 0.5) and (_is_total(row) or (self.padded and _is_sum(row))):
                self._totals.append(line)
                continue
            if row[0].strip() == self.header[0].strip() and [" ".join(cell.split()) for cell in row] == names:
                self.repeated += 1
                self.groups, self.footer, gap = self.groups + self.footer, 0, False
                continue
            # The table goes on: what looked like its end was none.
            if self.footer:
                self._add_odd(line, row)
            if len(row) != width and not (self.padded and len(row) < width):
                self._add_odd(line, row)
                continue
            self._note(line, row, longer=longer)
            gap = False
            yield [cell.strip().replace("\r\n", "\n").replace("\r", "\n") for cell in row] + [""] * (width - len(row))
        self._refuse_odd()
        self._refuse_cut()

    def _add_odd(self, line: int, row: list[str]) -> None:
        self._odd.append(_Odd(line, len(row), any("\n" in cell for cell in row)))

    def _note(self, line: int, row: list[str], *, longer: bool) -> None:
        self.count += 1
        self.unreadable += sum(UNREADABLE in cell for cell in row)
        if self.encoding == GUESSED:
            self.mixed += [cell for cell in row if not cell.isascii() and _is_utf8(cell)][: _LISTED - len(self.mixed)]
        if not longer:
            self._of_exact_width = True
            return
        cuts = dict(_cut_numbers(row))
        self._cut_in_all = set(cuts) if self._cut_in_all is None else self._cut_in_all & set(cuts)
        if cuts:
            self._first_cut = self._first_cut if self._cut else (line, next(iter(cuts.values())))
            self._cut += 1

    def _refuse_odd(self) -> None:
        if not self._odd:
            return
        listed = ", ".join(f"{odd.line:,} ({odd.width})" for odd in self._odd[:_LISTED])
        more = (
            gettext_noop(" and {count:,} more").format(count=len(self._odd) - _LISTED)
            if len(self._odd) > _LISTED
            else ""
        )
        last = self._odd[-1]
        hint = gettext_noop(
            "A value holds the separator without quotation marks, or the file was cut off. Export it again."
        )
        if last.lines:
            hint = gettext_noop(
                "A quotation mark on line {line:,} is probably never closed. Close it, or export the file again."
            ).format(line=last.line)
        elif len(self._odd) == 1 and last.width < len(self.names):
            hint = gettext_noop("The file seems to be cut off at line {line:,}: export it again.").format(
                line=last.line
            )
        what = f"{len(self._odd):,} {'row does' if len(self._odd) == 1 else 'rows do'}"
        raise ImportUnreadable(
            gettext_noop("{file}: {what} not have {count} values as its names do: line {listed}{more}. {hint}").format(
                file=self.file, what=what, count=len(self.names), listed=listed, more=more, hint=hint
            )
        )

    def _refuse_cut(self) -> None:
        """A row with a value too many loses an empty one at its end; if a number in it was cut, all after it moved."""
        # Where every row is longer, rows just end with the separator, unless one number is cut in all of them.
        if not self._cut or not (self._of_exact_width or self._cut_in_all):
            return
        line, number = self._first_cut
        rows = f"{self._cut:,} {'row has' if self._cut == 1 else 'rows have'}"
        raise ImportUnreadable(
            gettext_noop(
                "{file}: {rows} a value more than there are names, since a number is cut in two, such as "
                "“{number}” on line {line:,}. Export the file with quotation marks around such values, or as "
                "XLSX."
            ).format(file=self.file, rows=rows, number=number, line=line)
        )

    def notes(self) -> list[str]:
        """What was left out, and what may be read wrongly."""
        notes = []
        if self.footer:
            notes.append(
                gettext_noop("{footer:,} rows after the table, such as totals, were left out.").format(
                    footer=self.footer
                )
            )
        if self._totals:
            what = counted(len(self._totals), "row of totals was", "rows of totals were")
            listed = ", ".join(f"{line:,}" for line in self._totals[:_LISTED])
            more = (
                gettext_noop(" and {count:,} more").format(count=len(self._totals) - _LISTED)
                if len(self._totals) > _LISTED
                else ""
            )
            notes.append(
                gettext_noop("{what} left out: line {listed}{more}.").format(what=what, listed=listed, more=more)
            )
        if self.repeated:
            notes.append(
                gettext_noop(
                    "The row of names stands {repeated:,} more times among the rows, and was left out there."
                ).format(repeated=self.repeated)
            )
        if self.groups:
            notes.append(
                gettext_noop(
                    "The table stands there in several groups; {groups} between them, such as titles, were left out."
                ).format(groups=counted(self.groups, "row", "rows"))
            )
        return [*notes, *self._notes_of_names(), *self._notes_of_encoding()]

    def _notes_of_names(self) -> list[str]:
        counts = Counter(name for cell in self.header if (name := " ".join(cell.split())))
        return [
            gettext_noop(
                "{count} columns are called “{name}”: the later ones are shown as “{name} (2)” and so on."
            ).format(count=count, name=name)
            for name, count in counts.items()
            if count > 1
        ][:_LISTED]

    def _notes_of_encoding(self) -> list[str]:
        notes = []
        letters = "".join(sign for name in self.header for sign in name if sign.isalpha() or not sign.isascii())
        if self.encoding == GUESSED and sum(not sign.isascii() for sign in letters) > len(letters) / 2:
            notes.append(gettext_noop("The names of the columns look as if another encoding was right: choose it."))
        if self.mixed:
            notes.append(
                gettext_noop(
                    "Some values are in UTF-8 and others are not, such as “{mixed}”. Export the file again."
                ).format(mixed=self.mixed[0])
            )
        if self.unreadable:
            notes.append(
                gettext_noop(
                    "{unreadable} signs that are not of this encoding, shown as {sign}. Choose another encoding."
                ).format(unreadable=counted(self.unreadable, "value has", "values have"), sign=UNREADABLE)
            )
        return notes


def _is_utf8(cell: str) -> bool:
    try:
        # UTF-8 read as Windows-1252 shows two or three signs for one; turned back they are one again.
        return cell.encode(GUESSED).decode("utf-8") != cell
    except UnicodeError:
        return False


def _cut_numbers(row: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Places where two values in a row may be one number with a comma in it."""
    for place, (whole, rest) in enumerate(pairwise(row)):
        if _WHOLE.fullmatch(whole.strip()) and _REST.fullmatch(rest.strip()):
            yield place, f"{whole.strip()},{rest.strip()}"


def _is_sum(row: list[str]) -> bool:
    """Whether a row has no beginning and holds numbers alone, as the sums under a group of a spreadsheet."""
    filled = [cell.strip() for cell in row if cell.strip()]
    return not row[0].strip() and all(re.fullmatch(r"-?[0-9][0-9.,]*", cell) for cell in filled)


def _is_total(row: list[str]) -> bool:
    """Whether a row says nothing but sums: a deal of a customer called Total has a key or a stage beside it."""
    first, *others = [cell.strip() for cell in row if cell.strip()]
    return bool(_TOTAL.fullmatch(first)) and all(any(sign.isdigit() for sign in cell) for cell in others)
