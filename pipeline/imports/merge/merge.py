"""From the temporary tables into the truth: rows are matched by natural key, then inserted, changed or left alone.

What a row was before a change is kept in ImportChange, so that the import can be undone.
"""

# ruff: noqa: S608 - statements are put together from names of our own tables and columns only.

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import connection

from pipeline.imports.folder.checks import query
from pipeline.imports.folder.format import FILES
from pipeline.imports.folder.staging import StagedFile
from pipeline.imports.merge.targets import TARGETS, Target


@dataclass
class Outcome:
    """What became of the rows of a file."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0


def file_merge(staged: StagedFile, batch: int) -> Outcome:
    """Bring one file's rows into the truth. A row that fills two tables is new or changed if either part is."""
    targets = [target for target in TARGETS if target.file == staged.format.name and target.fits(staged)]
    parts = [_target_merge(target, staged, batch) for target in targets]
    if len(parts) == 1:
        return parts[0]
    # Counted by line of the file, so that a row that fills two tables counts once.
    new = " UNION ".join(f"SELECT line FROM matched_{target.table} WHERE id IS NULL" for target in targets)
    changed = " UNION ".join(f"SELECT line FROM matched_{target.table} WHERE differs" for target in targets)
    ((added, differ),) = query(
        f"SELECT (SELECT count(*) FROM ({new}) n), (SELECT count(*) FROM ({changed} EXCEPT ({new})) c)"
    )
    return Outcome(new=added, changed=differ, unchanged=staged.read - added - differ)


def _target_merge(target: Target, staged: StagedFile, batch: int) -> Outcome:
    """Into one table; leaves the rows with what became of them in the table `matched_<table>`."""
    matched, differs = f"matched_{target.table}", f"changed_{target.table}"
    with connection.cursor() as cursor:
        cursor.execute(_matched_sql(target, staged, matched))
        outcome = _count(cursor, matched)
        if outcome.changed:
            cursor.execute(f"CREATE TEMP TABLE {differs} ON COMMIT DROP AS SELECT id FROM {matched} WHERE differs")
            cursor.execute(_lock_sql(target, differs))
            # Before the update, since undo restores the values stored now.
            cursor.execute(_remember_sql(target, staged, differs), [batch, target.table])
            cursor.execute(_update_sql(target, staged, matched, differs))
        if outcome.new:
            insert, parameters = _insert_sql(target, matched, batch)
            cursor.execute(insert, parameters)
    return outcome


def _present(target: Target, staged: StagedFile) -> list[str]:
    """The columns that the file sets and that are not the key."""
    return [v.column for v in target.values if v.source in staged.columns and v.column not in target.match]


def _matched_sql(target: Target, staged: StagedFile, matched: str) -> str:
    """Each row of the file with its values as the database keeps them, the id of the row it is, if any, and whether
    that differs."""
    types = _types(target.table)
    values = ", ".join(
        f"({v.expression if v.source in staged.columns else v.default})::{types[v.column]} AS {v.column}"
        for v in target.values
    )
    joins = " ".join(join for source, join in target.joins if source in staged.columns)
    table = staged.format.table
    where = target.where if not target.asked or target.asked in staged.columns else "true"
    rows = f"SELECT s.line, {values} FROM {table} s {joins} WHERE {where}"
    equal = {column: "IS NOT DISTINCT FROM" if column in target.blank_match else "=" for column in target.match}
    same = " AND ".join(f"t.{column} {sign} r.{column}" for column, sign in equal.items())
    return (
        f"CREATE TEMP TABLE {matched} ON COMMIT DROP AS SELECT r.*, t.id, {_differs_sql(target, staged)} AS differs"
        f" FROM ({rows}) r LEFT JOIN {target.table} t ON {same}"
    )


@cache
def _types(table: str) -> dict[str, str]:
    """The database's types of a table's columns, so that values compare as they will be stored."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = %s::regclass"
            " AND attnum > 0 AND NOT attisdropped",
            [table],
        )
        return dict(cursor.fetchall())


def _differs_sql(target: Target, staged: StagedFile) -> str:
    present = _present(target, staged)
    if not present:
        return "false"
    old, new = (", ".join(f"{side}.{column}" for column in present) for side in ("t", "r"))
    # IS DISTINCT FROM, because a field that was empty and stays empty has not changed.
    return f"t.id IS NOT NULL AND ({old}) IS DISTINCT FROM ({new})"


def _count(cursor: Any, matched: str) -> Outcome:
    cursor.execute(
        f"SELECT count(*) FILTER (WHERE id IS NULL), count(id), count(*) FILTER (WHERE differs) FROM {matched}"
    )
    new, existing, changed = cursor.fetchone()
    return Outcome(new=new, changed=changed, unchanged=existing - changed)


def _lock_sql(target: Target, differs: str) -> str:
    """In the order of ids, so that two writers of the same rows wait for each other instead of dying."""
    return f"SELECT t.id FROM {target.table} t JOIN {differs} USING (id) ORDER BY t.id FOR NO KEY UPDATE OF t"


def _remember_sql(target: Target, staged: StagedFile, differs: str) -> str:
    before = ", ".join(f"'{column}', t.{column}" for column in _present(target, staged))
    return (
        'INSERT INTO pipeline_importchange (batch_id, "table", "row", before)'
        f" SELECT %s, %s, t.id, jsonb_build_object({before}) FROM {target.table} t JOIN {differs} USING (id)"
    )


def _update_sql(target: Target, staged: StagedFile, matched: str, differs: str) -> str:
    sets = ", ".join(f"{column} = r.{column}" for column in _present(target, staged))
    return (
        f"UPDATE {target.table} t SET {sets} FROM {matched} r WHERE r.id = t.id AND t.id IN (SELECT id FROM {differs})"
    )


def _insert_sql(target: Target, matched: str, batch: int) -> tuple[str, list[Any]]:
    columns = ", ".join(v.column for v in target.values)
    extra, extra_value = (", batch_id", ", %s") if target.with_batch else ("", "")
    insert = (
        f"INSERT INTO {target.table} ({columns}{extra}) SELECT {columns}{extra_value} FROM {matched}"
        " WHERE id IS NULL ORDER BY line"
    )
    if target.with_batch:
        return insert, [batch]
    # These tables do not say which import a row came with: undo finds them by a change without a value before.
    return (
        f"WITH made AS ({insert} RETURNING id) "
        'INSERT INTO pipeline_importchange (batch_id, "table", "row", before) SELECT %s, %s, id, NULL FROM made',
        [batch, target.table],
    )


def temporary_tables() -> list[str]:
    """Tables that staging and merging make in a transaction."""
    merged = [f"{kind}_{target.table}" for target in TARGETS for kind in ("matched", "changed")]
    names = [
        *(file.table for file in FILES),
        *merged,
        "matched_events",
        "new_events",
        "event_deals",
        "dates_alone",
        "moved_deals",
    ]
    names.append("repointed_deals")
    return [f"pg_temp.{name}" for name in names]
