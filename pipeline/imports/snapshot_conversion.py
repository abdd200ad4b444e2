"""A CRM export of one row per deal becomes a company folder: as much history as two dates and a stage can tell."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from pipeline.imports.headers import Header
from pipeline.imports.log_conversion import structure_write
from pipeline.imports.log_mapping import HandOffRules, LogColumns, LogMapping, OpportunityFields
from pipeline.imports.problems import ImportUnreadable, ProblemList
from pipeline.imports.snapshot_mapping import SnapshotMapping
from pipeline.imports.sources import DirectorySource
from pipeline.imports.tables import tables_of

LOST = "lost"
_YES = {"1", "true", "t", "yes", "y"}


@dataclass
class SnapshotReport:
    """What was converted, and every assumption made with how often."""

    deals: int = 0
    accounts: int = 0
    counted: Counter[str] = field(default_factory=Counter)

    def notes(self) -> list[str]:
        told = [f"{count:,} {what}." for what, count in self.counted.items()]
        return [f"{self.deals:,} deals and {self.accounts:,} accounts.", *told]


def folder_from_snapshot(source: Path, mapping: SnapshotMapping, folder: Path) -> SnapshotReport:
    """Write the company folder of an export; raises ImportUnreadable where a file or a value cannot be understood."""
    folder.mkdir(parents=True, exist_ok=True)
    structure_write(_structure(mapping), folder)
    report = SnapshotReport()
    export = _Export(DirectorySource(source), mapping, report)
    known = _accounts_write(export, mapping, folder, report)
    rows = list(export.deals())
    converter = _Deals(mapping, report, known, _latest(rows, mapping, export))
    with (
        (folder / "opportunities.csv").open("w", encoding="utf-8", newline="") as deals_handle,
        (folder / "events.csv").open("w", encoding="utf-8", newline="") as events_handle,
    ):
        deals, events = csv.writer(deals_handle), csv.writer(events_handle)
        deals.writerow(["key", "name", "pipeline", "account", "owner", "team", "source", "currency", "segment"])
        events.writerow(["opportunity", "occurred_at", "stage", "amount", "expected_close", "reason", "actor"])
        for row in rows:
            if not converter.skips(row):
                deals.writerow(converter.opportunity(row))
                events.writerows(converter.events(row, export))
    return report


def _structure(mapping: SnapshotMapping) -> LogMapping:
    """The small tables are those of any mapping."""
    return LogMapping(
        company=mapping.company,
        departments=mapping.departments,
        pipeline=mapping.pipeline,
        stages=mapping.stages,
        log=LogColumns(),
        opportunity=OpportunityFields(),
        losses=mapping.losses,
        loss_reasons=mapping.loss_reasons,
        sources=mapping.sources,
        handoffs=[],
        handoff_rules=HandOffRules(),
    )


class _Export:
    """The files of an export as rows with replaced values; deals carry the columns of their lookups."""

    def __init__(self, source: DirectorySource, mapping: SnapshotMapping, report: SnapshotReport) -> None:
        self._source, self._mapping, self._report = source, mapping, report

    def rows(self, file: str, scope: str = "") -> Iterator[dict[str, str]]:
        """Rows of a file; `scope` is put before the names by which values are replaced (`accounts.sector`)."""
        if file not in self._source.names:
            raise ImportUnreadable(f"The export has no file {file}.")
        problems = ProblemList()
        with self._source.open(file) as stream:
            for table in tables_of(stream, file, problems, delimiter=self._mapping.files.delimiter):
                if not isinstance(table, Header):
                    for row in table.to_pylist():
                        yield self._replaced({name: str(value).strip() for name, value in row.items()}, scope)
        if problems:
            raise ImportUnreadable(f"The export cannot be read. {problems.listed[0]}")

    def _replaced(self, row: dict[str, str], scope: str) -> dict[str, str]:
        for column, values in self._mapping.values.items():
            name = column.removeprefix(scope) if scope else column
            if name in row and row[name] in values and (not scope or column.startswith(scope)):
                old, row[name] = row[name], values[row[name]]
                self._report.counted[f"rows have {column} “{old}”, read as “{row[name]}”"] += 1
        return row

    def deals(self) -> Iterator[dict[str, str]]:
        lookups = []
        for lookup in self._mapping.lookups:
            rows = {row.get(lookup.key, ""): row for row in self.rows(lookup.file, f"{lookup.name}.")}
            lookups.append((lookup, rows))
        for row in self.rows(self._mapping.files.deals):
            joined = dict(row)
            for lookup, rows in lookups:
                found = rows.get(row.get(lookup.deal_column, ""))
                if found is None:
                    self._report.counted[f"deals have no match in {lookup.file}"] += 1
                joined |= {f"{lookup.name}.{name}": value for name, value in (found or {}).items()}
            yield joined

    def instant(self, text: str) -> str:
        """A date or date-time of the export in ISO 8601 (a date alone stays one); empty stays empty."""
        if not text:
            return ""
        for form in self._mapping.files.date_formats or [""]:
            try:
                at = datetime.strptime(text, form) if form else datetime.fromisoformat(text)  # noqa: DTZ007
            except ValueError:
                continue
            if at.tzinfo is None and (at.hour, at.minute, at.second, at.microsecond) == (0, 0, 0, 0):
                return at.date().isoformat()
            return (at if at.tzinfo else at.replace(tzinfo=self._mapping.zone)).isoformat()
        raise ImportUnreadable(f"The date “{text[:60]}” of the export cannot be read; name its form in date_formats.")


def _accounts_write(export: _Export, mapping: SnapshotMapping, folder: Path, report: SnapshotReport) -> set[str]:
    if mapping.accounts is None:
        return set()
    columns = mapping.accounts
    names = (columns.key, columns.name, columns.industry, columns.size, columns.region, columns.profile)
    keys = set()
    with (folder / "accounts.csv").open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(["key", "name", "industry", "size", "region", "profile"])
        for row in export.rows(columns.file, "accounts."):
            writer.writerow([row.get(name, "") if name else "" for name in names])
            keys.add(row.get(columns.key, ""))
    report.accounts = len(keys)
    return keys


def _latest(rows: list[dict[str, str]], mapping: SnapshotMapping, export: _Export) -> str:
    """The newest date of the export: about when it was made. Or the date the mapping names."""
    named = mapping.deal.missing_created
    if named != "latest":
        return named
    columns = [column for column in (mapping.deal.created, mapping.deal.closed) if column]
    dates = [export.instant(text)[:10] for row in rows for column in columns if (text := row.get(column, ""))]
    return max(dates, default="")


class _Deals:
    """Turns one row after another into an opportunity and its events."""

    def __init__(self, mapping: SnapshotMapping, report: SnapshotReport, accounts: set[str], latest: str) -> None:
        self._mapping, self._columns, self._report = mapping, mapping.deal, report
        self._accounts, self._latest = accounts, latest
        self._stages = {value: stage for stage in mapping.stages for value in stage.activities}
        self._by_key = {stage.key: stage for stage in mapping.stages}
        self._losses = {value: loss for loss in mapping.losses for value in loss.activities}
        self._won = next((stage.key for stage in mapping.stages if stage.earns), "")

    def skips(self, row: dict[str, str]) -> bool:
        skip = self._columns.skip_flag
        if skip and row.get(skip, "").lower() in _YES:
            self._report.counted[f"rows are left out for their {skip}"] += 1
            return True
        return False

    def opportunity(self, row: dict[str, str]) -> list[str]:
        self._report.deals += 1
        columns = self._columns
        account = self._text(row, columns.account)
        if columns.account and not account:
            self._report.counted["deals have no account"] += 1
        elif account and account not in self._accounts:
            self._report.counted["deals name an account that is not in the export; they are loaded without"] += 1
            account = ""
        return [
            self._text(row, columns.key), self._text(row, columns.name), self._mapping.pipeline.key, account,
            self._text(row, columns.owner), self._text(row, columns.team), self._text(row, columns.source),
            self._text(row, columns.currency) or self._mapping.company.reporting_currency,
            self._text(row, columns.segment),
        ]  # fmt: skip

    def _text(self, row: dict[str, str], column: str) -> str:
        return row.get(column, "") if column else ""

    def events(self, row: dict[str, str], export: _Export) -> Iterator[list[str]]:
        columns = self._columns
        key, who = self._text(row, columns.key), self._text(row, columns.owner)
        place = self._place(row)
        closed = export.instant(self._text(row, columns.closed))
        ended = place == LOST or self._by_key[place].final or self._by_key[place].earns
        created = self._created(row, export, closed if ended else "")
        first = columns.entry_stage if ended else place
        expected = "" if ended else export.instant(self._text(row, columns.expected_close))[:10]
        yield [key, created, first, self._open_amount(row, ended=ended), expected, "", who]
        if ended:
            if not closed:
                self._report.counted["closed deals have no close date; they count as closed when created"] += 1
            reason = self._reason(row) if place == LOST else ""
            amount = "" if place == LOST else self._number(row, columns.amount) or columns.missing_amount
            yield [key, closed or created, place, amount, "", reason, who]

    def _place(self, row: dict[str, str]) -> str:
        columns = self._columns
        if columns.won_flag and self._text(row, columns.won_flag).lower() in _YES:
            return self._won
        if columns.closed_flag and self._text(row, columns.closed_flag).lower() in _YES:
            return LOST
        value = self._text(row, columns.stage)
        if value in self._losses:
            return LOST
        if value in self._stages:
            return self._stages[value].key
        if columns.stage_default:
            self._report.counted[
                f"deals are in a stage the mapping does not know; they are read as {columns.stage_default}"
            ] += 1
            return columns.stage_default
        raise ImportUnreadable(
            f"The mapping does not say what stage “{value}” of deal {self._text(row, columns.key)} is."
        )

    def _reason(self, row: dict[str, str]) -> str:
        value = self._text(row, self._columns.stage)
        return self._text(row, self._columns.reason) or (self._losses[value].reason if value in self._losses else "")

    def _created(self, row: dict[str, str], export: _Export, closed: str) -> str:
        created = export.instant(self._text(row, self._columns.created))
        if not created:
            created = closed or self._latest
            what = "the date they were closed" if closed else f"the newest date of the export, {self._latest}"
            self._report.counted[f"deals have no {self._columns.created}; they count from {what}"] += 1
        elif closed and _day(closed) < _day(created):
            self._report.counted["deals were closed before they began; they count from the date they were closed"] += 1
            created = closed
        return created

    def _open_amount(self, row: dict[str, str], *, ended: bool) -> str:
        """What a deal was worth before its close: its own amount while open, else the expected one."""
        columns = self._columns
        own = "" if ended and columns.open_amount else self._number(row, columns.amount)
        if own:
            return own
        expected = self._number(row, columns.open_amount)
        if expected and not ended:
            self._report.counted[f"open deals have no {columns.amount}; they count with {columns.open_amount}"] += 1
        if not expected and columns.missing_amount:
            self._report.counted[f"deals have no amount; they count with {columns.missing_amount}"] += 1
        return expected or columns.missing_amount

    def _number(self, row: dict[str, str], column: str) -> str:
        files = self._mapping.files
        text = self._text(row, column)
        if files.thousands_sign:
            text = text.replace(files.thousands_sign, "")
        return text.replace(files.decimal_sign, ".")


def _day(text: str) -> str:
    return text[:10]
