"""The files of a CRM export as rows with their lines; what the mapping names must be there, and stands once."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, fields

from departments.translation import gettext_noop
from pipeline.core.decimal_text import NotDecimal
from pipeline.core.money_text import Money, currencies_of, currency_of_name, money_split
from pipeline.imports.conversion.source_times import Moment, TimeReader, UnreadableTime
from pipeline.imports.files.headers import LINE, Header
from pipeline.imports.files.sources import DirectorySource
from pipeline.imports.files.tables import tables_of
from pipeline.imports.log.amounts import parse_amount
from pipeline.imports.problems import ConversionRefused, ProblemList
from pipeline.imports.snapshot.mapping import DealColumns, FilesMapping, SnapshotMapping
from pipeline.imports.snapshot.more_files import HistoryColumns, Lookup, TicketColumns

_LISTED = 5
_SETTINGS = {"entry_stage", "missing_amount", "missing_created", "stage_default", "team_department"}


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One row of an export: its values by column, empty ones included, and the line it starts on."""

    line: int
    values: dict[str, str]

    def get(self, column: str) -> str:
        """The value of a column; empty where the mapping names none."""
        return self.values.get(column, "") if column else ""


class ExportReader:
    """Reads the files of an export. `problems` and `counted` collect what is refused and what is assumed."""

    def __init__(self, source: DirectorySource, mapping: FilesMapping) -> None:
        self.problems = ProblemList()
        self.counted: Counter[str] = Counter()
        self._source, self._mapping = source, mapping

    def check_ticket_columns(self, tickets: TicketColumns) -> None:
        """Refuse the file and columns of tickets that the mapping names and the export does not have."""
        self._check_file("tickets", tickets, {"department", "deal_key"})
        if self.problems:
            raise ConversionRefused(self.problems)

    def check_columns(self, mapping: SnapshotMapping) -> None:
        """Refuse every file and column that the mapping names and the export does not have."""
        deals = mapping.files.deals
        names = self._header(deals, "files", "deals")
        joined = set(names)
        scoped: dict[str, list[str]] = {}
        for place, lookup in enumerate(mapping.lookups, 1):
            header = self._header(lookup.file, "lookups", "file", place)
            self._check("lookups", "deal_column", lookup.deal_column, joined, deals, place)
            self._check("lookups", "key", lookup.key, header, lookup.file, place)
            scoped[lookup.name] = header
            joined |= {f"{lookup.name}.{name}" for name in header}
        for definition in fields(DealColumns):
            name = getattr(mapping.deal, definition.name)
            if definition.name not in _SETTINGS and isinstance(name, str):  # lists are values, not columns
                self._check("deal", definition.name, name, joined, deals)
        for column in mapping.stage_dates:
            self._check("stage_dates", column, column, joined, deals)
        if mapping.accounts is not None:
            accounts = mapping.accounts
            scoped["accounts"] = self._header(accounts.file, "accounts", "file")
            for definition in fields(accounts):
                if definition.name != "file":
                    self._check(
                        "accounts",
                        definition.name,
                        getattr(accounts, definition.name),
                        scoped["accounts"],
                        accounts.file,
                    )
        if mapping.tickets is not None:
            scoped["tickets"] = self._check_file("tickets", mapping.tickets, {"department", "deal_key"})
            self._check("tickets", "deal_key", mapping.tickets.deal_key, joined, deals)
        if mapping.history is not None:
            scoped["history"] = self._check_file("history", mapping.history, set())
        replaceable = set(names) | {f"{scope}.{name}" for scope, header in scoped.items() for name in header}
        for column in mapping.values:
            self._check(f"values.{column}", "", column, replaceable, "the export")
        if self.problems:
            raise ConversionRefused(self.problems)

    def _check_file(self, part: str, columns: TicketColumns | HistoryColumns, others: set[str]) -> list[str]:
        """Every column that a part names is one of its file; gives those of the file. `others` name no column."""
        header = self._header(columns.file, part, "file")
        for definition in fields(columns):
            name = getattr(columns, definition.name)
            if definition.name not in {"file", *others} and isinstance(name, str):
                self._check(part, definition.name, name, header, columns.file)
        return header

    def _header(self, file: str, part: str, word: str, place: int = 1) -> list[str]:
        if file not in self._source.names:
            reason = gettext_noop("is missing: the export has no file {file}, only {listed}").format(
                file=file, listed=", ".join(self._source.names) or "none"
            )
            self.problems.add(self._mapping.source.problem(part, word, file, reason, place))
            return []
        with self._source.open(file) as stream:
            header = next(tables_of(stream, file, self.problems, delimiter=self._mapping.files.delimiter), None)
        return list(header.names) if isinstance(header, Header) else []

    def _check(self, part: str, word: str, name: str, columns: set[str] | list[str], file: str, place: int = 1) -> None:
        if name and columns and name not in columns:
            reason = gettext_noop("is not a column of {file}, which has {listed}").format(
                file=file, listed=", ".join(sorted(columns))
            )
            self.problems.add(self._mapping.source.problem(part, word, name, reason, place))

    def rows(self, file: str, scope: str = "", *, again: bool = False) -> Iterator[SourceRow]:
        """Rows of a file; `scope` is put before the names by which values are replaced (`accounts.sector`). `again`:
        what is replaced in them is counted where they are read for the other purpose."""
        with self._source.open(file) as stream:
            for table in tables_of(stream, file, self.problems, delimiter=self._mapping.files.delimiter):
                if isinstance(table, Header):
                    continue
                for raw in table.to_pylist():
                    line = raw.pop(LINE)
                    values = {name: str(value).strip() for name, value in raw.items()}
                    yield SourceRow(line, self._replaced(values, scope, counts=not again))

    def _replaced(self, row: dict[str, str], scope: str, *, counts: bool) -> dict[str, str]:
        for column, values in self._mapping.values.items():
            name = column.removeprefix(scope) if scope else column
            if name in row and row[name] in values and (not scope or column.startswith(scope)):
                old, row[name] = row[name], values[row[name]]
                self.counted[
                    gettext_noop("rows have {column} “{old}”, read as “{row}”").format(
                        column=column, old=old, row=row[name]
                    )
                ] += counts
        return row

    def notes(self) -> list[str]:
        """A sentence for everything that was assumed or left out."""
        files = sorted(self.problems.blank_rows)
        blank = [note for file in files for note in self.problems.notes(file)]
        return blank + [f"{count:,} {what}." for what, count in self.counted.items() if count]

    def keyed(self, file: str, key: str, scope: str = "") -> dict[str, SourceRow]:
        """Rows by a key: an equal row again is counted, a different one of the same key refused."""
        rows: dict[str, SourceRow] = {}
        for row in self.rows(file, scope):
            value = row.get(key)
            if not value:
                self.counted[
                    gettext_noop("rows of {file} have no {key} and are left out").format(file=file, key=key)
                ] += 1
            elif value not in rows:
                rows[value] = row
            elif rows[value].values == row.values:
                self.counted[gettext_noop("rows of {file} are duplicated; one of each counts").format(file=file)] += 1
            else:
                reason = gettext_noop("is already on line {line}, with other values").format(line=rows[value].line)
                self.problems.refuse_row(file, row.line, key, value, reason)
        return rows

    def deals(self, mapping: SnapshotMapping) -> Iterator[SourceRow]:
        """The deals with the columns of their lookups."""
        joins: list[tuple[Lookup, dict[str, SourceRow]]] = [
            (lookup, self.keyed(lookup.file, lookup.key, f"{lookup.name}.")) for lookup in mapping.lookups
        ]
        for row in self.rows(mapping.files.deals):
            values = dict(row.values)
            if key := values.get(mapping.deal.key):
                # As the folder keeps keys: accents written in two ways are one deal, in this file and in earlier ones.
                values[mapping.deal.key] = unicodedata.normalize("NFC", key)
            for lookup, rows in joins:
                match = rows.get(values.get(lookup.deal_column, ""))
                if match is None:
                    self.counted[gettext_noop("deals have no match in {file}").format(file=lookup.file)] += 1
                else:
                    values |= {f"{lookup.name}.{name}": value for name, value in match.values.items()}
            yield SourceRow(row.line, values)


class RowReader:
    """Understands the values of one file's rows; what cannot be understood is a problem of its line.

    file: its name; called: what problems of its times say it is, `the tickets`.
    """

    def __init__(self, mapping: FilesMapping, export: ExportReader, *, file: str, called: str) -> None:
        self._mapping, self._problems, self._counted = mapping, export.problems, export.counted
        self._file, self._called = file, called
        self._first: dict[str, SourceRow] = {}
        self.repeated: list[str] = []
        self._repeated_otherwise: dict[str, None] = {}
        self.times = TimeReader(mapping.zone, mapping.files.date_formats, setting="date_formats", midnight_is_day=True)

    def _refuse(self, row: SourceRow, column: str, reason: str) -> None:
        self._problems.refuse_row(self._file, row.line, column, row.get(column), reason)

    def _repeats(self, row: SourceRow, column: str, each: str, used: Collection[str]) -> bool:
        """Whether a row only says again what an earlier one of its key says in every column that is `used`, as a list
        of the products in deals does: the earlier one counts. Refused are keys that are empty, and rows of one key that
        say different things; `each` is what has it."""
        key = row.get(column)
        if not key:
            self._refuse(row, column, gettext_noop("is empty; every {each} needs its key").format(each=each))
            return False
        first = self._first.setdefault(key, row)
        if first is row:
            return False
        other = [name for name, value in row.values.items() if first.values.get(name) != value]
        if different := [name for name in other if name in used]:
            reason = gettext_noop("is already on line {line}, with another {different}; a {each} is one row").format(
                line=first.line, different=different[0], each=each
            )
            self._refuse(row, column, reason)
            return False
        self.repeated.append(key)
        self._repeated_otherwise |= dict.fromkeys(other)
        return True

    def repeated_check(self) -> list[str]:
        """What was counted once although it stands in several rows, with the columns in which these differ."""
        if not self.repeated:
            return []
        keys = ", ".join(dict.fromkeys(self.repeated[:_LISTED]))
        sentence = gettext_noop(
            "{count:,} rows of {file} repeat another one of the same key ({keys}) and are left out."
        )
        what = sentence.format(count=len(self.repeated), file=self._file, keys=keys)
        if not self._repeated_otherwise:
            return [what]
        only = gettext_noop("They differ in {columns}, of which the first row counts: check that no amount is lost.")
        return [f"{what} {only.format(columns=', '.join(list(self._repeated_otherwise)[:_LISTED]))}"]

    def _moment(self, row: SourceRow, column: str) -> Moment | None:
        text = row.get(column)
        if not text:
            return None
        try:
            return self.times.parse(text)
        except UnreadableTime as error:
            self._refuse(row, column, f"of {self._called} {error}")
            return None

    def _amount(self, row: SourceRow, column: str) -> str:
        text = row.get(column)
        if not text:
            return ""
        try:
            return parse_amount(money_split(text).number, self._mapping.signs)
        except NotDecimal as error:
            self._refuse(row, column, str(error))
            return ""

    def _currency(self, row: SourceRow, columns: Sequence[str], named: str, by: str) -> str:
        """The currency of a row's amounts: `named` by its own column `by`, else written beside an amount or in the name
        of its column, else the company's. Where two of these contradict each other the row is refused."""
        own = self._mapping.company.reporting_currency
        # `eur`, `€` and `Euro` say one thing; what may be several, or none, stays and is refused where it is loaded.
        meant = currencies_of(named.strip()) if named else ()
        named = meant[0] if len(meant) == 1 else named
        for column in columns:
            text = row.get(column)
            money = money_split(text) if text else Money("")
            money = money if money.mark or not text else currency_of_name(column)
            if not money.mark or (named or own) in money.currencies:
                continue
            if named:
                reason = gettext_noop("is in {mark}, and its {by} is {named}: mend one of the two")
                self._refuse(row, column, reason.format(mark=money.mark, by=by, named=named))
            elif len(money.currencies) == 1:
                return money.currencies[0]
            else:
                reason = gettext_noop(
                    "is in {mark}, which may be several currencies and is not {own}: choose the column that has the "
                    "currency, or write its three letters"
                )
                self._refuse(row, column, reason.format(mark=money.mark, own=own))
        return named or own
