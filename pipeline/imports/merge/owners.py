"""Who owned a stage or headed a department when. What an import changes of owners in the past is said in its notes.

The row of a stage without `owner_since` is its owner from the beginning: another one there is its owner until the next
date, which may be all of history.
"""

from __future__ import annotations

from departments.translation import gettext_noop
from pipeline.imports.folder.checks import query
from pipeline.imports.folder.staging import Staging
from pipeline.imports.problems import Problem

_CHANGED = """
SELECT p.name, s.name, was.name, i.owner_department FROM in_stages i
JOIN pipeline_pipeline p ON p.key = i.pipeline JOIN pipeline_stage s ON s.pipeline_id = p.id AND s.key = i.key
JOIN departments_department was ON was.id = s.owner_department_id
WHERE was.key <> i.owner_department {undated} ORDER BY p.id, s.position
"""
_CHANGED_SINCE = """
SELECT p.name, s.name, was.name, i.owner_department, o.since::date FROM in_stages i
JOIN pipeline_pipeline p ON p.key = i.pipeline JOIN pipeline_stage s ON s.pipeline_id = p.id AND s.key = i.key
JOIN pipeline_stageowner o ON o.stage_id = s.id AND o.since = i.owner_since
JOIN departments_department was ON was.id = o.department_id
WHERE was.key <> i.owner_department ORDER BY p.id, s.position, o.since
"""
_CLASHES = """
WITH of_file AS (
    SELECT i.line, h.* FROM in_heads i JOIN departments_department d ON d.key = i.department
        JOIN departments_departmenthead h ON h.department_id = d.id AND h.since IS NOT DISTINCT FROM i.since
)
SELECT h.line, h.until::text, o.name, o.since::text, true FROM of_file h
    JOIN departments_departmenthead o USING (department_id)
WHERE o.since > coalesce(h.since, '-infinity') AND h.until >= o.since
UNION ALL
SELECT h.line, h.since::text, o.name, o.until::text, false FROM of_file h
    JOIN departments_departmenthead o USING (department_id)
WHERE h.since > coalesce(o.since, '-infinity') AND o.until >= h.since AND o.id NOT IN (SELECT id FROM of_file)
ORDER BY 1, 4
"""
"""Rows of the file, once merged, that give a department two heads at once; of two rows of the file the earlier head is
wrong, whose last day is too late."""


def owner_notes(staging: Staging) -> None:
    """Note every stage whose owner is another one than before; to be asked before stages are merged."""
    if "stages.csv" not in staging.files:
        return
    dated = "owner_since" in staging.files["stages.csv"].columns
    for pipeline, stage, before, after in query(_CHANGED.format(undated="AND owner_since IS NULL" if dated else "")):
        staging.notes.append(
            gettext_noop(
                "stages.csv: the owner of {stage} ({pipeline}) changes from {before} to “{after}”, for all of "
                "history: what waited there before counts as the new owner's, too. Where the work moved only "
                "lately, keep the owner and add a row with the new one and owner_since."
            ).format(stage=stage, pipeline=pipeline, before=before, after=after)
        )
    for pipeline, stage, before, after, since in query(_CHANGED_SINCE) if dated else ():
        staging.notes.append(
            gettext_noop(
                "stages.csv: the owner of {stage} ({pipeline}) since {since} changes from {before} to “{after}”."
            ).format(stage=stage, pipeline=pipeline, since=since, before=before, after=after)
        )


def heads_check(staging: Staging) -> None:
    """Refuse a head whose days reach into those of another one of the department, in the file or loaded before."""
    for line, value, other, day, ends_late in query(_CLASHES):
        if ends_late:
            column, reason = "until", gettext_noop("is not before {day}, the first day of {other}")
        else:
            column, reason = "since", gettext_noop("is not after {day}, the last day of {other}")
        problem = Problem(
            file="heads.csv", line=line, column=column, value=value, reason=reason.format(day=day, other=other)
        )
        staging.problems.add(problem)
