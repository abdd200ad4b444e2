"""Copies of our large tables without a row: the same columns and rules at once, indexes and triggers when asked.

A copy lies in a schema of its own under the same name, as do its indexes and constraints, so that it can move to
where the original was without being renamed.
"""

# ruff: noqa: S608 - statements are put together from names of our own tables and of the catalog only.

from __future__ import annotations

from typing import Any

SCHEMA = "pipeline_import"

_COPYABLE = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.oid = %s::regclass AND c.relkind = 'r' AND c.relpersistence = 'p' AND n.nspname = 'public'
    AND c.relowner = current_user::regrole AND c.relacl IS NULL
    AND NOT c.relrowsecurity AND NOT c.relispartition
    AND has_database_privilege(current_database(), 'CREATE')
    AND NOT EXISTS (SELECT FROM pg_publication)
    AND NOT EXISTS (SELECT FROM pg_inherits WHERE c.oid IN (inhrelid, inhparent))
    AND NOT EXISTS (SELECT FROM pg_constraint WHERE c.oid IN (conrelid, confrelid) AND contype NOT IN ('c','n','p','u'))
    AND NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = c.oid AND tgtype & 4 <> 0 AND tgname <> %s)
    AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        AND (a.attacl IS NOT NULL OR a.attoptions IS NOT NULL OR a.attstattarget >= 0))
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.refobjid = c.oid AND d.refclassid = 'pg_class'::regclass
        AND d.classid IN ('pg_rewrite'::regclass, 'pg_proc'::regclass, 'pg_policy'::regclass))
"""
_KEYS = """
SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass AND contype IN ('p', 'u')
"""
_INDEXES = """
SELECT pg_get_indexdef(indexrelid) FROM pg_index i WHERE indrelid = %s::regclass
    AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = i.indexrelid)
"""
_TRIGGERS = """
SELECT tgname, pg_get_triggerdef(oid), tgenabled, obj_description(oid, 'pg_trigger') FROM pg_trigger
WHERE tgrelid = %s::regclass AND NOT tgisinternal
"""
_SEQUENCE = """
SELECT pg_get_serial_sequence(%s, a.attname), pg_get_serial_sequence(%s, a.attname) FROM pg_attribute a
WHERE a.attrelid = %s::regclass AND a.attidentity <> ''
"""


def is_copyable(cursor: Any, table: str) -> bool:
    """Whether the table has no row, and nothing that a copy would not have: rights, views, rules of an operator."""
    # What a trigger on new rows does, an import has to do for itself: of one that is not ours it does not know.
    cursor.execute(_COPYABLE, [f"public.{table}", "references_exist_insert"])
    if cursor.fetchone() is None:
        return False
    cursor.execute(f"SELECT EXISTS (SELECT FROM public.{table})")
    return cursor.fetchone() == (False,)


def copy_create(cursor: Any, table: str) -> None:
    """The copy without indexes and triggers; its ids follow those that the original has given out."""
    copy, original = f"{SCHEMA}.{table}", f"public.{table}"
    cursor.execute(f"CREATE TABLE {copy} (LIKE {original} INCLUDING ALL EXCLUDING INDEXES)")
    cursor.execute("SELECT array_to_string(reloptions, ', ') FROM pg_class WHERE oid = %s::regclass", [original])
    (options,) = cursor.fetchone()
    if options:
        cursor.execute(f"ALTER TABLE {copy} SET ({options})")
    cursor.execute(_SEQUENCE, [copy, original, original])
    for new, old in cursor.fetchall():
        cursor.execute(f"SELECT setval(%s, last_value, is_called) FROM {old}", [new])


def copy_index(cursor: Any, table: str) -> None:
    """The indexes of the original, built in one go of the rows that are there."""
    original = f"public.{table}"
    cursor.execute(_KEYS, [original])
    for name, definition in cursor.fetchall():
        cursor.execute(f'ALTER TABLE {SCHEMA}.{table} ADD CONSTRAINT "{name}" {definition}')
    cursor.execute(_INDEXES, [original])
    for (definition,) in cursor.fetchall():
        cursor.execute(definition.replace(f" ON {original} ", f" ON {SCHEMA}.{table} ", 1))


def triggers_copy(cursor: Any, table: str) -> None:
    """The triggers of the original, with what is remarked on them."""
    original, copy = f"public.{table}", f"{SCHEMA}.{table}"
    cursor.execute(_TRIGGERS, [original])
    for name, definition, enabled, remark in cursor.fetchall():
        cursor.execute(definition.replace(f" ON {original} ", f" ON {copy} ", 1))
        if enabled == "D":
            cursor.execute(f'ALTER TABLE {copy} DISABLE TRIGGER "{name}"')
        if remark is not None:
            cursor.execute(f'COMMENT ON TRIGGER "{name}" ON {copy} IS %s', [remark])
