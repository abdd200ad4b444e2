"""Names and choices every page of the pipeline needs: stages, departments, and what one can filter by."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.db import models
from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from departments.models import Company, Department
from pipeline.models import RecomputeRun, Source, Stage, StageOwner
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


def structure_names() -> Structure:
    """The structure of the company; two queries."""
    latest = StageOwner.objects.filter(stage=OuterRef("pk"), since__lte=timezone.now()).order_by("-since")
    stages = (
        Stage.objects.select_related("pipeline")
        .annotate(
            owner_now=Coalesce(
                Subquery(latest.values("department_id")[:1]),
                F("owner_department_id"),
                output_field=models.BigIntegerField(),
            )
        )
        .order_by("pipeline_id", "position")
    )
    names = {
        department.pk: DepartmentName(
            id=department.pk,
            key=department.key,
            name=department.name,
            internal=department.kind == Department.Kind.INTERNAL,
        )
        for department in Department.objects.all().fetch_mode(models.FETCH_RAISE)
    }
    return Structure(
        stages={stage.pk: _stage_name(stage, names[stage.owner_now]) for stage in stages}, departments=names
    )


def _stage_name(stage: Stage, owner: DepartmentName) -> StageName:
    limit = stage.time_limit_days
    return StageName(
        id=stage.pk,
        key=stage.key,
        name=stage.name,
        position=stage.position,
        pipeline=stage.pipeline_id,
        pipeline_key=stage.pipeline.key,
        pipeline_name=stage.pipeline.name,
        owner=owner.id,
        owner_name=owner.name,
        earns=stage.earns,
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
