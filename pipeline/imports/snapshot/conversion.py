"""A CRM export of one row per deal becomes a company folder: as much history as two dates and a stage can tell."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from departments.translation import gettext_noop
from pipeline.imports.conversion.provenance import FolderWriter, Provenance
from pipeline.imports.files.sources import DirectorySource
from pipeline.imports.folder.check import values_check
from pipeline.imports.log.structure import departments_write, structure_write
from pipeline.imports.problems import ConversionRefused, ImportUnreadable
from pipeline.imports.snapshot.deal_rows import DealRows
from pipeline.imports.snapshot.deals import DealReader, ReadDeal
from pipeline.imports.snapshot.differences import Earlier
from pipeline.imports.snapshot.history import Changes, History
from pipeline.imports.snapshot.mapping import FilesMapping, SnapshotMapping
from pipeline.imports.snapshot.removed_deals import Gone
from pipeline.imports.snapshot.rows import ExportReader
from pipeline.imports.snapshot.tickets import Tickets

_ACCOUNT_COLUMNS = ("key", "name", "industry", "size", "region", "profile")
_DEAL_COLUMNS = ("key", "name", "pipeline", "account", "owner", "team", "source", "currency", "segment")
_EVENT_COLUMNS = (
    "opportunity",
    "occurred_at",
    "recorded_at",
    "stage",
    "amount",
    "expected_close",
    "reason",
    "actor",
    "pipeline",
)


@dataclass(frozen=True)
class SnapshotReport:
    """What was converted, and a sentence for every assumption with how often it was made."""

    deals: int
    accounts: int
    notes: list[str]
    provenance: Provenance
    checks: list[str]
    """Sentences about what is left out or contradicts itself, for a person to read before anything is taken in."""


def folder_from_snapshot(
    source: Path, mapping: SnapshotMapping, folder: Path, earlier: Earlier | None = None
) -> SnapshotReport:
    """Write the company folder of an export into an empty folder; of a later one, what changed since `earlier`.

    Raises ConversionRefused with every value that cannot be understood, ImportUnreadable where there is no deal.
    """
    export = ExportReader(DirectorySource(source), mapping)
    export.check_columns(mapping)
    with FolderWriter(folder) as writer:
        structure_write(writer, mapping, mapping.all_pipelines)
        accounts = _accounts_write(export, mapping, writer)
        reader = DealReader(mapping, export)
        deals = [deal for row in export.deals(mapping) if (deal := reader.read(row)) is not None]
        history: Changes | None = reader.stage_dates
        if mapping.history:
            history = file = History(mapping, export)
            file.read({deal.row.get(mapping.deal.key): deal.currency for deal in deals})
        rows = DealRows(mapping, export, accounts, _latest_date(deals, mapping), earlier, history)
        _deals_write(writer, mapping, deals, rows)
        gone = Gone(mapping, earlier, {deal.row.get(mapping.deal.key) for deal in deals}, reader.skipped)
        for key in gone.withdrawn:
            row = gone.row(key) if rows.name_pipelines else gone.row(key)[:-1]
            writer.row("events", row, reader.skipped.get(key, 1))
        tickets = Tickets(mapping, export, earlier) if mapping.tickets else None
        if tickets:
            tickets.write(writer, _deal_names(mapping, deals, earlier))
    _refuse_problems(export, mapping, folder, writer)
    if not deals:
        left_out = " ".join(["", *export.notes()])
        raise ImportUnreadable(
            gettext_noop("{deals} contains no deals to convert.{left_out}").format(
                deals=mapping.files.deals, left_out=left_out
            )
        )
    first = gettext_noop("{count:,} deals and {count2:,} accounts.").format(count=len(deals), count2=len(accounts))
    more = [part for part in (tickets, history) if part is not None]
    notes = [first, *(note for part in more for note in part.notes()), *gone.notes(), *export.notes()]
    checks = [*gone.checks(), *reader.repeated_check(), *(check for part in more for check in part.checks())]
    return SnapshotReport(len(deals), len(accounts), [*notes, *reader.times.notes()], writer.provenance, checks)


def folder_from_tickets(
    source: Path,
    mapping: FilesMapping,
    folder: Path,
    there: Callable[[Collection[str]], Collection[str]],
    earlier: Earlier | None = None,
) -> SnapshotReport:
    """Write the company folder of tickets alone: hand-offs of deals that came otherwise.

    `there` gives those of some keys that deals have. Raises ConversionRefused with every value that cannot be
    understood, ImportUnreadable where there is no ticket.
    """
    assert mapping.tickets is not None
    export = ExportReader(DirectorySource(source), mapping)
    export.check_ticket_columns(mapping.tickets)
    with FolderWriter(folder) as writer:
        departments_write(writer, mapping.source, mapping.departments)
        rows = ExportReader(DirectorySource(source), mapping).rows(mapping.tickets.file, "tickets.")
        named = {row.get(mapping.tickets.deal_column) for row in rows}
        keys = {name: unicodedata.normalize("NFC", name) for name in named if name}
        existing = set(there(set(keys.values())))
        tickets = Tickets(mapping, export, earlier)
        tickets.write(writer, {name: [key] for name, key in keys.items() if key in existing})
    _refuse_problems(export, mapping, folder, writer)
    if not tickets.read:
        raise ImportUnreadable(
            gettext_noop("{file} contains no tickets; export it again with its rows.").format(file=mapping.tickets.file)
        )
    return SnapshotReport(0, 0, [*tickets.notes(), *export.notes()], writer.provenance, tickets.checks())


def _refuse_problems(export: ExportReader, mapping: FilesMapping, folder: Path, writer: FolderWriter) -> None:
    """Refuse what the files or the folder made of them have wrong, at the files' lines."""
    problems = export.problems
    if not problems:
        problems = values_check(folder, zone=mapping.company.time_zone)
        writer.provenance.translate(problems)
    if problems:
        problems.merge_unknown()
        raise ConversionRefused(problems)


def _deal_names(mapping: SnapshotMapping, deals: list[ReadDeal], earlier: Earlier | None) -> dict[str, list[str]]:
    """Keys of deals by what tickets call them; deals that only earlier files had are called by their key."""
    assert mapping.tickets is not None
    names: dict[str, list[str]] = {}
    if not mapping.tickets.deal_key and earlier:
        names = {key: [key] for key in earlier.deals}
    for deal in deals:
        key = deal.row.get(mapping.deal.key)
        name = deal.row.get(mapping.tickets.deal_key) if mapping.tickets.deal_key else key
        if key not in names.setdefault(name, []):
            names[name].append(key)
    return names


def _deals_write(writer: FolderWriter, mapping: SnapshotMapping, deals: list[ReadDeal], rows: DealRows) -> None:
    deal, file = mapping.deal, mapping.files.deals
    names = {name: getattr(deal, name, "") for name in _DEAL_COLUMNS}
    writer.begin("opportunities", _DEAL_COLUMNS, source=file, columns=names)
    of_event = {"opportunity": deal.key, "occurred_at": deal.created, "stage": deal.stage, "amount": deal.amount,
                "expected_close": deal.expected_close, "reason": deal.reason, "actor": deal.owner}  # fmt: skip
    columns = _EVENT_COLUMNS if rows.name_pipelines else _EVENT_COLUMNS[:-1]
    writer.begin("events", columns, source=file, columns=of_event)
    for read_deal in deals:
        events = rows.events(read_deal)
        writer.row("opportunities", rows.opportunity(read_deal, events), read_deal.row.line)
        for event in events:
            writer.row("events", event[: len(columns)], read_deal.row.line)


def _accounts_write(export: ExportReader, mapping: SnapshotMapping, writer: FolderWriter) -> set[str]:
    columns = mapping.accounts
    if columns is None:
        return set()
    names = {name: getattr(columns, name) for name in _ACCOUNT_COLUMNS}
    writer.begin("accounts", _ACCOUNT_COLUMNS, source=columns.file, columns=names)
    if columns.file == mapping.files.deals:
        return _accounts_of_deals(export, mapping, writer)
    rows = export.keyed(columns.file, columns.key, "accounts.")
    for row in rows.values():
        writer.row("accounts", [row.get(names[name]) for name in _ACCOUNT_COLUMNS], row.line)
    return set(rows)


def _accounts_of_deals(export: ExportReader, mapping: SnapshotMapping, writer: FolderWriter) -> set[str]:
    """Each different value of the deals' own column is an account."""
    columns = mapping.accounts
    assert columns is not None
    lines: dict[str, int] = {}
    for row in export.rows(mapping.files.deals, again=True):
        if key := row.get(columns.key):
            lines.setdefault(key, row.line)
    for key, line in lines.items():
        writer.row("accounts", [key, key, "", "", "", ""], line)
    return set(lines)


def _latest_date(deals: list[ReadDeal], mapping: SnapshotMapping) -> date | None:
    """The newest date on which something happened: about when the export was made. Or the date the mapping names."""
    if mapping.deal.missing_created != "latest":
        return date.fromisoformat(mapping.deal.missing_created)
    days = [moment.day for deal in deals for moment in (deal.created, deal.closed) if moment is not None]
    return max(days, default=None)
