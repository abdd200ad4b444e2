"""One block of a file: its raw text as typed rows, and what one value or one row alone can tell is wrong with them.

Columns of plain values need no engine; DuckDB reads and checks the others, and the rules between columns.
"""

# ruff: noqa: S608 - statements are put together from names of our own columns only.

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from pipeline.imports.files.headers import LINE
from pipeline.imports.folder import kinds
from pipeline.imports.folder.format import Column, FileFormat, Rule
from pipeline.imports.folder.plain import plain_column
from pipeline.imports.problems import Problem

_TYPED = "v {name}"
"""What the typed values of a plain column are called beside their raw text."""


@dataclass
class CheckedBlock:
    """A block typed, with nulls where a value has a problem, and what was found on the way."""

    table: pa.Table
    """LINE and the columns of the file that are present, as they are staged."""
    problems: list[Problem] = field(default_factory=list)
    dates_alone: int = 0
    """Rows with an instant that is a date without a time."""
    lines_alone: list[int] = field(default_factory=list)
    """Lines whose first instant is one."""
    trimmed: Counter[str] = field(default_factory=Counter)
    """Values per column that had spaces around them."""
    turned: Counter[str] = field(default_factory=Counter)
    """Values per column that held signs which turn the direction of reading."""


def block_check(checker: Any, raw: pa.Table, file: FileFormat, present: tuple[Column, ...]) -> CheckedBlock:
    """Type and check one block of raw text; `checker` is a DuckDB connection in the time zone of dates alone."""
    typed = {}
    for column in present:
        values = column.kind.plain and plain_column(raw[column.name], column.kind.plain, blank=column.blank)
        if values is not None:
            typed[column.name] = values
    others = tuple(column for column in present if column.name not in typed)
    checked = CheckedBlock(raw)
    if raw.num_rows and (others or file.rules):
        _register(checker, raw, typed)
        rows = _typed_sql(file, others, typed)
        if others:
            checker.execute(f"CREATE OR REPLACE TEMP TABLE typed AS {rows}")
            rows = "FROM typed"
        _check_typed(checker, rows, checked, file, others)
        typed |= _typed_columns(checker, others, refused=bool(checked.problems))
        checker.unregister("raw")
    names = [column.name for column in present]
    checked.table = pa.table([raw[LINE], *(typed.get(name, raw[name]) for name in names)], names=["line", *names])
    return checked


def _register(checker: Any, raw: pa.Table, plain: dict[str, pa.ChunkedArray]) -> None:
    """Give the engine the raw columns, and beside them the typed ones of plain values."""
    for name, values in plain.items():
        raw = raw.append_column(_TYPED.format(name=name), values)
    checker.register("raw", raw)


def _check_typed(checker: Any, rows: str, checked: CheckedBlock, file: FileFormat, others: tuple[Column, ...]) -> None:
    """Count everything in one pass, and list what there is to list: usually nothing."""
    reasons = [(column.name, _problem_expression(column)) for column in others]
    reasons += [
        (rule.column, f"CASE WHEN {rule.condition} THEN {kinds.literal(rule.reason)} END") for rule in file.rules
    ]
    texts = [column.name for column in others if kinds.trims(column.kind)]
    alone = [kinds.DATE_ALONE.format(raw=f"r_{column.name}") for column in others if column.kind is kinds.INSTANT]
    expressions = [f"count({reason})" for _, reason in reasons]
    for condition in (kinds.WAS_TRIMMED, kinds.WAS_TURNED):
        expressions += [f"count(*) FILTER ({condition.format(value=f'v_{name}', raw=f'r_{name}')})" for name in texts]
    expressions.append(f"count(*) FILTER ({' OR '.join(alone) or 'false'})")
    counts = iter(checker.execute(f"SELECT {', '.join(expressions)} FROM ({rows})").fetchall()[0])
    refused = [reason for reason in reasons if next(counts)]
    checked.trimmed.update({name: next(counts) for name in texts})
    checked.turned.update({name: next(counts) for name in texts})
    checked.dates_alone = next(counts)
    checked.problems = _problems(checker, rows, file, refused)
    first = next((column for column in file.columns if column.kind is kinds.INSTANT), None)
    if checked.dates_alone and first in others:
        is_date = kinds.DATE_ALONE.format(raw=f"r_{first.name}")
        lines = checker.execute(f"SELECT line FROM typed WHERE {is_date}").fetchall()
        checked.lines_alone = [line for (line,) in lines]


def _typed_sql(file: FileFormat, others: tuple[Column, ...], plain: dict[str, pa.ChunkedArray]) -> str:
    """The columns to check, raw and typed; of the plain ones and those the file has not, what the rules name."""
    in_rules = set().union(*(_columns_of(rule) for rule in file.rules))
    parts = []
    for column in file.columns:
        raw = f'"{column.name}"'
        if column in others:
            parts.append(f"{raw} AS r_{column.name}, {column.kind.value.format(raw=raw)} AS v_{column.name}")
        elif column.name in in_rules and column.name in plain:
            parts.append(f'{raw} AS r_{column.name}, "{_TYPED.format(name=column.name)}" AS v_{column.name}')
        elif column.name in in_rules:
            parts.append(f"'' AS r_{column.name}, NULL AS v_{column.name}")
    return f'SELECT "{LINE}" AS line, {", ".join(parts)} FROM raw'


def _columns_of(rule: Rule) -> set[str]:
    return {rule.column, *re.findall(r"\b[rv]_(\w+)", rule.condition)}


def _problem_expression(column: Column) -> str:
    raw = f"r_{column.name}"
    cases = [f"WHEN {raw} = '' THEN " + ("NULL" if column.blank else "'is empty'")]
    if column.kind.fine:
        cases.append(f"WHEN {column.kind.fine.format(raw=raw, value='v_' + column.name)} THEN NULL")
    cases += [f"WHEN {when.format(raw=raw)} THEN {kinds.literal(reason)}" for when, reason in column.kind.problems]
    return f"CASE {' '.join(cases)} END"


def _problems(checker: Any, rows: str, file: FileFormat, reasons: list[tuple[str, str]]) -> list[Problem]:
    bad: list[Problem] = []
    for name, reason in reasons:
        query = f"SELECT line, r_{name}, {reason} AS why FROM ({rows}) WHERE why IS NOT NULL ORDER BY line"
        bad += [
            Problem(file=file.name, line=line, column=name, value=value, reason=why)
            for line, value, why in checker.execute(query).fetchall()
        ]
    return sorted(bad, key=lambda problem: problem.line)


def _typed_columns(checker: Any, others: tuple[Column, ...], *, refused: bool) -> dict[str, pa.ChunkedArray]:
    """The columns that the engine typed, in the order of the rows."""
    if not others:
        return {}
    for column in others if refused else ():
        if column.kind is kinds.INSTANT:
            # Refused already; in local time the first day of year 1 is one of year 0, which PostgreSQL has not.
            checker.execute(f"UPDATE typed SET v_{column.name} = NULL WHERE v_{column.name} < TIMESTAMP '1000-01-01'")
    names = [column.name for column in others]
    table = checker.sql(f"SELECT {', '.join(f'v_{name}' for name in names)} FROM typed").to_arrow_table()
    return {name: table[f"v_{name}"] for name in names}
