"""CSV logs as a stream of cases. Rows of a case need not stand together: they are sorted outside memory, stably."""

# ruff: noqa: S608 - statements are put together from names of our own tables and columns only.

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

from departments.translation import gettext_noop
from pipeline.imports.files.headers import LINE, Header
from pipeline.imports.files.tables import tables_of
from pipeline.imports.log.event_log import Case, LogEvent, LogReading
from pipeline.imports.problems import ConversionRefused

_FIRST = LINE + gettext_noop(" where its case begins")


def csv_cases(path: Path, reading: LogReading, *, case_column: str, delimiter: str) -> Iterator[Case]:
    """The cases of a CSV log, in order of their first row, so that the same file gives the same folder.

    Columns named `case:x` are attributes of the case (its first value decides), the others of the event.
    """
    with (
        tempfile.TemporaryDirectory() as scratch,
        path.open("rb") as stream,
        duckdb.connect(str(Path(scratch) / "log.duckdb"), config={"threads": 1, "memory_limit": "512MB"}) as store,
    ):
        names = _store_rows(store, tables_of(stream, path.name, reading.problems, delimiter=delimiter))
        reading.case_names |= {name for name in names if name.startswith("case:") or name == case_column}
        reading.event_names |= set(names)
        if not reading.problems:
            reading.check_names()
        if names and not reading.problems and case_column not in names:
            reading.refuse(
                1,
                case_column,
                "",
                gettext_noop("is not a column of the log; it has {listed}").format(listed=", ".join(names)),
            )
        if reading.problems:
            raise ConversionRefused(reading.problems)
        quoted = '"' + case_column.replace('"', '""') + '"'
        store.execute(
            f'SELECT * EXCLUDE ("{_FIRST}") FROM'
            f' (SELECT *, min("{LINE}") OVER (PARTITION BY trim({quoted})) AS "{_FIRST}" FROM log)'
            f' ORDER BY "{_FIRST}", "{LINE}"'
        )
        yield from _grouped(store, case_column, reading)


def _store_rows(store: Any, tables: Iterator[Any]) -> list[str]:
    names: list[str] = []
    has_table = False
    for table in tables:
        if isinstance(table, Header):
            names = list(table.names)
            continue
        store.register("block", table)
        store.execute("INSERT INTO log FROM block" if has_table else "CREATE TABLE log AS FROM block")
        store.unregister("block")
        has_table = True
    return names


def _grouped(store: Any, case_column: str, reading: LogReading) -> Iterator[Case]:
    names = [column[0] for column in store.description]
    line_place, place = names.index(LINE), names.index(case_column)
    of_case = [name for name in names if name.startswith("case:")]
    case, current = None, None
    while rows := store.fetchmany(10_000):
        for row in rows:
            key = row[place].strip()
            if not key:
                reading.refuse(row[line_place], case_column, "", gettext_noop("is empty; every row names its case"))
                continue
            if case is None or key != current:
                if case is not None:
                    yield case
                current, case = key, Case({case_column: key}, line=row[line_place])
            event = {
                name: text
                for name, value in zip(names, row, strict=True)
                if name != LINE and (text := value.strip()) != ""
            }
            for name in of_case:
                if name in event and case.attributes.setdefault(name, event[name]) != event[name]:
                    reading.counted[
                        gettext_noop("rows differ in {name} from an earlier row of their case, which counts").format(
                            name=name
                        )
                    ] += 1
            case.events.append(LogEvent(event, row[line_place]))
    if case is not None:
        yield case
