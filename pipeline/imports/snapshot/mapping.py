"""The mapping file of a CRM export that has one row per deal and no history. See docs/import.md."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from departments.translation import gettext_noop
from pipeline.core.decimal_text import NumberSigns
from pipeline.imports.conversion.mapping_checks import MappingMistakes, check_once, check_structure
from pipeline.imports.conversion.mapping_source import NO_SOURCE, MappingSource, mapping_source, toml_parse
from pipeline.imports.log.mapping import (
    CompanyPart,
    DepartmentPart,
    LossPart,
    OwnedPart,
    StagePart,
    part_of,
    parts_of,
)
from pipeline.imports.problems import ImportUnreadable
from pipeline.imports.snapshot.more_files import (
    AccountColumns,
    HistoryColumns,
    Lookup,
    QueuePart,
    TeamPart,
    TicketColumns,
    check_history,
    check_stage_dates,
    check_teams,
    check_tickets,
    stage_dates_parse,
    value_tables_parse,
)
from pipeline.imports.snapshot.several import ExportPipeline, check_pipelines


@dataclass(frozen=True, kw_only=True)
class ExportFiles:
    """The file of deals, and how all files of the export are written. `lakh`: NumberSigns. `complete`: every file has
    every deal there is; an open one that a later file lacks was withdrawn."""

    deals: str = ""
    delimiter: str = ","
    date_formats: list[str] = field(default_factory=list)
    decimal_sign: str = "."
    thousands_sign: str = ""
    lakh: bool = False
    complete: bool = False


@dataclass(frozen=True, kw_only=True)
class DealColumns:
    """Columns of a deal; any may be `lookup.column`.

    entry_stage: the stage a closed deal went through from `created` on. missing_created: what an open deal without
    that date counts from, "latest" (the newest date of the export) or a date; a closed one counts from its close.
    An open deal's amount is `open_amount` where `amount` is empty. `closed_flag` and `won_flag` decide before the
    stage does, then a `status` with its values, then the dates `won_date` and `lost_date` where they are filled. With
    `open_values` every status has to be in one of the lists.
    `changed` says when a deal last changed, for exports that come again. `team_department`: the department of every
    team (or owner, see TeamPart) that the mapping does not name.
    """

    key: str
    stage: str
    created: str
    entry_stage: str
    closed: str = ""
    amount: str = ""
    open_amount: str = ""
    missing_amount: str = ""
    missing_created: str = "latest"
    stage_default: str = ""
    closed_flag: str = ""
    won_flag: str = ""
    skip_flag: str = ""
    status: str = ""
    won_values: list[str] = field(default_factory=list)
    lost_values: list[str] = field(default_factory=list)
    withdrawn_values: list[str] = field(default_factory=list)
    open_values: list[str] = field(default_factory=list)
    won_date: str = ""
    lost_date: str = ""
    changed: str = ""
    name: str = ""
    account: str = ""
    owner: str = ""
    team: str = ""
    team_department: str = ""
    segment: str = ""
    source: str = ""
    reason: str = ""
    currency: str = ""
    expected_close: str = ""
    pipeline: str = ""


@dataclass(frozen=True, kw_only=True)
class FilesMapping:
    """What a mapping says of files of any kind: whose they are, how they are written, and the tickets in them.

    `values` replaces values by file column: {"product": {"old": "new"}}.
    """

    company: CompanyPart
    departments: list[DepartmentPart]
    files: ExportFiles
    values: dict[str, dict[str, str]]
    tickets: TicketColumns | None = None
    queues: list[QueuePart] = field(default_factory=list)
    source: MappingSource = NO_SOURCE

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.company.time_zone)

    @property
    def signs(self) -> NumberSigns:
        """How the numbers of the files are written."""
        return NumberSigns(self.files.decimal_sign, self.files.thousands_sign, lakh=self.files.lakh)


@dataclass(frozen=True, kw_only=True)
class SnapshotMapping(FilesMapping):
    """Everything a mapping of an export says."""

    pipeline: ExportPipeline
    stages: list[StagePart]
    losses: list[LossPart]
    loss_reasons: list[OwnedPart]
    sources: list[OwnedPart]
    deal: DealColumns
    lookups: list[Lookup]
    accounts: AccountColumns | None
    history: HistoryColumns | None = None
    stage_dates: dict[str, str] = field(default_factory=dict)
    teams: list[TeamPart] = field(default_factory=list)
    pipelines: list[ExportPipeline] = field(default_factory=list)

    @property
    def all_pipelines(self) -> list[ExportPipeline]:
        """The pipeline and, of an export of several, the others."""
        return [self.pipeline, *self.pipelines]

    def pipeline_of(self, place: str) -> str:
        """The key of the pipeline that a stage is of; empty for what is no stage."""
        stage = next((stage for stage in self.stages if stage.key == place), None)
        return "" if stage is None else stage.pipeline or self.pipeline.key

    def entry_stage(self, pipeline: str) -> str:
        """The stage in which closed deals of a pipeline began."""
        own = next((part.entry_stage for part in self.all_pipelines if part.key == pipeline), "")
        if own or pipeline == self.pipeline.key:
            return own or self.deal.entry_stage
        return next((s.key for s in self.stages if s.pipeline == pipeline and not s.earns), "")


_TABLES: dict[str, type] = {
    "company": CompanyPart, "pipeline": ExportPipeline, "files": ExportFiles, "deal": DealColumns,
}  # fmt: skip
_LISTS: dict[str, type] = {
    "departments": DepartmentPart,
    "stages": StagePart,
    "pipelines": ExportPipeline,
    "losses": LossPart,
    "loss_reasons": OwnedPart,
    "sources": OwnedPart,
    "lookups": Lookup,
    "queues": QueuePart,
    "teams": TeamPart,
}
_OPTIONAL: dict[str, type] = {"accounts": AccountColumns, "tickets": TicketColumns, "history": HistoryColumns}


def snapshot_mapping_read(path: Path) -> SnapshotMapping:
    """Read a mapping file; raises ImportUnreadable with the place of a mistake."""
    source = mapping_source(path)
    return snapshot_mapping_parse(toml_parse(source), source)


def snapshot_mapping_parse(data: dict[str, Any], source: MappingSource = NO_SOURCE) -> SnapshotMapping:
    """Check a mapping's words and types; raises ImportUnreadable with the place of a mistake."""
    unknown = sorted(set(data) - set(_TABLES) - set(_LISTS) - set(_OPTIONAL) - {"values", "stage_dates"})
    if unknown:
        raise ImportUnreadable(gettext_noop("The mapping has an unknown part [{unknown}].").format(unknown=unknown[0]))
    parts: dict[str, Any] = {}
    for name, kind in _TABLES.items():
        if name not in data:
            raise ImportUnreadable(gettext_noop("The mapping lacks its part [{name}].").format(name=name))
        parts[name] = part_of(kind, data[name], f"[{name}]")
    for name, kind in _LISTS.items():
        parts[name] = parts_of(kind, data.get(name, []), name)
    for name, kind in _OPTIONAL.items():
        parts[name] = part_of(kind, data[name], f"[{name}]") if name in data else None
    parts["stage_dates"] = stage_dates_parse(data.get("stage_dates", {}))
    if not parts["files"].deals:
        raise ImportUnreadable(gettext_noop("The mapping's [files] lacks “deals”."))
    mapping = SnapshotMapping(**parts, values=value_tables_parse(data.get("values", {})), source=source)
    _check_mapping(mapping)
    return mapping


def tickets_mapping_parse(data: dict[str, Any], source: MappingSource = NO_SOURCE) -> FilesMapping:
    """Check a mapping of tickets whose deals came otherwise; raises ImportUnreadable with the place of a mistake."""
    tables, lists = {"company": CompanyPart, "files": ExportFiles, "tickets": TicketColumns}, ("departments", "queues")
    if unknown := sorted(set(data) - set(tables) - set(lists) - {"values"}):
        text = gettext_noop("The mapping has a part [{unknown}], which tickets alone do not have.")
        raise ImportUnreadable(text.format(unknown=unknown[0]))
    if missing := [name for name in ("company", "tickets") if name not in data]:
        raise ImportUnreadable(gettext_noop("The mapping lacks its part [{missing}].").format(missing=missing[0]))
    parts: dict[str, Any] = {name: part_of(kind, data.get(name, {}), f"[{name}]") for name, kind in tables.items()}
    parts |= {name: parts_of(_LISTS[name], data.get(name, []), name) for name in lists}
    mapping = FilesMapping(**parts, values=value_tables_parse(data.get("values", {})), source=source)
    mistakes = MappingMistakes(source)
    mistakes.zone("company", mapping.company.time_zone)
    check_once(mistakes, "departments", "key", [department.key for department in mapping.departments])
    if mapping.tickets and mapping.tickets.deal_key:
        reason = gettext_noop(
            "is a column of the deals, whose file is not here: tickets alone name deals by their keys"
        )
        mistakes.add("tickets", "deal_key", mapping.tickets.deal_key, reason)
    _check_written(mapping, mistakes)
    mistakes.refuse()
    return mapping


def _check_written(mapping: FilesMapping, mistakes: MappingMistakes) -> None:
    mistakes.delimiter("files", mapping.files.delimiter)
    mistakes.signs("files", mapping.signs)
    mistakes.time_formats("files", "date_formats", mapping.files.date_formats)
    check_tickets(mapping.tickets, mapping.queues, mapping.departments, mistakes)


def _check_mapping(mapping: SnapshotMapping) -> None:
    """What the parts say fits together; every mistake is named."""
    mistakes, deal = MappingMistakes(mapping.source), mapping.deal
    check_structure(mapping, mistakes, owned_elsewhere=False)
    stages = {stage.key: stage for stage in mapping.stages}
    if deal.entry_stage not in stages:
        mistakes.add("deal", "entry_stage", deal.entry_stage, _none_of(stages))
    elif stages[deal.entry_stage].earns or stages[deal.entry_stage].final:
        reason = gettext_noop("ends deals; closed deals were in another stage before")
        mistakes.add("deal", "entry_stage", deal.entry_stage, reason)
    if deal.stage_default and deal.stage_default not in stages:
        mistakes.add("deal", "stage_default", deal.stage_default, _none_of(stages))
    if deal.missing_created != "latest" and not _is_date(deal.missing_created):
        reason = gettext_noop("is neither “latest” nor a date such as 2026-03-31")
        mistakes.add("deal", "missing_created", deal.missing_created, reason)
    _check_outcomes(mapping, mistakes)
    check_pipelines(mapping.all_pipelines, mapping.stages, deal.pipeline, mistakes)
    mistakes.number("deal", "missing_amount", deal.missing_amount)
    _check_written(mapping, mistakes)
    check_once(mistakes, "lookups", "name", [lookup.name for lookup in mapping.lookups])
    check_history(mapping.history, mistakes)
    check_stage_dates(mapping, mistakes)
    check_teams(deal, mapping.teams, mapping.departments, mistakes)
    mistakes.refuse()


def _check_outcomes(mapping: SnapshotMapping, mistakes: MappingMistakes) -> None:
    """Values of a status belong to one, mean one thing, and what wins deals has a stage to win them in."""
    deal = mapping.deal
    seen: dict[str, str] = {}
    for word in ("won_values", "lost_values", "withdrawn_values", "open_values"):
        values = getattr(deal, word)
        if values and not deal.status:
            mistakes.add("deal", word, values[0], gettext_noop("is a value of the status, and [deal] names no status"))
        for value in values:
            if seen.setdefault(value, word) != word:
                mistakes.add("deal", word, value, gettext_noop("is in {seen}, too").format(seen=seen[value]))
    if deal.status and deal.status != deal.stage and not (set(seen.values()) - {"open_values"}):
        reason = gettext_noop("is named without won_values, lost_values or withdrawn_values: it would say nothing")
        mistakes.add("deal", "status", deal.status, reason)
    if not any(stage.earns for stage in mapping.stages):
        won = deal.won_values[0] if deal.won_values else ""
        for word, value in (("won_flag", deal.won_flag), ("won_values", won), ("won_date", deal.won_date)):
            if value:
                mistakes.add("deal", word, value, gettext_noop("is named, but no stage earns"))


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _none_of(stages: dict[str, Any]) -> str:
    return gettext_noop("is not one of its stages ({listed})").format(listed=", ".join(stages))
