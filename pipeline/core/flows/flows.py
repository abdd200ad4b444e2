"""Flows: the weekly roll-up of custody. Rows of any partition of the deals can be summed."""

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import numpy as np
import pyarrow as pa

from departments.core.engine import engine
from pipeline.core.columns import Numbers, codes, integers
from pipeline.core.custody.custody import Custody
from pipeline.core.custody.moves import ARRIVALS, KINDS
from pipeline.core.flows.cells import Cells
from pipeline.core.flows.exposure import BINS, Slots, exposure_of, week_ends
from pipeline.core.flows.queries import NARROW_LIMIT, NARROW_PRODUCT, ROLL_UP, STEPS, WIDE_PRODUCT
from pipeline.core.flows.sums import flows_difference, flows_sum
from pipeline.core.weeks import Weeks

__all__ = ["FLOWS_SCHEMA", "FLOW_KINDS", "flows_compute", "flows_difference", "flows_sum"]

# Cents times seconds of a large company outgrow 64 bits.
MONEY_SECONDS = pa.decimal128(38, 0)
FLOWS_SCHEMA = pa.schema(
    [
        ("week", pa.date32()),
        ("pipeline", pa.int32()),
        ("segment", pa.string()),
        ("stage", pa.int32()),
        ("kind", pa.string()),
        ("department", pa.int32()),
        ("to_stage", pa.int32()),
        ("to_department", pa.int32()),
        ("age_bin", pa.int16()),
        ("amount", pa.int64()),
        ("count", pa.int64()),
        ("amount_seconds", MONEY_SECONDS),
        ("deal_seconds", pa.int64()),
    ]
)
FLOW_KINDS = (*KINDS, "reached", "handed_on", "held", "opening")


def flows_compute(
    custody: Custody,
    opportunities: pa.Table,
    stages: pa.Table,
    weeks: pa.Table,
    as_of: int,
    *,
    by_bucket: bool = False,
    since: date | None = None,
    until: date | None = None,
    threads: int = 0,
) -> pa.Table:
    """Sum custody per week, segment, stage and department; see FLOWS_SCHEMA (and `bucket` with `by_bucket`).

    Kinds and what their rows say of `stage`, in minor units and counts:
    opening: stock just before the Monday, per holder; of the Monday after `as_of`: stock at `as_of`.
    entered (department = source), reopened: into the stage from outside. advanced, returned, won (department =
    holder, to_stage): out of the stage. lost (department = cause), withdrawn, finished: off the books.
    pipeline_out (to_stage in the other pipeline): out of the stage and its pipeline; pipeline_in: into the stage.
    revalued: signed.
    reached: first entries of an opportunity into the stage. handed_on: leaving a custody, with where to.
    held: amount_seconds and deal_seconds in custody, per age bin. handed_on counts in the bin of the hold's last
    second. An instant belongs to the week that contains it; `since` <= week < `until` limits the rows.
    """
    cells = Cells.of(opportunities, stages, _departments_of(custody), by_bucket=by_bucket)
    calendar = Weeks(weeks)
    if not calendar.starts[-2] <= as_of < calendar.starts[-1]:
        raise ValueError("the last but one week has to be the one that contains as_of")
    slots = Slots.of(calendar, as_of)
    workers = threads or os.cpu_count() or 1
    with ThreadPoolExecutor(workers) as pool:
        moved = pool.submit(_moves_by_week, custody.moves, cells, calendar)
        reached = pool.submit(_entries_by_week, custody.visits, cells, calendar)
        exposure = exposure_of(custody.holds, cells, calendar, slots, as_of, pool=pool)
    seconds = week_ends(calendar, as_of) - calendar.starts[:-1]
    tables = {
        "moved": moved.result(),
        "reached": reached.result(),
        "starts": exposure.starts,
        "points": exposure.points,
        "slots": slots.table(),
        "lengths": pa.table({"week": np.arange(len(seconds)), "seconds": seconds}),
        "kinds": pa.table({"number": np.arange(len(FLOW_KINDS)), "kind": list(FLOW_KINDS)}),
        **cells.dimensions(calendar, since, until),
    }
    sizes = {
        "bins": BINS,
        "slots": len(slots.starts),
        "weeks": len(calendar.starts),
        "departments": len(cells.departments),
        "stages": len(cells.stage) + 1,
        "targets": exposure.targets,
        "kinds": len(KINDS),
    }
    result = _sum_tables(tables, sizes, narrow=exposure.largest < NARROW_LIMIT, threads=workers)
    return result.cast(FLOWS_SCHEMA.append(_BUCKET)) if by_bucket else result.drop(["bucket"]).cast(FLOWS_SCHEMA)


_BUCKET = pa.field("bucket", pa.int16())


def _sum_tables(tables: dict[str, pa.Table], sizes: dict[str, int], *, narrow: bool, threads: int) -> pa.Table:
    with engine(threads=threads, ordered=False) as connection:
        for name, table in tables.items():
            connection.register(name, table)
        for name, size in sizes.items():
            connection.execute(f"SET VARIABLE {name} = {size}::BIGINT")
        connection.execute(STEPS.format(product=NARROW_PRODUCT if narrow else WIDE_PRODUCT))
        steps = connection.sql("SELECT holder, week, age_bin, n, a FROM steps").to_arrow_table()
        connection.register("stock", _opening_stock(steps, sizes["weeks"]))
        return connection.sql(ROLL_UP).to_arrow_table()


def _departments_of(custody: Custody) -> Numbers:
    """Every department that holds or is charged with something."""
    columns = [custody.holds.column("department"), custody.moves.column("department")]
    ids = [column.unique().drop_null().to_numpy() for column in columns]
    return np.unique(np.concatenate(ids)).astype(np.int32)


def _moves_by_week(moves: pa.Table, cells: Cells, calendar: Weeks) -> pa.Table:
    """Key: (((holder * stages + to_stage) * kinds) + kind) * weeks + week."""
    from_stage = integers(moves, "from_stage", dtype=np.int32)
    to_stage = integers(moves, "to_stage", dtype=np.int32)
    kind = codes(moves, "kind", KINDS)
    arrives = np.isin(kind, [KINDS.index(name) for name in ARRIVALS])
    stage_row = cells.stage_row.of(np.where(arrives, to_stage, from_stage))
    target = np.where(arrives, 0, cells.stage_or_none(to_stage))
    holder = cells.cell(integers(moves, "opportunity"), stage_row) * len(cells.departments)
    holder += cells.department_row(integers(moves, "department", dtype=np.int32))
    key = ((holder * (len(cells.stage) + 1) + target) * len(KINDS) + kind) * len(calendar.starts)
    return pa.table({"key": key + calendar.of(integers(moves, "at")), "amount": moves.column("amount")})


def _entries_by_week(visits: pa.Table, cells: Cells, calendar: Weeks) -> pa.Table:
    """Key: holder * weeks + week, without a department."""
    entries = visits.select(["opportunity", "stage", "entered_at", "amount_in", "first_entry"])
    first = entries.filter(entries.column("first_entry"))
    stage_row = cells.stage_row.of(integers(first, "stage", dtype=np.int32))
    holder = cells.cell(integers(first, "opportunity"), stage_row) * len(cells.departments)
    key = holder * len(calendar.starts) + calendar.of(integers(first, "entered_at"))
    return pa.table({"key": key, "amount": first.column("amount_in")})


def _opening_stock(steps: pa.Table, weeks: int) -> pa.Table:
    """What is in custody at the start of each week per holder and age bin: the running sum of all steps before."""
    lane = integers(steps, "holder") * BINS + integers(steps, "age_bin")
    lanes, row = np.unique(lane, return_inverse=True)
    # What came or went in a week is in the opening stock from the next Monday on.
    week = integers(steps, "week") + 1
    deals, amount = (np.zeros((len(lanes), weeks), dtype=np.int64) for _ in range(2))
    for total, name in ((deals, "n"), (amount, "a")):
        inside = week < weeks
        np.add.at(total, (row[inside], week[inside]), integers(steps, name)[inside])
        np.cumsum(total, axis=1, out=total)
    held, number = np.nonzero((deals != 0) | (amount != 0))
    return pa.table(
        {
            "holder": lanes[held] // BINS,
            "age_bin": lanes[held] % BINS,
            "week": number,
            "n": deals[held, number],
            "a": amount[held, number],
        }
    )
