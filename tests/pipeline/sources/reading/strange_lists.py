"""Lists of companies nobody has seen, read and converted as a worker does it, without the database."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipeline.imports.problems import ConversionRefused
from pipeline.imports.snapshot.differences import Earlier
from pipeline.sources.convert import list_convert
from pipeline.sources.files.intake import tables_write
from pipeline.sources.meaning.mapping_gaps import NOBODY, undecided
from pipeline.sources.meaning.preview import folder_preview
from pipeline.sources.meaning.roles import columns_overlooked
from pipeline.sources.reading import Company, reading_of
from tests.pipeline.sources.uploads import COMPANY


@dataclass(frozen=True, kw_only=True)
class Strange:
    """What was proposed (`deal`), what a person has to decide, and what became of the deals, or why they are refused.

    `outcomes`: deals and money by outcome; `deals` and `events`: rows of the company folder.
    """

    deal: dict[str, Any]
    content: dict[str, Any]
    questions: list[str]
    outcomes: dict[str, list[float]] = field(default_factory=dict)
    deals: list[dict[str, str]] = field(default_factory=list)
    events: list[dict[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    checks: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def strange(
    folder: Path,
    files: dict[str, bytes | str],
    *,
    earlier: Earlier | None = None,
    complete: bool = False,
    **company: Any,
) -> Strange:
    """Bring files in, as later ones of a source where something is known `earlier`; lost reasons and origins are left
    to nobody. `complete`: every file has every deal. `company`: other words of its part."""
    original = folder / "original"
    original.mkdir(parents=True)
    for name, data in files.items():
        (original / name).write_bytes(data if isinstance(data, bytes) else data.encode())
    found = tables_write(original, folder / "tables", {})
    known = Company(company=COMPANY | company, departments=[], pipeline={"key": "sales", "name": "Sales"})
    reading = reading_of(folder / "tables", found, known)
    content = reading.content
    for row in [*content["loss_reasons"], *content["sources"]]:
        row["department"] = row["department"] or NOBODY
    content["files"]["complete"] = complete
    questions = undecided(content, reading.columns[reading.deals], reading.columns)
    asked = {"deal": content["deal"], "content": content, "questions": questions}
    if questions:
        return Strange(**asked)
    target = folder / "company"
    target.mkdir()
    try:
        converted = list_convert(folder / "tables", content, target, earlier=earlier)
    except ConversionRefused as refused:
        return Strange(**asked, problems=[str(problem) for problem in refused.problems.listed])
    look = folder_preview(target, now=datetime(2026, 12, 31, tzinfo=UTC), shown=converted.shown)
    unread = columns_overlooked(content, reading.columns[reading.deals])
    return Strange(
        **asked, outcomes=look.outcomes, deals=_rows(target / "opportunities.csv"), events=_rows(target / "events.csv"),
        notes=converted.notes, checks=[*converted.checks, *unread, *look.checks],
    )  # fmt: skip


def _rows(path: Path) -> list[dict[str, str]]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))
