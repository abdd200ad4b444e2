"""Several pipelines of one export: a column of the deals says which, and each has stages of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from departments.translation import gettext_noop
from pipeline.imports.conversion.mapping_checks import MappingMistakes, check_stage_pipelines
from pipeline.imports.log.mapping import PipelinePart, StagePart


@dataclass(frozen=True, kw_only=True)
class ExportPipeline(PipelinePart):
    """A pipeline, the values of the deals' column that mean it, and the stage in which its closed deals began."""

    values: list[str] = field(default_factory=list)
    entry_stage: str = ""


def check_pipelines(
    pipelines: Sequence[ExportPipeline], stages: Sequence[StagePart], column: str, mistakes: MappingMistakes
) -> None:
    """Pipelines stand once, have values, stages and one that earns; stages name one that there is."""
    check_stage_pipelines(pipelines, stages, mistakes)
    if len(pipelines) == 1:
        return
    if not column:
        mistakes.add(
            "deal", "pipeline", "", gettext_noop("is missing: which column says in which of the pipelines a deal is?")
        )
    seen: dict[str, str] = {}
    for place, pipeline in enumerate(pipelines):
        part = ("pipelines", place) if place else ("pipeline", 1)
        own = {stage.key: stage for stage in stages if (stage.pipeline or pipelines[0].key) == pipeline.key}
        if own and not any(stage.earns for stage in own.values()):
            mistakes.add(part[0], "key", pipeline.key, gettext_noop("has no stage that earns"), part[1])
        entry = own.get(pipeline.entry_stage)
        if pipeline.entry_stage and (entry is None or entry.earns or entry.final):
            mistakes.add(
                part[0], "entry_stage", pipeline.entry_stage, gettext_noop("is none of its open stages"), part[1]
            )
        for value in pipeline.values:
            if seen.setdefault(value, pipeline.key) != pipeline.key:
                mistakes.add(part[0], "values", value, f"means {seen[value]}, too", part[1])
