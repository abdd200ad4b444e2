"""The mapping file of a CRM export that has one row per deal and no history. See docs/import.md."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pipeline.imports.log_mapping import (
    CompanyPart,
    DepartmentPart,
    LossPart,
    OwnedPart,
    PipelinePart,
    StagePart,
    part_of,
    toml_read,
)
from pipeline.imports.problems import ImportUnreadable


@dataclass(frozen=True, kw_only=True)
class ExportFiles:
    """The file of deals, and how all files of the export are written."""

    deals: str
    delimiter: str = ","
    date_formats: list[str] = field(default_factory=list)
    decimal_sign: str = "."
    thousands_sign: str = ""


@dataclass(frozen=True, kw_only=True)
class Lookup:
    """Another file whose columns join the deals as `name.column`, where `key` in it equals `deal_column`."""

    name: str
    file: str
    key: str
    deal_column: str


@dataclass(frozen=True, kw_only=True)
class DealColumns:
    """Columns of a deal; any may be `lookup.column`.

    entry_stage: the stage a closed deal went through from `created` on. missing_created: what an open deal without
    that date counts from, "latest" (the newest date of the export) or a date; a closed one counts from its close.
    An open deal's amount is `open_amount` where `amount` is empty. `closed_flag` and `won_flag` decide before the
    stage does.
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
    name: str = ""
    account: str = ""
    owner: str = ""
    team: str = ""
    segment: str = ""
    source: str = ""
    reason: str = ""
    currency: str = ""
    expected_close: str = ""


@dataclass(frozen=True, kw_only=True)
class AccountColumns:
    """Columns of the accounts' file."""

    file: str
    key: str
    name: str
    industry: str = ""
    size: str = ""
    region: str = ""
    profile: str = ""


@dataclass(frozen=True, kw_only=True)
class SnapshotMapping:
    """Everything a mapping of an export says. `values` replaces values by file column: {"product": {"old": "new"}}."""

    company: CompanyPart
    departments: list[DepartmentPart]
    pipeline: PipelinePart
    stages: list[StagePart]
    losses: list[LossPart]
    loss_reasons: list[OwnedPart]
    sources: list[OwnedPart]
    files: ExportFiles
    deal: DealColumns
    lookups: list[Lookup]
    accounts: AccountColumns | None
    values: dict[str, dict[str, str]]

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.company.time_zone)


_TABLES: dict[str, type] = {
    "company": CompanyPart,
    "pipeline": PipelinePart,
    "files": ExportFiles,
    "deal": DealColumns,
}
_LISTS: dict[str, type] = {
    "departments": DepartmentPart,
    "stages": StagePart,
    "losses": LossPart,
    "loss_reasons": OwnedPart,
    "sources": OwnedPart,
    "lookups": Lookup,
}


def snapshot_mapping_read(path: Path) -> SnapshotMapping:
    """Read a mapping file; raises ImportUnreadable with the place of a mistake."""
    data = toml_read(path)
    unknown = sorted(set(data) - set(_TABLES) - set(_LISTS) - {"accounts", "values"})
    if unknown:
        raise ImportUnreadable(f"The mapping has an unknown part [{unknown[0]}].")
    parts: dict[str, Any] = {}
    for name, kind in _TABLES.items():
        if name not in data:
            raise ImportUnreadable(f"The mapping lacks its part [{name}].")
        parts[name] = part_of(kind, data[name], f"[{name}]")
    for name, kind in _LISTS.items():
        rows = data.get(name, [])
        if not isinstance(rows, list):
            raise ImportUnreadable(f"The mapping's part [{name}] is a list: write [[{name}]].")
        parts[name] = [part_of(kind, row, f"[[{name}]] {place}") for place, row in enumerate(rows, 1)]
    accounts = part_of(AccountColumns, data["accounts"], "[accounts]") if "accounts" in data else None
    mapping = SnapshotMapping(**parts, accounts=accounts, values=data.get("values", {}))
    _check(mapping)
    return mapping


def _check(mapping: SnapshotMapping) -> None:
    keys = [stage.key for stage in mapping.stages]
    if mapping.deal.entry_stage not in keys:
        raise ImportUnreadable(f"The mapping's entry_stage “{mapping.deal.entry_stage}” is none of its stages.")
    if mapping.deal.missing_created != "latest":
        try:
            date.fromisoformat(mapping.deal.missing_created)
        except ValueError:
            raise ImportUnreadable("The mapping's missing_created is “latest” or a date such as 2026-03-31.") from None
    if mapping.deal.won_flag and not any(stage.earns for stage in mapping.stages):
        raise ImportUnreadable("The mapping has a won_flag but no stage that earns.")
    if not all(isinstance(one, dict) for one in mapping.values.values()):
        raise ImportUnreadable('The mapping\'s [values] holds tables: [values.product] with "old" = "new".')
    try:
        _ = mapping.zone
    except (KeyError, ValueError, OSError):
        raise ImportUnreadable("The mapping names no time zone of the IANA database, such as Europe/Berlin.") from None
