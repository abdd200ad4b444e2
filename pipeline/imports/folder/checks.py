"""What only several rows together can tell: duplicate keys, names of rows that do not exist, stages of other pipelines.

All run in the database over the temporary tables and the truth, before anything is written.
"""

# ruff: noqa: S608 - statements are put together from names of our own tables and columns only.

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection

from departments.core.text import clean_text
from departments.translation import gettext_noop
from pipeline.imports.files.headers import written_otherwise
from pipeline.imports.folder.format import BY_NAME, FileFormat
from pipeline.imports.folder.order import order_check
from pipeline.imports.folder.staging import StagedFile, Staging
from pipeline.imports.problems import Problem

MOST_OF_A_KIND = 100_000
"""Problems one check lists; more of one fault are counted."""

TRUTH = {
    "departments.csv": "departments_department",
    "pipelines.csv": "pipeline_pipeline",
    "stages.csv": "pipeline_stage",
    "loss_reasons.csv": "pipeline_lossreason",
    "sources.csv": "pipeline_source",
    "accounts.csv": "pipeline_account",
    "opportunities.csv": "pipeline_opportunity",
    "measurables.csv": "departments_measurable",
}


def rows_check(staging: Staging) -> None:
    """Run every check and add what it finds to the problems."""
    for staged in staging.files.values():
        _duplicates(staging, staged)
        _check_references(staging, staged)
    if "company.csv" in staging.files and staging.files["company.csv"].read != 1:
        read = staging.files["company.csv"].read
        staging.problems.add(
            Problem(
                file="company.csv",
                line=1,
                reason=gettext_noop("has {read} rows; a company is exactly one").format(read=read),
            )
        )
    _refuse_empty_import(staging)
    if "measurables.csv" in staging.files:
        _measurables_agree(staging)
    if "stages.csv" in staging.files and "owner_since" in staging.files["stages.csv"].columns:
        _owners_agree(staging)
    if "events.csv" in staging.files:
        _event_places(staging)
        order_check(staging)


def _refuse_empty_import(staging: Staging) -> None:
    """Refuse an import without content: a first load must bring deals, a later one at least one row."""
    problems = staging.problems
    if problems:
        return
    if not query("SELECT 1 FROM departments_company"):
        for name in ("opportunities.csv", "events.csv"):
            if name in staging.files and not staging.files[name].read:
                problems.refuse_file(name, gettext_noop("has no rows; a first load needs deals"))
    elif not any(staged.read for staged in staging.files.values()):
        problems.refuse_file("", gettext_noop("no file of the folder has a row; there is nothing to load"))


def query(sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """The rows of a query."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters or None)
        return cursor.fetchall()


def query_large(staging: Staging, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """The rows of a query of accounts, deals, events and hand-offs as they will be, wherever this import has them."""
    if staging.held is None:
        return query(sql, parameters)
    rows: list[tuple[Any, ...]] = staging.held.execute(sql.replace("%s", "?"), list(parameters)).fetchall()
    return rows


def table_of_query(staging: Staging, name: str, sql: str, parameters: Sequence[Any] = ()) -> None:
    """Keep the rows of such a query under a name until the import ends."""
    if staging.held is not None:
        staging.held.execute(f"CREATE OR REPLACE TABLE {name} AS {sql.replace('%s', '?')}", list(parameters))
        return
    with connection.cursor() as cursor:
        # Left over only where several loads share one outer transaction.
        cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{name}")
        cursor.execute(f"CREATE TEMP TABLE {name} ON COMMIT DROP AS {sql}", parameters or None)


def _add(staging: Staging, file: str, rows: list[tuple[Any, ...]], column: str, reason: str) -> None:
    for line, value in rows:
        staging.problems.add(
            Problem(file=file, line=line, column=column, value="" if value is None else str(value), reason=reason)
        )


def _listed_rows(staging: Staging, sql: str, order: str) -> list[tuple[Any, ...]]:
    """The first rows of a query; of the others it is counted how many problems they are."""
    rows = query(f"SELECT *, count(*) OVER () FROM ({sql}) every ORDER BY {order} LIMIT {MOST_OF_A_KIND}")
    if rows:
        staging.problems.total += rows[0][-1] - len(rows)
    return [row[:-1] for row in rows]


def _add_missing(staging: Staging, file: str, sql: str, column: str, reason: str) -> None:
    """Of a query of lines and the values that name nothing: one problem for each value, at the first of its lines."""
    grouped = f"SELECT array_agg(line ORDER BY line) AS lines, value FROM ({sql}) missing GROUP BY value"
    for (line, *also), value in _listed_rows(staging, grouped, "lines[1]"):
        more = f" ({1 + len(also):,} rows)" if also else ""
        problem = Problem(file=file, line=line, column=column, value=str(value), reason=reason + more)
        staging.problems.add(problem, also)


def _duplicates(staging: Staging, staged: StagedFile) -> None:
    file = staged.format
    key = [name for name in file.key if name in staged.columns]
    if not key:
        return
    # Casts and blanks made comparable: a missing part of a key is the same as an empty one.
    parts = ", ".join(f"coalesce(\"{name}\"::text, '')" for name in key)
    key_text = " || ' ' || ".join(f"coalesce(\"{name}\"::text, '')" for name in key)
    filled = " AND ".join(f'"{name}" IS NOT NULL' for name in key if not file.column(name).blank)
    rows = _listed_rows(
        staging,
        f"SELECT line, shown, first FROM (SELECT line, {key_text} AS shown, min(line) OVER same AS first"
        f" FROM {file.table}"
        f" WHERE {filled} AND ({parts}) IN (SELECT {parts} FROM {file.table} GROUP BY {parts} HAVING count(*) > 1)"
        f" WINDOW same AS (PARTITION BY {parts})) doubled WHERE line > first",
        "line",
    )
    # A date that cannot be read was refused for that; without it the row is not the one that has none.
    optional = [name for name in key if file.column(name).blank]
    unread = {p.line for p in staging.problems.listed if p.file == file.name and p.column in optional}
    for line, value, first in rows:
        if str(value).strip() and not unread & {line, first}:
            _add(
                staging,
                file.name,
                [(line, value)],
                "+".join(key),
                gettext_noop("is already on line {first}").format(first=first),
            )


def _check_references(staging: Staging, staged: StagedFile) -> None:
    file = staged.format
    for reference in file.references:
        if reference.column not in staged.columns or reference.file in staging.problems.unusable:
            continue
        column = f'"{reference.column}"'
        truth = f"SELECT 1 FROM {TRUTH[reference.file]} t WHERE t.key = s.{column}"
        where = f"s.{column} <> '' AND NOT EXISTS ({truth})"
        if reference.file in staging.files:
            coming = f"SELECT 1 FROM {BY_NAME[reference.file].table} t WHERE t.key = s.{column}"
            where += f" AND NOT EXISTS ({coming})"
        sql = f"SELECT line, {column} AS value FROM {file.table} s WHERE {where}"
        _add_missing(staging, file.name, sql, reference.column, reference.reason)


def _measurables_agree(staging: Staging) -> None:
    """Rows of one measurable repeat what it is; they may differ in the goal only."""
    _rows_agree(staging, "measurables.csv", ("department", "name", "unit", "source"), "key", "measurable")


def _owners_agree(staging: Staging) -> None:
    """Rows of one stage repeat what it is; they differ in the owner and its date, and one has no date."""
    columns = ("name", "position", "earns", "time_limit_days")
    there = tuple(column for column in columns if column in staging.files["stages.csv"].columns)
    _rows_agree(staging, "stages.csv", there, "pipeline, key", "stage")
    wrong = {problem.line for problem in staging.problems.listed if problem.file == "stages.csv"}
    rows = _listed_rows(
        staging,
        "SELECT line, key FROM in_stages s WHERE owner_since IS NOT NULL AND key <> '' AND NOT EXISTS"
        " (SELECT 1 FROM in_stages t WHERE t.pipeline = s.pipeline AND t.key = s.key AND t.owner_since IS NULL)",
        "line",
    )
    rows = [row for row in rows if row[0] not in wrong]
    _add(
        staging,
        "stages.csv",
        rows,
        "key",
        gettext_noop("has no row without owner_since, for its owner from the beginning"),
    )


def _rows_agree(staging: Staging, name: str, columns: Sequence[str], same: str, called: str) -> None:
    table = BY_NAME[name].table
    for column in columns:
        rows = _listed_rows(
            staging,
            f'SELECT line, "{column}" FROM (SELECT line, key, "{column}",'
            f' first_value("{column}") OVER (PARTITION BY {same} ORDER BY line) AS first FROM {table}) m'
            f" WHERE \"{column}\" IS DISTINCT FROM first AND key <> ''",
            "line",
        )
        _add(
            staging,
            name,
            rows,
            column,
            gettext_noop("differs from an earlier row of the same {called}").format(called=called),
        )


def _deals_sql(staging: Staging) -> str:
    """Every opportunity of the folder or the truth with its pipeline's key."""
    truth = (
        "SELECT o.key, p.key AS pipeline FROM pipeline_opportunity o JOIN pipeline_pipeline p ON p.id = o.pipeline_id"
    )
    if "opportunities.csv" not in staging.files:
        return truth
    return (
        "SELECT DISTINCT ON (key) key, pipeline FROM in_opportunities UNION ALL "
        f"{truth} WHERE NOT EXISTS (SELECT 1 FROM in_opportunities i WHERE i.key = o.key)"
    )


def _stages_sql(staging: Staging) -> str:
    truth = "SELECT p.key AS pipeline, s.key FROM pipeline_stage s JOIN pipeline_pipeline p ON p.id = s.pipeline_id"
    return truth + (" UNION SELECT pipeline, key FROM in_stages" if "stages.csv" in staging.files else "")


def _pipelines_sql(staging: Staging) -> str:
    return "SELECT key FROM pipeline_pipeline" + (
        " UNION SELECT key FROM in_pipelines" if "pipelines.csv" in staging.files else ""
    )


def _event_places(staging: Staging) -> None:
    """Each event names a known opportunity, and `lost`, `withdrawn` or a stage: of the pipeline it names, or else of
    the opportunity's."""
    unusable = staging.problems.unusable
    if "opportunities.csv" in unusable:
        return
    unknown = (
        f"WITH deal AS ({_deals_sql(staging)}) SELECT e.line, e.opportunity AS value FROM in_events e"
        " LEFT JOIN deal d ON d.key = e.opportunity WHERE d.key IS NULL AND e.opportunity <> ''"
    )
    _add_missing(staging, "events.csv", unknown, "opportunity", gettext_noop("is not a known opportunity"))
    if unusable & {"stages.csv", "pipelines.csv"}:
        return
    named = "nullif(e.pipeline, '')" if "pipeline" in staging.files["events.csv"].columns else "NULL::text"
    # Rows of an unknown pipeline are refused for that reason alone.
    rows = _listed_rows(
        staging,
        f"WITH deal AS ({_deals_sql(staging)}), s AS ({_stages_sql(staging)}), p AS ({_pipelines_sql(staging)})"
        " SELECT array_agg(e.line ORDER BY e.line) AS lines, e.stage, p.key FROM in_events e"
        f" JOIN deal d ON d.key = e.opportunity JOIN p ON p.key = coalesce({named}, d.pipeline)"
        " LEFT JOIN s ON s.pipeline = p.key AND s.key = e.stage"
        " WHERE s.key IS NULL AND e.stage NOT IN ('lost', 'withdrawn', '') GROUP BY e.stage, p.key",
        "lines[1]",
    )
    for (line, *also), stage, pipeline in rows:
        more = f" ({1 + len(also):,} rows)" if also else ""
        reason = gettext_noop("is not a stage of pipeline {pipeline}{more}").format(pipeline=pipeline, more=more)
        staging.problems.add(
            Problem(file="events.csv", line=line, column="stage", value=str(stage), reason=reason), also
        )


def files_check(staging: Staging, names: Sequence[str], *, first_load: bool) -> list[FileFormat]:
    """The known files among the names, in the order they are loaded; a first load needs the six that make a company."""
    present = [file for file in BY_NAME.values() if file.name in names]
    otherwise = written_otherwise(names, BY_NAME)
    for name, right in otherwise.items():
        staging.problems.refuse_file(
            clean_text(name), gettext_noop("is a file that is called {right} in a company folder").format(right=right)
        )
    if not present and not otherwise:
        reason = gettext_noop(
            "no file of a company folder was found, such as company.csv; upload any other export as a source"
        )
        staging.problems.refuse_file("", reason)
    elif first_load:
        for file in BY_NAME.values():
            if file.first_load and file.name not in (*names, *otherwise.values()):
                staging.problems.refuse_file(file.name, gettext_noop("is missing; a first load needs it"))
    unknown = [name for name in names if name not in BY_NAME and name not in otherwise]
    if unknown:
        more = f" and {len(unknown) - 20:,} more" if len(unknown) > 20 else ""
        listed = ", ".join(clean_text(name) for name in unknown[:20]) + more
        staging.notes.append(
            gettext_noop("Files left out because a company folder has no file of that name: {listed}.").format(
                listed=listed
            )
        )
    return present
