"""Names and choices every page of the pipeline needs: stages, departments, and what one can filter by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import connection
from django.utils import timezone

from departments.models import Company, Department
from pipeline.models import RecomputeRun, Source
from pipeline.selectors.leaks.leaks import filter_values


@dataclass(frozen=True, kw_only=True)
class StageName:
    """A stage as pages name it; its owner is the present one."""

    id: int
    key: str
    name: str
    position: int
    pipeline: int
    pipeline_key: str
    pipeline_name: str
    owner: int
    owner_name: str
    earns: bool
    limit_days: float | None

    @property
    def address(self) -> str:
        """How a stage is written in an address: keys are unique within a pipeline only."""
        return f"{self.pipeline_key}:{self.key}"


@dataclass(frozen=True, kw_only=True)
class DepartmentName:
    """A department as pages name it."""

    id: int
    key: str
    name: str
    internal: bool


@dataclass(frozen=True)
class Structure:
    """Stages in order of pipeline and position, departments in order of their numbers."""

    stages: dict[int, StageName]
    departments: dict[int, DepartmentName]

    @cached_property
    def pipelines(self) -> dict[str, str]:
        """Names of the pipelines by key."""
        return {stage.pipeline_key: stage.pipeline_name for stage in self.stages.values()}

    def pipeline_id(self, key: str) -> int | None:
        return next((stage.pipeline for stage in self.stages.values() if stage.pipeline_key == key), None)

    @cached_property
    def letters(self) -> dict[int, str]:
        """One or two letters for each department, all different: its strip and its table share them."""
        taken: dict[int, str] = {}
        for department in self.departments.values():
            taken[department.id] = _letter(department.name, set(taken.values()))
        return taken

    @cached_property
    def hues(self) -> dict[int, int]:
        """Which of the eight hues of the custody strip a department has; beyond eight they repeat, letters do not."""
        return {key: number % 8 for number, key in enumerate(self.departments)}

    def stage_at(self, address: str) -> StageName | None:
        return next((stage for stage in self.stages.values() if stage.address == address), None)

    def department_at(self, key: str) -> DepartmentName | None:
        return next((department for department in self.departments.values() if department.key == key), None)

    def department_name(self, pk: int | None) -> str:
        return self.departments[pk].name if pk in self.departments else "Nobody"


def _letter(name: str, taken: set[str]) -> str:
    name_parts = [part for part in name.upper().split() if part[0].isalnum()] or ["?"]
    candidates = [name_parts[0][0], "".join(part[0] for part in name_parts[:2])]
    candidates += [name_parts[0][0] + letter.lower() for letter in name_parts[0][1:]]
    candidates += [f"{name_parts[0][0]}{number}" for number in range(2, 1000)]
    return next(candidate for candidate in candidates if candidate not in taken)


# Written out: nearly every page asks for it, and Django would take longer to compose it than PostgreSQL to answer.
_DEPARTMENTS = "SELECT id, key, name, kind = %s FROM departments_department ORDER BY id"
_STAGES = """
SELECT stage.id, stage.key, stage.name, stage.position, stage.earns, stage.time_limit_days,
    pipeline.id, pipeline.key, pipeline.name,
    coalesce(
        (SELECT department_id FROM pipeline_stageowner
            WHERE stage_id = stage.id AND since <= %s ORDER BY since DESC LIMIT 1),
        stage.owner_department_id
    )
FROM pipeline_stage AS stage JOIN pipeline_pipeline AS pipeline ON pipeline.id = stage.pipeline_id
ORDER BY pipeline.id, stage.position"""


def structure_names() -> Structure:
    """The structure of the company; two queries."""
    with connection.cursor() as cursor:
        cursor.execute(_DEPARTMENTS, [Department.Kind.INTERNAL])
        departments = {
            pk: DepartmentName(id=pk, key=key, name=name, internal=internal)
            for pk, key, name, internal in cursor.fetchall()
        }
        cursor.execute(_STAGES, [timezone.now()])
        stages = {row[0]: _stage_name(row, departments) for row in cursor.fetchall()}
    return Structure(stages=stages, departments=departments)


def _stage_name(row: Sequence[Any], departments: dict[int, DepartmentName]) -> StageName:
    pk, key, name, position, earns, limit, pipeline, pipeline_key, pipeline_name, owner = row
    return StageName(
        id=pk,
        key=key,
        name=name,
        position=position,
        pipeline=pipeline,
        pipeline_key=pipeline_key,
        pipeline_name=pipeline_name,
        owner=owner,
        owner_name=departments[owner].name,
        earns=earns,
        limit_days=None if limit is None else float(limit),
    )


@dataclass(frozen=True, kw_only=True)
class FilterChoices:
    """What deals can be filtered by: the values that occur. `sources` are (id, key, name)."""

    segments: tuple[str, ...]
    teams: tuple[str, ...]
    owners: tuple[str, ...]
    sources: tuple[tuple[int, str, str], ...]


def filter_choices(*, run: RecomputeRun | None, company: Company | None) -> FilterChoices:
    """The values that occur in the newest run; they are kept with it, so only the sources are a query."""
    values = filter_values(run=run, company=company) if run and company else {}
    return FilterChoices(
        segments=tuple(values.get("segment", ())),
        teams=tuple(values.get("team", ())),
        owners=tuple(values.get("owner", ())),
        sources=tuple(Source.objects.values_list("pk", "key", "name")),
    )
