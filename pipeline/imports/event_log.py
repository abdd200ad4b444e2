"""Event logs as a stream of cases: XES (also gzipped), pulled element by element, and CSV, brought into case order."""

# ruff: noqa: S608 - statements are put together from names of our own tables and columns only.

from __future__ import annotations

import gzip
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any
from xml.parsers import expat

import duckdb

from pipeline.imports.headers import LINE, Header
from pipeline.imports.problems import ImportUnreadable, ProblemList
from pipeline.imports.tables import tables_of

_FIRST = LINE + " where its case begins"
_BLOCK = 256 * 1024
_SILENT_MOST = 16 * 1024**2
_DEEPEST = 64
_PACKED_RATIO = 200
_PACKED_FROM = 256 * 1024**2
_ATTRIBUTES = {"string", "date", "int", "float", "boolean", "id"}


@dataclass(slots=True)
class Case:
    """One case: its attributes, and its events' attributes in the order of the file."""

    attributes: dict[str, str] = field(default_factory=dict)
    events: list[dict[str, str]] = field(default_factory=list)


class _XesParser:
    """Collects cases from a stream of tags. Entities, which a bomb needs, are refused."""

    def __init__(self) -> None:
        self.cases: list[Case] = []
        self._case: Case | None = None
        self._event: dict[str, str] | None = None
        self._depth = self._attribute_depth = 0
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.EntityDeclHandler = self._refuse
        parser.ExternalEntityRefHandler = self._refuse
        self._parser = parser
        self.tags = 0

    def feed(self, data: bytes, final: bool) -> None:
        try:
            self._parser.Parse(data, final)
        except expat.ExpatError as error:
            raise ImportUnreadable(f"The log is no well-formed XML: {error}") from error

    def _refuse(self, *_: Any) -> int:
        raise ImportUnreadable("The log declares XML entities; those are not read.")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.tags += 1
        self._depth += 1
        if self._depth > _DEEPEST:
            raise ImportUnreadable(f"The log nests tags more than {_DEEPEST} deep.")
        tag = name.rpartition(":")[2]
        if tag == "trace":
            self._case = Case()
        elif tag == "event" and self._case is not None:
            self._event = {}
        elif tag in _ATTRIBUTES and self._case is not None:
            # Attributes of attributes belong to those, not to the event.
            self._attribute_depth += 1
            if self._attribute_depth == 1 and "key" in attributes:
                target = self._case.attributes if self._event is None else self._event
                target[attributes["key"]] = attributes.get("value", "")

    def _end(self, name: str) -> None:
        self._depth -= 1
        tag = name.rpartition(":")[2]
        if self._case is None:
            return
        if tag == "trace":
            self.cases.append(self._case)
            self._case = None
        elif tag == "event" and self._event is not None:
            self._case.events.append(self._event)
            self._event = None
        elif tag in _ATTRIBUTES:
            self._attribute_depth -= 1


def xes_cases(path: Path) -> Iterator[Case]:
    """The cases of an XES file, one block of it in memory at a time."""
    parser, silent, tags, read = _XesParser(), 0, 0, 0
    packed = path.stat().st_size
    with _opened(path) as stream:
        while True:
            try:
                block = stream.read(_BLOCK)
            except (OSError, EOFError, gzip.zlib.error) as error:  # type: ignore[attr-defined]
                raise ImportUnreadable(f"{path.name} is damaged: {error}") from error
            read += len(block)
            if read > _PACKED_FROM and read > _PACKED_RATIO * packed:
                raise ImportUnreadable(f"{path.name} unpacks to more than {_PACKED_RATIO} times its size.")
            parser.feed(block, not block)
            silent = silent + len(block) if parser.tags == tags else 0
            tags = parser.tags
            if silent > _SILENT_MOST:
                raise ImportUnreadable(f"{path.name} has no tag for {_SILENT_MOST:,} bytes; it is no XES log.")
            yield from parser.cases
            parser.cases.clear()
            if not block:
                return


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    with path.open("rb") as plain:
        if plain.peek(2)[:2] == b"\x1f\x8b":
            with gzip.open(plain) as unpacked:
                yield unpacked  # type: ignore[misc]
        else:
            yield plain


def csv_cases(path: Path, *, case_column: str, delimiter: str) -> Iterator[Case]:
    """The cases of a CSV log. Rows of a case need not stand together: they are sorted outside memory, stably.

    Columns named `case:x` are attributes of the case (the first row decides), the others of the event.
    """
    problems = ProblemList()
    with (
        tempfile.TemporaryDirectory() as scratch,
        path.open("rb") as stream,
        duckdb.connect(str(Path(scratch) / "log.duckdb"), config={"threads": 1, "memory_limit": "512MB"}) as store,
    ):
        names = _stored(store, tables_of(stream, path.name, problems, delimiter=delimiter))
        if problems:
            raise ImportUnreadable(f"The log cannot be read. {problems.listed[0]}")
        if case_column not in names:
            raise ImportUnreadable(f"The log has no column “{case_column}” for the case; it has {', '.join(names)}.")
        # Cases in order of their first row, so that the same file gives the same folder.
        quoted = '"' + case_column.replace('"', '""') + '"'
        store.execute(
            f'SELECT * EXCLUDE ("{LINE}", "{_FIRST}") FROM'
            f' (SELECT *, min("{LINE}") OVER (PARTITION BY {quoted}) AS "{_FIRST}" FROM log)'
            f' ORDER BY "{_FIRST}", "{LINE}"'
        )
        yield from _grouped(store, case_column)


def _stored(store: Any, tables: Iterator[Any]) -> list[str]:
    names: list[str] = []
    for table in tables:
        if isinstance(table, Header):
            names = list(table.names)
            continue
        store.register("block", table)
        store.execute("INSERT INTO log FROM block" if _has_log(store) else "CREATE TABLE log AS FROM block")
        store.unregister("block")
    return names


def _has_log(store: Any) -> bool:
    return bool(store.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'log'").fetchall()[0][0])


def _grouped(store: Any, case_column: str) -> Iterator[Case]:
    names = [column[0] for column in store.description]
    place = names.index(case_column)
    case, current = None, None
    while rows := store.fetchmany(10_000):
        for row in rows:
            if case is None or row[place] != current:
                if case is not None:
                    yield case
                current = row[place]
                case = Case({case_column: current})
                case.attributes |= {n: v for n, v in zip(names, row, strict=True) if n.startswith("case:") and v != ""}
            case.events.append({name: value for name, value in zip(names, row, strict=True) if value != ""})
    if case is not None:
        yield case
