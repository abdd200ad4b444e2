"""The parts of a run: written whole, or rewritten where opportunities were touched."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.core.custody.custody import Custody, CustodyInput
from pipeline.core.custody.known_events import known_events
from pipeline.custody_store import OPEN_PIECES, PART_SIZE, TABLES, Part, part_read, part_write
from pipeline.models import RecomputeRun

type Tables = dict[str, pa.Table]


@dataclass(frozen=True, kw_only=True)
class Stored:
    """What the previous run knew: all of the touched opportunities, and the open pieces of the others.

    `touched_parts` are the tables of each part with a touched opportunity, by number of the part.
    """

    parts: list[Part]
    touched_parts: dict[int, Tables]
    custody: Custody
    opportunities: pa.Table
    others_open: Custody
    others: pa.Table


def tables_of(custody: Custody, data: CustodyInput, opportunities: pa.Table) -> Tables:
    """The tables of the custody store; deals without an event known yet are not there yet."""
    seen = opportunities.filter(pc.is_in(opportunities["opportunity"], pc.unique(custody.visits["opportunity"])))
    return {
        "opportunities": seen,
        "visits": custody.visits,
        "holds": custody.holds,
        "moves": custody.moves,
        "events": known_events(data),
    }


def parts_write(numbers: range, run: RecomputeRun, tables: Tables) -> list[Part]:
    """Cut tables, in order of opportunity, at the borders of parts and write each, an empty one too: readers then
    find tables even where there are no deals."""
    keys = {name: table["opportunity"].to_numpy() for name, table in tables.items()}

    def write(number: int) -> Part:
        cut = {}
        for name, table in tables.items():
            first, last = np.searchsorted(keys[name], [number * PART_SIZE, (number + 1) * PART_SIZE])
            cut[name] = table.slice(first, last - first)
        return _write_part(Part(number=number, run=run.pk), cut)

    with ThreadPoolExecutor() as writers:
        return list(writers.map(write, numbers))


def parts_rewrite(run: RecomputeRun, before: Stored, touched: list[int], new: Tables) -> list[Part]:
    """New files for the parts with touched opportunities; the others are taken over as they are."""
    parts = {part.number: part for part in before.parts}
    changed = pa.array(touched, pa.int64())

    def rewrite(number: int) -> tuple[int, Part]:
        old = before.touched_parts.get(number)
        in_part = changed.filter(pc.equal(pc.divide(changed, PART_SIZE), number))
        tables = {}
        for name, table in new.items():
            rows = _only(table, in_part)
            # What was computed anew comes last, out of order of ids: nobody who reads a part relies on it.
            tables[name] = (
                pa.concat_tables([_without(old[name], in_part), rows.cast(old[name].schema)]) if old else rows
            )
        return number, _write_part(Part(number=number, run=run.pk), tables)

    with ThreadPoolExecutor() as writers:
        parts.update(writers.map(rewrite, sorted({pk // PART_SIZE for pk in touched})))
    return [parts[number] for number in sorted(parts)]


def stored_read(parts: list[Part], touched: list[int]) -> Stored:
    """Read what the previous run knew of the touched opportunities, and what was open of the others."""
    changed = pa.array(touched, pa.int64())
    numbers = {pk // PART_SIZE for pk in touched}
    reads = [(part, name) for part in parts if part.number in numbers for name in TABLES]
    with ThreadPoolExecutor() as readers:
        read_tables = list(readers.map(lambda ask: part_read(*ask), reads))
        tables: dict[int, Tables] = {}
        for (part, name), table in zip(reads, read_tables, strict=True):
            tables.setdefault(part.number, {})[name] = table
        opened = pa.concat_tables(readers.map(lambda part: _without(part_read(part, OPEN_PIECES), changed), parts))
        joined = readers.map(lambda name: _join_tables(tables, parts, name, changed), TABLES)
        touched_tables = dict(zip(TABLES, joined, strict=True))
    return Stored(
        parts=parts,
        touched_parts=tables,
        custody=Custody(visits=touched_tables["visits"], holds=touched_tables["holds"], moves=touched_tables["moves"]),
        opportunities=touched_tables["opportunities"],
        others_open=Custody(
            visits=touched_tables["visits"].slice(0, 0),
            holds=opened.drop_columns(["segment", "bucket"]),
            moves=touched_tables["moves"].slice(0, 0),
        ),
        others=opened.select(["opportunity", "pipeline", "segment", "bucket"]),
    )


def _join_tables(tables: dict[int, Tables], parts: list[Part], name: str, changed: pa.Array) -> pa.Table:
    if not tables:
        return part_read(parts[0], name).slice(0, 0)
    return pa.concat_tables([_only(table[name], changed) for table in tables.values()])


def _write_part(part: Part, tables: Tables) -> Part:
    part_write(part, tables)
    return part


def _only(table: pa.Table, keys: pa.Array) -> pa.Table:
    return table.filter(pc.is_in(table["opportunity"], keys))


def _without(table: pa.Table, keys: pa.Array) -> pa.Table:
    return table.filter(pc.invert(pc.is_in(table["opportunity"], keys)))
