"""Settings take precedence over files: a source's files add stages, reasons and departments, but change none."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from departments.models import Department
from pipeline.models import LossReason, Pipeline, Source, Stage

_STAGE_COLUMNS = ("pipeline", "key", "name", "position", "owner_department", "earns", "time_limit_days")
type Row = dict[str, str]


def drop_existing_rows(folder: Path) -> None:
    """Take out of a company folder what is known by its key; new stages stand where the mapping puts them among the
    known ones."""
    for name, keys in (
        ("departments", Department.objects.values_list("key", flat=True)),
        ("pipelines", Pipeline.objects.values_list("key", flat=True)),
        ("loss_reasons", LossReason.objects.values_list("key", flat=True)),
        ("sources", Source.objects.values_list("key", flat=True)),
    ):
        known = set(keys)
        _write(folder / f"{name}.csv", [row for row in _rows(folder / f"{name}.csv") if row["key"] not in known])
    rows = _rows(folder / "stages.csv")
    for pipeline in {row["pipeline"] for row in rows}:
        stages = list(Stage.objects.filter(pipeline__key=pipeline).select_related("owner_department"))
        if stages:
            _write(folder / "stages.csv", _stages_placed(pipeline, stages, rows))


def _stages_placed(pipeline: str, stages: list[Stage], rows: list[Row]) -> list[Row]:
    """The known stages as they are, with the new ones between them; nothing where there is none that is new."""
    known = {stage.key for stage in stages}
    if all(row["key"] in known for row in rows):
        return []
    order = [_row_of(pipeline, stage) for stage in stages]
    before = ""
    for row in rows:
        if row["key"] not in known:
            place = next((at for at, other in enumerate(order, 1) if other["key"] == before), 0)
            order.insert(place, row)
        before = row["key"]
    return [row | {"position": str(place)} for place, row in enumerate(order, 1)]


def _row_of(pipeline: str, stage: Stage) -> Row:
    limit = "" if stage.time_limit_days is None else f"{stage.time_limit_days.normalize():f}"
    values = (pipeline, stage.key, stage.name, "", stage.owner_department.key, str(int(stage.earns)), limit)
    return dict(zip(_STAGE_COLUMNS, values, strict=True))


def _rows(path: Path) -> list[Row]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def _write(path: Path, rows: Iterable[Row]) -> None:
    listed = list(rows)
    if not listed:
        path.unlink(missing_ok=True)
        return
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, fieldnames=list(listed[0]))
        writer.writeheader()
        writer.writerows(listed)
