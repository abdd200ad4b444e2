"""The deals behind a figure of the leak map, and who hands deals to whom."""

from dataclasses import dataclass

import duckdb

from pipeline.core.leaks.earned import REVERSED, bookings_of
from pipeline.core.leaks.figures import DAY
from pipeline.core.leaks.period import Filters, Period


@dataclass(frozen=True, kw_only=True)
class Deal:
    """One opportunity in a figure: its part of the amount, and days.

    days: in the stage so far for opening, closing, open and over_limit; in custody during the period for held; in
    the visits that ended so for advanced, returned, won, lost, withdrawn, pipeline_out, finished; None for the rest.
    """

    opportunity: int
    amount: int
    days: float | None


@dataclass(frozen=True, kw_only=True)
class Deals:
    """A page of deals, biggest first, and how many there are in all."""

    deals: tuple[Deal, ...]
    total: int


def deals_of_cell(
    connection: duckdb.DuckDBPyConnection,
    *,
    kind: str,
    stage: int | None = None,
    department: int | None = None,
    start: int | None,
    end: int | None,
    as_of: int,
    filters: Filters | None = None,
    limit: int = 50,
    offset: int = 0,
) -> Deals:
    """The opportunities behind one figure of `leaks_compute`, biggest amount first.

    kind: a figure of a stage (opening, entered, moved_in, pipeline_in, reached, advanced, returned, won, lost,
    withdrawn, pipeline_out, finished, revalued, reversed, closing, over_limit), caused (lost for a recorded reason),
    unrecorded (lost without one), held, open (closing stock before earning), or revenue (won less reversed). The
    amounts of all pages add up to the figure; for held they are the amount at the last piece held, in order of money x
    time. `stage` None is all stages (and then won is what came to stand earned, as in the totals); `department` is the
    cause of lost, the holder of held, over_limit, opening and closing, the source of entered.
    """
    if kind not in _QUERIES:
        raise ValueError(f"there are no deals of kind {kind!r}")
    period = Period(connection=connection, start=start, end=end, as_of=as_of, filters=filters or {})
    query = _EARNED if kind == "won" and stage is None else _QUERIES[kind]
    rows = period.rows(
        f""", {bookings_of("chosen_moves")}, rows AS ({query}), deals AS (
            SELECT opportunity, {_AMOUNT.get(kind, "sum(amount)")} AS amount, sum(seconds) AS seconds,
                {_ORDER.get(kind, "abs(sum(amount))")} AS size
            FROM rows
            WHERE ($stage::INTEGER IS NULL OR stage = $stage)
                AND ($department::INTEGER IS NULL OR department = $department)
            GROUP BY opportunity
        )
        SELECT opportunity, amount, seconds, count(*) OVER () FROM deals
        ORDER BY size DESC, opportunity LIMIT $limit OFFSET $offset""",  # noqa: S608
        stage=stage,
        department=department,
        limit=limit,
        offset=offset,
    )
    deals = tuple(
        Deal(opportunity=key, amount=int(amount), days=None if seconds is None else int(seconds) / DAY)
        for key, amount, seconds, _ in rows
    )
    return Deals(deals=deals, total=rows[0][3] if rows else 0)


# What is put into these texts are the constants of this file; periods, stages and departments are parameters.
_NOW = '"at" >= $start AND "at" < $close'


def _arriving(condition: str) -> str:
    return f"""SELECT opportunity, amount, NULL::BIGINT AS seconds, to_stage AS stage, department
        FROM chosen_moves WHERE {condition} AND {_NOW}"""  # noqa: S608


def _leaving(kind: str, condition: str = "true") -> str:
    """Moves out of a stage; the length of the visits they ended is added once per deal and stage."""
    return f"""SELECT opportunity, amount, NULL::BIGINT AS seconds, from_stage AS stage, department
        FROM chosen_moves WHERE kind = '{kind}' AND {condition} AND {_NOW}
        UNION ALL
        SELECT opportunity, 0, seconds, stage, department FROM (
            SELECT opportunity, stage, sum(left_at - entered_at) AS seconds FROM chosen_visits
            WHERE how = '{kind}' AND left_at >= $start AND left_at < $close GROUP BY opportunity, stage
        ) JOIN (
            SELECT DISTINCT opportunity, from_stage AS stage, department FROM chosen_moves
            WHERE kind = '{kind}' AND {condition} AND {_NOW}
        ) USING (opportunity, stage)"""  # noqa: S608


def _stock_query(before: str, age_at: str, condition: str = "true") -> str:
    return f"""SELECT opportunity, amount, {age_at} - entered_at AS seconds, stage, department
        FROM chosen_holds JOIN chosen_visits USING (opportunity, visit, stage) JOIN rules USING (stage)
        WHERE from_at < {before} AND (to_at IS NULL OR to_at >= {before})
            AND entered_at < {before} AND (left_at IS NULL OR left_at >= {before}) AND {condition}"""  # noqa: S608


def _booked(revenue: str, condition: str) -> str:
    return f"""SELECT opportunity, {revenue} AS amount, NULL::BIGINT AS seconds, from_stage AS stage, department
        FROM bookings WHERE {condition} AND {_NOW}"""  # noqa: S608


_EARNED = _booked("revenue", f"booked <> '{REVERSED}'")
_QUERIES = {
    "entered": _arriving("kind = 'entered'"),
    "moved_in": _arriving("kind IN ('advanced', 'returned', 'won', 'reopened')"),
    "pipeline_in": _arriving("kind = 'pipeline_in'"),
    "reached": """SELECT opportunity, amount_in AS amount, NULL::BIGINT AS seconds, stage, NULL::INTEGER AS department
        FROM chosen_visits WHERE first_entry AND entered_at >= $start AND entered_at < $close""",
    **{
        kind: _leaving(kind)
        for kind in ("advanced", "returned", "won", "lost", "withdrawn", "pipeline_out", "finished")
    },
    "caused": _leaving("lost", "NOT assumed"),
    "unrecorded": _leaving("lost", "assumed"),
    "revalued": f"""SELECT opportunity, amount, NULL::BIGINT AS seconds, from_stage AS stage, department
        FROM chosen_moves WHERE kind = 'revalued' AND {_NOW}""",  # noqa: S608
    "reversed": _booked("-revenue", f"booked = '{REVERSED}'"),
    "revenue": _booked("revenue", "true"),
    "opening": _stock_query("$start", "$start"),
    "closing": _stock_query("$close", "$horizon"),
    "open": _stock_query("$close", "$horizon", "NOT after_earning"),
    "over_limit": _stock_query("$close", "$horizon", "$horizon - entered_at > limit_seconds"),
    "held": """SELECT opportunity, amount, stage, department, from_at,
            least(coalesce(to_at, $horizon), $horizon) - greatest(from_at, $start) AS seconds
        FROM chosen_holds WHERE from_at < $horizon AND (to_at IS NULL OR to_at > $start)
            -- nothing is held in a period that begins after the last known instant
            AND $start <= $horizon""",
}
_AMOUNT = {"held": "arg_max(amount, from_at)"}
_ORDER = {"held": "sum(amount::HUGEINT * seconds)"}
