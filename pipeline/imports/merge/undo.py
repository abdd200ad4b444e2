"""Reverting an import: rows it changed get their old values back, rows it created are deleted.

Refused while something later depends on it, which the database's own foreign keys tell.
"""

# ruff: noqa: S608 - statements are put together from names of our own tables and columns only.

from __future__ import annotations

from typing import Any

import pgtrigger
from django.apps import apps
from django.db import connection
from django.db.models import Model, QuerySet

from departments.translation import gettext_noop
from pipeline.imports.folder.checks import query
from pipeline.imports.merge.after_merge import WITHOUT_RATE
from pipeline.imports.merge.pipelines import begun_elsewhere
from pipeline.imports.problems import UndoRefused
from pipeline.models import ImportChange
from pipeline.references import REFERENCES, Reference

# In the order they are deleted in: what names others goes first.
TABLES = (
    "pipeline_event",
    "pipeline_handoff",
    "pipeline_opportunity",
    "pipeline_account",
    "departments_entry",
    "departments_goal",
    "departments_measurable",
    "pipeline_plantarget",
    "pipeline_exchangerate",
    "pipeline_source",
    "pipeline_lossreason",
    "pipeline_stageowner",
    "pipeline_stage",
    "pipeline_pipeline",
    "departments_departmenthead",
    "departments_department",
    "departments_company",
)
_WITH_BATCH = ("pipeline_event", "pipeline_handoff", "pipeline_opportunity", "pipeline_account")
_TABLE_LABELS = {
    "pipeline_event": "events",
    "pipeline_handoff": "hand-offs",
    "pipeline_opportunity": "opportunities",
    "pipeline_account": "accounts",
    "departments_entry": "scorecard entries",
    "departments_entrychange": gettext_noop("changes made to scorecard entries"),
    "departments_goal": "goals",
    "departments_measurable": "measurables",
    "departments_membership": "people",
    "pipeline_plantarget": "plan targets",
    "pipeline_exchangerate": "exchange rates",
    "pipeline_source": "sources",
    "pipeline_lossreason": "loss reasons",
    "pipeline_stageowner": gettext_noop("later owners of stages"),
    "pipeline_stage": "stages",
    "pipeline_pipeline": "pipelines",
    "departments_departmenthead": gettext_noop("heads of departments"),
    "departments_department": "departments",
    "departments_company": "the company",
}


def _inserted_ids(table: str, batch: int) -> str:
    """SQL: ids of the rows the import made."""
    if table in _WITH_BATCH:
        return f"SELECT id FROM {table} WHERE batch_id = {batch:d}"
    return _noted(table, batch, "before IS NULL")


def _noted(table: str, batch: int, condition: str) -> str:
    return (
        'SELECT "row" AS id FROM pipeline_importchange'
        f" WHERE batch_id = {batch:d} AND \"table\" = '{table}' AND {condition}"
    )


def rows_to_delete(model: type[Model], batch: int) -> QuerySet[Any]:
    """Rows of a model that go with the import. Raises KeyError for a model whose rows name their import themselves."""
    if model._meta.db_table in _WITH_BATCH:
        raise KeyError(model._meta.db_table)
    inserted = ImportChange.objects.filter(batch=batch, table=model._meta.db_table, before__isnull=True)
    return model._default_manager.filter(pk__in=inserted.values("row"))


def computed_remove(batch: int) -> None:
    """Values computed for the import's measurables go along: nobody entered them, and every run makes them anew."""
    entries = (
        "SELECT e.id FROM departments_entry e JOIN departments_measurable m ON m.id = e.measurable_id"
        f" WHERE m.source <> 'manual' AND m.id IN ({_inserted_ids('departments_measurable', batch)})"
        f" AND e.id NOT IN ({_inserted_ids('departments_entry', batch)})"
    )
    with pgtrigger.ignore("departments.EntryChange:append_only"):
        _execute(f"DELETE FROM departments_entrychange WHERE entry_id IN ({entries})", [])
        _execute(f"DELETE FROM departments_entry WHERE id IN ({entries})", [])


def heads_remove(batch: int) -> None:
    """Delete the heads on record of the import's departments, but for those of other imports; a role in one still
    prevents its deletion."""
    departments = _inserted_ids("departments_department", batch)
    others = (
        'SELECT c."row" FROM pipeline_importchange c JOIN pipeline_importbatch b ON b.id = c.batch_id'
        f" WHERE b.status = 'done' AND c.batch_id <> {batch:d} AND c.\"table\" = 'departments_departmenthead'"
        " AND c.before IS NULL"
    )
    _execute(
        f"DELETE FROM departments_departmenthead WHERE department_id IN ({departments}) AND id NOT IN ({others})", []
    )


def later_imports_check(batch: int) -> None:
    """Raise UndoRefused, naming the import to undo first, when something builds on this one."""
    for table in TABLES:
        changed = query(
            "SELECT max(c.batch_id) FROM pipeline_importchange c JOIN pipeline_importbatch b ON b.id = c.batch_id"
            f" WHERE b.status = 'done' AND c.batch_id > {batch:d} AND c.\"table\" = '{table}' AND (c.\"row\" IN"
            f' ({_inserted_ids(table, batch)}) OR c."row" IN ({_noted(table, batch, "before IS NOT NULL")}))'
        )[0][0]
        if changed is not None:
            raise UndoRefused(
                gettext_noop(
                    "Import {changed} changed {table_labels} of import {batch}. Undo import {changed} first."
                ).format(changed=changed, table_labels=_TABLE_LABELS[table], batch=batch)
            )
    for reference in _foreign_keys():
        _reference_check(reference, batch)


def _foreign_keys() -> list[Reference]:
    """Every foreign key of the database that points at a table imports fill, whichever way it is checked."""
    rows = query(
        "SELECT c.conrelid::regclass::text, a.attname, c.confrelid::regclass::text FROM pg_constraint c"
        " JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]"
        " WHERE c.contype = 'f' AND c.confrelid::regclass::text = ANY(%s)",
        [list(TABLES)],
    )
    keys = {Reference(str(table), str(column), str(target)) for table, column, target in rows}
    keys |= {reference for reference in REFERENCES if reference.target in TABLES}
    return sorted(keys, key=lambda key: (key.table, key.column))


def _reference_check(key: Reference, batch: int) -> None:
    """Rows that stay may not name rows that go."""
    inserted = _inserted_ids(key.target, batch)
    if not query(f"SELECT EXISTS ({inserted})")[0][0]:
        return
    stays = f"r.{key.column} IN ({inserted})"
    if key.table in TABLES:
        stays += f" AND r.id NOT IN ({_inserted_ids(key.table, batch)})"
        stays += f" AND r.id NOT IN ({_noted(key.table, batch, 'before IS NOT NULL')})"
    label, target_label = _TABLE_LABELS.get(key.table) or _plural(key.table), _TABLE_LABELS[key.target]
    if key.table in _WITH_BATCH:
        # The import that made a row, or the newest one that gave it this reference.
        count, later = query(
            f"SELECT count(*), max(greatest(r.batch_id, (SELECT max(c.batch_id) FROM pipeline_importchange c"
            f" JOIN pipeline_importbatch b ON b.id = c.batch_id WHERE b.status = 'done' AND c.\"table\" = '{key.table}'"
            f" AND c.\"row\" = r.id AND jsonb_exists(c.before, '{key.column}')))) FROM {key.table} r WHERE {stays}"
        )[0]
    else:
        count, later = query(
            "SELECT count(*), (SELECT max(c.batch_id) FROM pipeline_importchange c"
            f' WHERE c."table" = \'{key.table}\' AND c."row" = max(r.id)) FROM {key.table} r WHERE {stays}'
        )[0]
    if count and later is not None and int(str(later)) != batch:
        raise UndoRefused(
            gettext_noop(
                "Import {later} brought {label} that need {target_label} of import {batch}. Undo import {later} first."
            ).format(later=later, label=label, target_label=target_label, batch=batch)
        )
    if count:
        raise UndoRefused(
            gettext_noop("{count:,} {label} need {target_label} of import {batch}. Remove them first.").format(
                count=count, label=label, target_label=target_label, batch=batch
            )
        )


def _plural(table: str) -> str:
    """What the rows of a table of another floor are called."""
    names = {model._meta.db_table: str(model._meta.verbose_name_plural) for model in apps.get_models()}
    return names.get(table, table.replace("_", " "))


def touched_mark(batch: int) -> int:
    """Mark the deals whose figures change, also those that will be gone."""
    deals = [
        f"SELECT opportunity_id FROM {table} WHERE batch_id = {batch:d}"
        for table in ("pipeline_event", "pipeline_handoff")
    ]
    deals.append(_inserted_ids("pipeline_opportunity", batch))
    deals.append(_noted("pipeline_opportunity", batch, "true"))
    deals.append(
        f"SELECT opportunity_id FROM pipeline_handoff WHERE id IN ({_noted('pipeline_handoff', batch, 'true')})"
    )
    deals.append(
        "SELECT (before->>'opportunity_id')::bigint FROM pipeline_importchange"
        f" WHERE batch_id = {batch:d} AND \"table\" = 'pipeline_handoff' AND before->>'opportunity_id' IS NOT NULL"
    )
    deals.append(
        f"SELECT id FROM pipeline_opportunity WHERE account_id IN ({_noted('pipeline_account', batch, 'true')})"
    )
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO pipeline_touchedopportunity (opportunity) {' UNION '.join(deals)} ORDER BY 1")
        return int(cursor.rowcount)


def rows_restore(batch: int) -> dict[str, int]:
    """Put back what rows were before; returns how many per table."""
    restored = {}
    for table in TABLES:
        columns = [
            str(row[0])
            for row in query(
                "SELECT DISTINCT jsonb_object_keys(before) FROM pipeline_importchange WHERE batch_id = %s"
                ' AND "table" = %s'
                " AND before IS NOT NULL",
                [batch, table],
            )
        ]
        if columns:
            # Rows that were only given another account have no other values to put back: those stay.
            sets = ", ".join(f'"{column}" = (jsonb_populate_record(t, w.before))."{column}"' for column in columns)
            restored[table] = _execute(
                f'UPDATE {table} t SET {sets} FROM (SELECT "row", before'
                ' FROM pipeline_importchange WHERE batch_id = %s AND "table" = %s AND before IS NOT NULL) w'
                ' WHERE t.id = w."row"',
                [batch, table],
            )
    return restored


def rows_remove(batch: int) -> dict[str, int]:
    """Delete what the import made; returns how many per table."""
    removed = {}
    with pgtrigger.ignore("pipeline.Event:append_only"):
        for table in TABLES:
            count = _execute(f"DELETE FROM {table} WHERE id IN ({_inserted_ids(table, batch)})", [])
            if count:
                removed[table] = count
    return removed


def remaining_truth_check(batch: int) -> None:
    """Check that what remains is consistent: a rate for every currency, and deals that begin in their own pipeline."""
    for count, later in query(
        WITHOUT_RATE + " SELECT count(*), max(o.batch_id) FROM bad b JOIN pipeline_opportunity o ON o.id = b.id"
    ):
        if count:
            raise UndoRefused(
                gettext_noop(
                    "{count:,} opportunities would be left without an exchange rate of import {batch} (the newest of "
                    "them came with import {later}). Undo that first, or load other rates."
                ).format(count=count, batch=batch, later=later)
            )
    elsewhere = begun_elsewhere("SELECT opportunity FROM pipeline_touchedopportunity")
    for count, later in query(f"SELECT count(*), max(batch_id) FROM ({elsewhere}) deals"):
        if count:
            raise UndoRefused(
                gettext_noop(
                    "Import {later} brought events in other pipelines than the one {count:,} opportunities begin in "
                    "without import {batch}. Undo import {later} first."
                ).format(later=later, count=count, batch=batch)
            )


def labelled_counts(counts: dict[str, int]) -> dict[str, int]:
    """Counts by the words people use."""
    return {_TABLE_LABELS[table]: count for table, count in counts.items()}


def _execute(sql: str, parameters: list[Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters or None)
        return int(cursor.rowcount)
