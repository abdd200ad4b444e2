"""Foreign keys of the tables that imports fill by the million, checked by the database once a statement.

PostgreSQL's own foreign keys run a query for every row: 20 million of them for a million deals, longer than all the
rest of an import. Dropping them for the load takes locks that keep every page waiting. So statement-level triggers
do what a foreign key does: rows may only name rows that exist (and lock those against deletion, as a foreign key
does), and a row that others name cannot be deleted. They raise the same SQLSTATE, so Django sees an IntegrityError.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass


@dataclass(frozen=True)
class Reference:
    """`column` of `table` names the id of a row of `target`."""

    table: str
    column: str
    target: str


REFERENCES = (
    Reference("pipeline_account", "batch_id", "pipeline_importbatch"),
    Reference("pipeline_opportunity", "pipeline_id", "pipeline_pipeline"),
    Reference("pipeline_opportunity", "account_id", "pipeline_account"),
    Reference("pipeline_opportunity", "source_id", "pipeline_source"),
    Reference("pipeline_opportunity", "batch_id", "pipeline_importbatch"),
    Reference("pipeline_event", "opportunity_id", "pipeline_opportunity"),
    Reference("pipeline_event", "stage_id", "pipeline_stage"),
    Reference("pipeline_event", "reason_id", "pipeline_lossreason"),
    Reference("pipeline_event", "batch_id", "pipeline_importbatch"),
    Reference("pipeline_handoff", "opportunity_id", "pipeline_opportunity"),
    Reference("pipeline_handoff", "department_id", "departments_department"),
    Reference("pipeline_handoff", "batch_id", "pipeline_importbatch"),
)

# PostgreSQL refuses a row lock beside an aggregate: the locking stands in a subquery, and is counted only to be run.
_NAMES_EXIST = """
CREATE OR REPLACE FUNCTION pipeline_references_exist() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    named bigint[];
    missing bigint;
BEGIN
    FOR i IN 0 .. TG_NARGS - 1 BY 2 LOOP
        EXECUTE format(
            'SELECT array_agg(id) FROM (SELECT DISTINCT %I AS id FROM coming) named WHERE id IS NOT NULL', TG_ARGV[i])
            INTO named;
        CONTINUE WHEN named IS NULL;
        -- The rows that are named stay until this transaction ends, as with a foreign key. Those it brought itself
        -- nobody else sees yet, so nobody can take them away.
        EXECUTE format(
            'SELECT count(*) FROM (SELECT FROM %I t WHERE t.xmin <> pg_current_xact_id()::xid'
            ' AND t.id IN (SELECT unnest($1)) FOR KEY SHARE) locked', TG_ARGV[i + 1]) USING named;
        EXECUTE format(
            'SELECT id FROM unnest($1) AS named(id) WHERE NOT EXISTS (SELECT FROM %I t WHERE t.id = named.id) LIMIT 1',
            TG_ARGV[i + 1]) INTO missing USING named;
        IF missing IS NOT NULL THEN
            RAISE EXCEPTION 'insert or update on table "%" names a row that does not exist: % %=%',
                TG_TABLE_NAME, TG_ARGV[i + 1], TG_ARGV[i], missing USING ERRCODE = 'foreign_key_violation';
        END IF;
    END LOOP;
    RETURN NULL;
END $$;
"""
_NOTHING_NAMES = """
CREATE OR REPLACE FUNCTION pipeline_nothing_refers() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    still bigint;
BEGIN
    FOR i IN 0 .. TG_NARGS - 1 BY 2 LOOP
        EXECUTE format(
            'SELECT g.id FROM going g WHERE EXISTS (SELECT FROM %1$I r WHERE r.%2$I = g.id) LIMIT 1',
            TG_ARGV[i], TG_ARGV[i + 1]) INTO still;
        IF still IS NOT NULL THEN
            RAISE EXCEPTION 'row % of table "%" is still named by table "%"',
                still, TG_TABLE_NAME, TG_ARGV[i] USING ERRCODE = 'foreign_key_violation';
        END IF;
    END LOOP;
    RETURN NULL;
END $$;
"""


def functions_sql() -> list[str]:
    """The two functions, also in the place of what they were before."""
    return [_NAMES_EXIST, _NOTHING_NAMES]


def triggers_create_sql() -> list[str]:
    """The two functions, and the triggers on either side of every reference."""
    rows: defaultdict[str, list[str]] = defaultdict(list)
    targets: defaultdict[str, list[str]] = defaultdict(list)
    for reference in REFERENCES:
        rows[reference.table] += [reference.column, reference.target]
        targets[reference.target] += [reference.table, reference.column]
    statements = functions_sql()
    for table, arguments in rows.items():
        # One trigger each: PostgreSQL gives no rows to a trigger of several operations.
        statements += [
            f"CREATE TRIGGER references_exist_{operation.lower()} AFTER {operation} ON {table}"
            " REFERENCING NEW TABLE AS coming FOR EACH STATEMENT"
            f" EXECUTE FUNCTION pipeline_references_exist({_literals(arguments)})"
            for operation in ("INSERT", "UPDATE")
        ]
    for table, arguments in targets.items():
        statements.append(
            f"CREATE TRIGGER nothing_refers AFTER DELETE ON {table}"
            " REFERENCING OLD TABLE AS going FOR EACH STATEMENT"
            f" EXECUTE FUNCTION pipeline_nothing_refers({_literals(arguments)})"
        )
    return statements


def triggers_drop_sql() -> list[str]:
    """Undoes `triggers_create_sql`."""
    return [f"DROP FUNCTION {name}() CASCADE" for name in ("pipeline_references_exist", "pipeline_nothing_refers")]


def _literals(names: list[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)
