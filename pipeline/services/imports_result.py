"""What an import did."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pipeline.imports.problems import Problem
from pipeline.models import ImportBatch


@dataclass(frozen=True, kw_only=True)
class ImportResult:
    """What an import did, or would do. `batch` is None after a dry run."""

    batch: int | None
    status: str
    files: dict[str, dict[str, int]]
    errors_file: str | None
    notes: list[str]
    dry_run: bool
    problems: list[Problem] = field(default_factory=list)
    problem_count: int = 0
    touched: int = 0
    renames: str = ""
    """What becomes of the company's name, where that had to be confirmed."""

    @property
    def accepted(self) -> bool:
        return self.status == ImportBatch.Status.DONE

    def as_json(self) -> dict[str, Any]:
        return {
            "import": self.batch,
            "status": self.status,
            "dry_run": self.dry_run,
            "files": self.files,
            "errors": self.problem_count,
            "errors_file": self.errors_file,
            "touched": self.touched,
            "notes": self.notes,
        }
