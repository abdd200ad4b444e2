"""One upload as it was found: its tables, their columns, what joins them, and the mapping proposed for it."""

# ruff: noqa: S608 - statements are put together from the quoted names of the files' own tables and columns only.

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass, field
from math import isfinite
from pathlib import Path
from typing import Any

import duckdb

from departments.translation import gettext_noop
from pipeline.core.decimal_text import NumberSigns
from pipeline.imports.log.event_log import LogReading
from pipeline.imports.log.mapping import LogColumns
from pipeline.imports.log.read_csv import csv_cases
from pipeline.imports.log.read_xes import xes_cases
from pipeline.imports.log.sketch import LogSketch, log_sketch
from pipeline.imports.problems import ImportUnreadable
from pipeline.sources.columns.joins import joins_of
from pipeline.sources.columns.log_columns import log_columns, signs_draft
from pipeline.sources.columns.profile import MOST_VALUES, Column, columns_profile, connect_tables, quoted
from pipeline.sources.files.intake import FoundTable
from pipeline.sources.meaning.draft import DEPARTMENTS, Content, Ground, list_draft
from pipeline.sources.meaning.history import values_by_field
from pipeline.sources.meaning.roles import columns_by_role, deals_table
from pipeline.sources.meaning.systems import bare
from pipeline.sources.meaning.tickets import alone_columns, alone_draft, columns_draft


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What a page shows of the files of one upload, as JSON; `content` is the proposed mapping."""

    tables: list[dict[str, Any]]
    columns: dict[str, list[dict[str, Any]]]
    joins: list[dict[str, Any]]
    deals: str
    kind: str
    system: str
    content: Content
    activities: list[dict[str, Any]] = field(default_factory=list)
    attributes: dict[str, list[str]] = field(default_factory=dict)
    values: dict[str, dict[str, int]] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if name != "content"}


TICKETS = "tickets"
"""The kind of files that hold tickets of deals that are in already, and no deals; as the name of the deals' table, it
says so."""


def _none_there(keys: Collection[str]) -> Collection[str]:
    return ()


@dataclass(frozen=True, kw_only=True)
class Company:
    """What the installation knows already: parts of a mapping, and which of some keys deals have."""

    company: dict[str, Any]
    departments: list[dict[str, str]]
    pipeline: dict[str, str]
    there: Callable[[Collection[str]], Collection[str]] = _none_there


def reading_of(folder: Path, found: list[FoundTable], known: Company, deals: str = "") -> Reading:
    """Profile the plain tables in a folder and propose a mapping; `deals` names the table of deals if a person does, or
    says that there is none (TICKETS)."""
    try:
        return _reading(folder, found, known, deals)
    except duckdb.OutOfMemoryException as error:
        raise ImportUnreadable(
            gettext_noop(
                "These files need more memory to be read than there is. Leave out columns that are not needed, "
                "or files."
            )
        ) from error


def _reading(folder: Path, found: list[FoundTable], known: Company, deals: str) -> Reading:
    logs = [table for table in found if table.log]
    if logs:
        return _of_log(folder / logs[0].table, found, known, LogColumns())
    with connect_tables(folder) as store:
        profiles = {table.table: columns_profile(store, table.table) for table in found}
        for table in found:
            _refuse_second_names(store, table, profiles[table.table])
        rows = {table.table: table.rows for table in found}
        plain = {name: [column.as_json() for column in columns] for name, columns in profiles.items()}
        if (alone := _of_tickets(found, plain, known, deals)) is not None:
            return alone
        deals = deals if deals in plain else deals_table(plain, rows)
        log = _log_columns(plain[deals], rows[deals])
        if log is not None:
            return _of_log(folder / deals, found, known, log, plain)
        for name in plain:
            if name != deals:
                values_by_field(store, name, plain[name])
        joins = [join.as_json() for join in joins_of(store, deals, profiles, rows)]
        ground = Ground(company=known.company, departments=known.departments, pipeline=known.pipeline, columns=plain,
                        rows=rows, joins=joins)  # fmt: skip
        system, content = list_draft(store, deals, ground)
        joins = _joins_in_use(joins, content)
        _add_money(store, deals, content, plain)
        _add_joined(store, deals, content, plain)
    return Reading(
        tables=[table.as_json() for table in found], columns=plain, joins=joins, deals=deals, kind="list",
        system=system, content=content,
    )  # fmt: skip


def _of_tickets(
    found: list[FoundTable], plain: dict[str, list[dict[str, Any]]], known: Company, deals: str
) -> Reading | None:
    """One table of tickets whose deals are in already, or that a person says to be one; None where it is another."""
    name = found[0].table
    if len(found) > 1 or deals == name:
        return None
    part = alone_columns(name, plain[name], known.there)
    if deals == TICKETS:
        part = part or columns_draft(name, plain[name])
    if not part:
        return None
    content = alone_draft(known.company, known.departments or usual_departments(), part, plain[name])
    return Reading(
        tables=[table.as_json() for table in found], columns=plain, joins=[], deals="", kind=TICKETS, system="",
        content=content,
    )  # fmt: skip


def usual_departments() -> list[dict[str, str]]:
    """The usual set, for a company that has no departments yet."""
    return [dict(zip(("key", "name", "kind"), one, strict=True)) for one in DEPARTMENTS]


def _joins_in_use(joins: list[dict[str, Any]], content: Content) -> list[dict[str, Any]]:
    """The joins without that of a table of tickets; a key that a value is not read as only looks like it."""
    values = content.get("values", {})
    for join in joins:
        for row in join["missing"]:
            if row[2] and values.get(join["column"], {}).get(row[0]) != row[2]:
                row[2:] = ["", row[2]]
    return [join for join in joins if join["table"] != content.get("tickets", {}).get("file")]


def _refuse_second_names(store: Any, table: FoundTable, columns: list[Column]) -> None:
    """A row under the names that has a word in every column of numbers and dates is no data: units, or names again."""
    measured = [column for column in columns if column.kind in ("number", "date")]
    first = store.execute(f"SELECT * FROM {quoted(table.table)} LIMIT 1").fetchone() or ()
    values = dict(zip([column.name for column in columns], first, strict=False))
    if len(measured) < 2 or any(column.odd != [values.get(column.name)] for column in measured):
        return
    listed = ", ".join(f"“{values[column.name]}”" for column in measured[:3])
    raise ImportUnreadable(
        gettext_noop(
            "{file}: row {header_row} seems to be a second row of names or of units ({listed}). Delete one "
            "of the two rows, and upload it again."
        ).format(file=table.file, header_row=table.header_row + 1, listed=listed)
    )


def _add_money(store: Any, deals: str, content: Content, columns: dict[str, list[dict[str, Any]]]) -> None:
    """Beside each value and its rows, the money of the deals that have it, where there is an amount."""
    if (read := _money(content)) is None:
        return
    number, signs = read
    for column in columns[deals]:
        if column["kind"] not in ("text", "flag") or not column["values"] or column["different"] > 200:
            continue
        name = quoted(column["name"])
        statement = f"SELECT {name}, {number} FROM {quoted(deals)} GROUP BY 1"
        money = {str(value): _plain(total) for value, total in store.execute(statement, signs).fetchall()}
        column["values"] = [[value, count, money.get(value, 0)] for value, count in column["values"]]


def _money(content: Content) -> tuple[str, list[str]] | None:
    """SQL of the sum of the deals' amounts, with its parameters; None where amounts are not there or not readable."""
    amount, files = content["deal"].get("amount"), content["files"]
    if not amount or "decimal_sign" not in files:
        return None
    signs = NumberSigns(files["decimal_sign"], files["thousands_sign"])
    bare = f"regexp_replace({quoted(amount)}, '^[^0-9.,-]+|[^0-9]+$', '', 'g')"  # without the currency beside it
    sql = f"sum(try_cast(replace(regexp_replace({bare}, ?, '', 'g'), ?, '.') AS DOUBLE))"
    # Without a thousands sign the first pattern is one that replaces nothing.
    return sql, [f"[{re.escape(signs.alike)}]" if signs.alike else "^$", files["decimal_sign"]]


def _plain(total: float | None) -> float:
    """“NaN” is a number for the database; what is none in JSON is no money."""
    return total if total and isfinite(total) else 0


def _add_joined(store: Any, deals: str, content: Content, columns: dict[str, list[dict[str, Any]]]) -> None:
    """Beside the texts of a joined table, the deals that have them, and their money."""
    money, signs = _money(content) or ("NULL", [])
    for lookup in content["lookups"]:
        mended = content.get("values", {}).get(lookup["deal_column"], {})
        named = quoted(lookup["deal_column"])
        key = f"CASE {named}{' WHEN ? THEN ?' * len(mended)} ELSE {named} END" if mended else named
        for column in columns[lookup["file"]]:
            if column["kind"] != "text" or column["different"] > MOST_VALUES:
                continue
            joined = (
                # Names of our own, since both tables may call their columns alike.
                f'SELECT {quoted(lookup["key"])} AS "joined key", any_value({quoted(column["name"])}) AS "joined value"'
                f" FROM {quoted(lookup['file'])} GROUP BY 1"
            )
            rows = store.execute(
                f'SELECT "joined value", count(*), {money} FROM {quoted(deals)} JOIN ({joined}) ON "joined key" = {key}'
                " WHERE \"joined value\" <> '' GROUP BY 1 ORDER BY 2 DESC, 1",
                [*signs, *(text for pair in mended.items() for text in pair)],
            ).fetchall()
            column.setdefault("of_deals", {})[lookup["name"]] = [
                [str(value), int(count), *([_plain(total)] if signs else [])] for value, count, total in rows
            ]


def _log_columns(columns: list[dict[str, Any]], rows: int) -> LogColumns | None:
    """Where an event log in a CSV file has case, activity and time; None for a list of one row a deal."""
    _, roles = columns_by_role(columns, rows)
    return None if "key" in roles else log_columns({bare(c["name"]): c for c in columns}, rows)


def _of_log(
    path: Path, found: list[FoundTable], known: Company, columns: LogColumns,
    plain: dict[str, list[dict[str, Any]]] | None = None,
) -> Reading:  # fmt: skip
    sketch = log_sketch(cases_of(path, columns), columns)
    content = _log_content(sketch, known, columns)
    signs_draft(content, (plain or {}).get(path.name, []))
    return Reading(
        tables=[table.as_json() for table in found], columns=plain or {}, joins=[], deals=path.name, kind="log",
        system="", content=content, activities=sketch.activities, attributes=sketch.attributes,
        values=sketch.values,
    )  # fmt: skip


def cases_of(path: Path, columns: LogColumns) -> Any:
    """The cases of a plain table or an XES file."""
    reading = LogReading(path.name)
    if path.suffix.lower() == ".csv":
        return csv_cases(path, reading, case_column=columns.case, delimiter=columns.delimiter)
    return xes_cases(path, reading)


def _log_content(sketch: LogSketch, known: Company, columns: LogColumns) -> Content:
    content = tomllib.loads(sketch.mapping)
    departments = known.departments or usual_departments()
    keys = [department["key"] for department in departments if department["kind"] == "internal"]
    seller = "sales" if "sales" in keys else keys[0]
    for row in content["stages"]:
        row["owner"] = seller
    for row in content.get("handoffs", []):
        row["department"] = seller
    if columns.time_format:
        content.setdefault("log", {})["time_format"] = columns.time_format
    if date := next(
        (name for name in sketch.attributes["case"] if re.search(r"reg_?date|creat|start", name, re.I)), ""
    ):
        content["opportunity"]["created"] = f"case:{date}"
    return content | {"company": known.company, "departments": departments, "pipeline": known.pipeline}


def ambiguous(columns: list[dict[str, Any]], names: set[str]) -> list[dict[str, Any]]:
    """The columns of a role whose values can be read in several ways."""
    return [column for column in columns if column["name"] in names and column["asks"]]
