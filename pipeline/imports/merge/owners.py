"""A stage's owner has no date: another one is its owner for all of history. An import that brings one says so."""

from __future__ import annotations

from pipeline.imports.folder.checks import query
from pipeline.imports.folder.staging import Staging

_CHANGED = """
SELECT p.name, s.name, was.name, i.owner_department FROM in_stages i
JOIN pipeline_pipeline p ON p.key = i.pipeline JOIN pipeline_stage s ON s.pipeline_id = p.id AND s.key = i.key
JOIN departments_department was ON was.id = s.owner_department_id
WHERE was.key <> i.owner_department ORDER BY p.id, s.position
"""


def owner_notes(staging: Staging) -> None:
    """Note every stage whose owner is another one than before; to be asked before stages are merged."""
    if "stages.csv" not in staging.files:
        return
    for pipeline, stage, before, after in query(_CHANGED):
        staging.notes.append(
            f"stages.csv: the owner of {stage} ({pipeline}) changes from {before} to “{after}”, for all of history:"
            " what waited there before counts as the new owner's, too. Where the work moved only lately, keep the owner"
            " and record hand-offs."
        )
