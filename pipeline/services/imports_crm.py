"""A CRM export of one row per deal as a company folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pipeline.imports
from pipeline.imports.files.new_folder import new_folder
from pipeline.imports.problems import ImportUnreadable
from pipeline.imports.snapshot.conversion import folder_from_snapshot
from pipeline.imports.snapshot.mapping import snapshot_mapping_read

CRM_MAPPING = Path(pipeline.imports.__file__).parent / "mappings" / "crm_sales_opportunities.toml"


@dataclass(frozen=True, kw_only=True)
class CrmConversion:
    """The folder written and a sentence for every assumption."""

    folder: Path
    deals: int
    accounts: int
    notes: list[str]

    def as_json(self) -> dict[str, Any]:
        return {"folder": str(self.folder), "deals": self.deals, "accounts": self.accounts, "notes": self.notes}


def crm_export_convert(*, path: Path, out: Path, mapping: Path = CRM_MAPPING) -> CrmConversion:
    """Convert an export; the folder must be new or empty, and is there only when all went well.

    Raises ImportUnreadable with the reason.
    """
    if not path.is_dir():
        raise ImportUnreadable(f"There is no folder {path}.")
    read = snapshot_mapping_read(mapping)
    with new_folder(out) as folder:
        report = folder_from_snapshot(path, read, folder)
    return CrmConversion(
        folder=out, deals=report.deals, accounts=report.accounts, notes=[*report.checks, *report.notes]
    )
