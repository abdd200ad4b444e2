"""The small tables of a generated company folder, straight from a mapping."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from pipeline.imports.conversion.mapping_checks import Structured
from pipeline.imports.conversion.mapping_source import MappingSource
from pipeline.imports.conversion.provenance import FolderWriter
from pipeline.imports.log.mapping import FISCAL_CHOICES, DepartmentPart, PipelinePart


def structure_write(writer: FolderWriter, mapping: Structured, pipes: Sequence[PipelinePart]) -> None:
    """Company, departments, pipelines, stages, loss reasons and sources; their rows come from lines of the mapping.

    Stages that name no pipeline are of the first one.
    """
    company = {name: value for name, value in asdict(mapping.company).items() if value or name not in FISCAL_CHOICES}
    _write_small_table(writer, mapping.source, "company", "company", " ".join(company), [list(company.values())])
    departments_write(writer, mapping.source, mapping.departments)
    _write_small_table(writer, mapping.source, "pipelines", "pipeline", "key name", [[p.key, p.name] for p in pipes])
    places: Counter[str] = Counter()
    stages = []
    for s in mapping.stages:
        pipe, limit = getattr(s, "pipeline", "") or pipes[0].key, s.time_limit_days
        places[pipe] += 1
        stages.append([pipe, s.key, s.name, places[pipe], s.owner, int(s.earns), "" if limit is None else limit])
    header = "pipeline key name position owner_department earns time_limit_days"
    _write_small_table(writer, mapping.source, "stages", "stages", header, stages)
    for name, rows in (("loss_reasons", mapping.loss_reasons), ("sources", mapping.sources)):
        _write_small_table(
            writer, mapping.source, name, name, "key name department", [[r.key, r.name, r.department] for r in rows]
        )


def departments_write(writer: FolderWriter, source: MappingSource, departments: Sequence[DepartmentPart]) -> None:
    """The departments; their rows come from lines of the mapping."""
    rows = [[department.key, department.name, department.kind] for department in departments]
    _write_small_table(writer, source, "departments", "departments", "key name kind", rows)


def _write_small_table(
    writer: FolderWriter, source: MappingSource, name: str, part: str, header: str, rows: list[list[Any]]
) -> None:
    columns = {column: f"[{part}] {column}" for column in header.split()}
    writer.begin(name, header.split(), source=source.name, columns=columns | {"owner_department": f"[{part}] owner"})
    for place, row in enumerate(rows, 1):
        writer.row(name, row, source.line(part, place))
