"""Flows of one span of time by bucket of deals: what the contribution model reads.

Steps may be any cut of the span (weeks from its first day, or all of it as one), because periods do not start on
Mondays and a baseline needs no weeks. Works on the same connection as `leaks`: visits, holds, moves, opportunities,
stages, in memory or over Parquet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Self
from uuid import uuid4

import duckdb
import pyarrow as pa

from pipeline.core.flows.amount_days import HOLDS, amount_days
from pipeline.core.flows.entry_amounts import ENTRY_AMOUNTS, ENTRY_PASSES, IN_SPAN, entry_passes
from pipeline.core.flows.finished_deals import TURNED_HOLDS, turned_holds
from pipeline.core.flows.span_queries import (
    ENTERED,
    HANDED_ON,
    LOST,
    OPENING,
    REVALUED,
    SPAN_HOLDS,
    TAKEN_BACK,
    TURNED_NEAR,
    macros,
)
from pipeline.core.leaks.period import Filters, Period
from pipeline.core.weeks import AGE_BIN_STARTS

AMOUNT_BAND = "amount_band"
"""What deals can be grouped by beside their columns: the quarter of all deals, by the amount they entered with."""
FINE_PARTS = 6
FINE_BUCKET = f"(40 * (hash(opportunity) % {FINE_PARTS}) + bucket)::INTEGER"
"""Every bucket cut in six: deals fall into 240 of them, and a number modulo 40 is the bucket itself."""
# Equal amounts are told apart by the deal's number, so that its band is the same in every run.
_BANDS = f"""(
    SELECT opportunity, ntile(4) OVER (ORDER BY amount_in, opportunity) AS {AMOUNT_BAND}
    FROM (SELECT opportunity, arg_min(amount_in, (entered_at, visit)) AS amount_in FROM visits GROUP BY opportunity)
)"""


@dataclass(frozen=True, kw_only=True)
class PeriodFlows:
    """Long tables of a span.

    Each has `group` (value of the grouping attribute), `origin` (department of the deal's source; null where unknown
    or not asked for), `bucket`, `pipeline`, and amounts in minor units. `turn` counts a department's holds of a deal
    within one visit, from 0. A deal that finished stands in the custody (last stage, its owner, turn 0) until it is
    lost or comes back: held, opening, and handed_on where it comes back. Owners are those of the time; what falls to
    another with the stage is no hand-on: from then on it is held there, and no longer here.

    held: step, stage, department, turn, age_bin, amount_days (float).
    handed_on: step, stage, department, turn, age_bin, to_stage?, to_department?, to_turn, amount, amount_held,
        count. amount_held: before what was changed at the instant of the hand-on. Without a stage it went to another
        pipeline, earned in both.
    lost: step, stage, department? (the cause; null where no reason was recorded, and for what was withdrawn or went to
        another pipeline without standing earned in both), amount, count.
    revalued: step, stage, department (who held it), writer? (department of who changed it; where nobody is
        named and the stage had several owners, its owner then), amount.
    entered: step, stage, department (first custody), source? (department; null for what came from another
        pipeline), amount, count; what was lost and came back enters again.
    taken_back: step, stage, department? (null: nobody), amount, count: of what entered, what had been earned in the
        pipeline it came from.
    opening: instant (number), stage, department, turn, age_bin, amount.
    entry_amounts: step, writer (department), source? (department), fresh, amount, corrected, count: see the module
        of that name.
    """

    held: pa.Table
    handed_on: pa.Table
    lost: pa.Table
    revalued: pa.Table
    entered: pa.Table
    taken_back: pa.Table
    opening: pa.Table
    entry_amounts: pa.Table


def period_flows(
    connection: duckdb.DuckDBPyConnection,
    *,
    steps: Sequence[int],
    openings: Sequence[int],
    as_of: int,
    group: str = "segment",
    ungrouped: Sequence[int] = (),
    unsourced: Sequence[int] | None = None,
    filters: Filters | None = None,
    bucket: str = "bucket",
) -> PeriodFlows:
    """Sum custody over the steps [steps[i], steps[i + 1]) in epoch seconds, and stock at the `openings`.

    `group` is a column of opportunities or `AMOUNT_BAND`; deals of the `ungrouped` pipelines are one group, ''. Unless
    `unsourced` is None, rows are also told apart by the department of the deal's source, but for those pipelines. What
    lies after `as_of` is not known: the last step then ends there. bucket: the deal's own, or `FINE_BUCKET`.
    """
    span = Period(connection=connection, start=steps[0], end=steps[-1], as_of=as_of, filters=filters or {})
    with SpanQuery(
        span, steps, openings, group=group, ungrouped=ungrouped, unsourced=unsourced, bucket=bucket
    ) as query:
        return query.flows(fresh=IN_SPAN)


class SpanQuery:
    """The instants of stock, as SQL values in front of each query; and the holds of the span with what is asked of
    them, picked once into a table that lives as long as the block."""

    def __init__(
        self,
        span: Period,
        steps: Sequence[int],
        openings: Sequence[int],
        *,
        group: str,
        ungrouped: Sequence[int],
        unsourced: Sequence[int] | None,
        bucket: str = "bucket",
    ) -> None:
        if list(steps) != sorted(set(steps)) or len(steps) < 2:
            raise ValueError("steps need at least two rising instants")
        self.span, self.steps = span, steps
        # the instant of as_of itself is still included, as in `leaks`
        bounds = [(low, min(high, span.as_of + 1)) for low, high in pairwise(steps)]
        self.macros = macros(steps=bounds, moments=sorted(openings))
        self.instants = [
            (number, moment, place)
            for place, (moment, number) in enumerate(sorted((at, number) for number, at in enumerate(openings)))
        ]
        columns = [*span.connection.table("opportunities").columns, AMOUNT_BAND]
        if group not in columns:
            raise ValueError(f"opportunities have no column {group!r} to group by")
        self.group = _unless(ungrouped, "''", f"coalesce(\"{group}\"::VARCHAR, '')")
        self.origin = "NULL::INTEGER" if unsourced is None else _unless(unsourced, "NULL", "source_department")
        self.bucket = bucket
        self.bands = f"LEFT JOIN {_BANDS} USING (opportunity)" if group == AMOUNT_BAND else ""
        self.reach = {"from": min([steps[0], *openings]), "until": max([span.close, *openings])}
        # in the last bin all the time
        self.reach["ripe"] = self.reach["from"] - int(AGE_BIN_STARTS[-1]) - 1
        # Cursors of one database may share it: each query has tables of its own.
        number = uuid4().hex
        self.deals, self.holds = f"span_deals_{number}", f"span_holds_{number}"

    def __enter__(self) -> Self:
        for name, value in self.macros.items():
            self.span.connection.execute(f"CREATE OR REPLACE TEMP MACRO {name}(x) AS {value}")
        # the column was checked against the table; a group is text, whatever the attribute's type
        self.span.create_table(
            self.deals,
            f'SELECT opportunity, {self.bucket} AS bucket, {self.group} AS "group", {self.origin} AS origin, '
            f"source_department FROM opportunities {self.bands}",
        )
        turned = "turned AS (" + (f"FROM {TURNED_HOLDS}" if self._has(TURNED_HOLDS) else TURNED_NEAR) + ")"
        self.span.create_table(self.holds, f"{self._prefix()}, {turned} {SPAN_HOLDS}", **self.reach)
        return self

    def __exit__(self, *problem: object) -> None:
        for table in (self.holds, self.deals):
            self.span.connection.execute(f"DROP TABLE IF EXISTS {table}")

    def _has(self, table: str) -> bool:
        """Whether the connection has what is the same for every span (`prepare`), and all deals are asked for."""
        return not self.span.filters and has_table(self.span.connection, table)

    def flows(self, *, fresh: str) -> PeriodFlows:
        """All tables. fresh: what `ENTRY_AMOUNTS` says of when a deal entered."""
        return PeriodFlows(
            held=amount_days(self.run(HOLDS), self.steps, self.span.as_of),
            handed_on=self.run(HANDED_ON),
            lost=self.run(LOST),
            revalued=self.run(REVALUED),
            entered=self.run(ENTERED),
            taken_back=self.run(TAKEN_BACK),
            opening=self.run(OPENING),
            entry_amounts=self.run(self._entry_passes() + ENTRY_AMOUNTS.format(fresh=fresh)),
        )

    def run(self, query: str) -> pa.Table:
        """The rows of a query over `span_holds`, `deals` and `instants`."""
        return self.span.table(f"{self._prefix()}, span_holds AS (FROM {self.holds}) {query}")

    def _prefix(self) -> str:
        rows = f"VALUES {', '.join(map(str, self.instants))}" if self.instants else "SELECT 0, 0, 0 WHERE false"
        return f", instants(instant, moment, place) AS ({rows}), deals AS (FROM {self.deals})"

    def _entry_passes(self) -> str:
        if self._has(ENTRY_PASSES):
            return ""
        return f", {ENTRY_PASSES} AS ({entry_passes('chosen_moves')})"


def prepare(connection: duckdb.DuckDBPyConnection) -> None:
    """Work out once, in memory, what `period_flows` needs of all deals and is the same for every span."""
    for name, query in prepared_queries().items():
        connection.execute(f"CREATE TABLE IF NOT EXISTS {name} AS {query}")


def prepared_queries() -> dict[str, str]:
    """By the name `period_flows` looks for, queries over the tables of custody."""
    return {
        TURNED_HOLDS: turned_holds(visits="visits", holds="holds", moves="moves"),
        ENTRY_PASSES: entry_passes("moves"),
    }


def has_table(connection: duckdb.DuckDBPyConnection, name: str, *, kind: str = "") -> bool:
    """Whether a connection has a table or view in its own schema; with `kind` (`VIEW`), one of that kind. What a cut
    (pipeline.core.flows.truncated) does not have must not come from the uncut tables behind it."""
    query = "SELECT table_type FROM information_schema.tables WHERE table_name = ? AND table_schema = current_schema()"
    return any(kind in ("", found) for (found,) in connection.execute(query, [name]).fetchall())


def _unless(pipelines: Sequence[int], there: str, column: str) -> str:
    """SQL: something else than the column in some pipelines."""
    return (
        f"CASE WHEN pipeline IN ({', '.join(map(str, map(int, pipelines)))}) THEN {there} ELSE {column} END"
        if pipelines
        else column
    )
