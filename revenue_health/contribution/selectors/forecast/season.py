"""The shape of a quarter, counted from custody: see core.season."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import duckdb
import numpy as np

from departments.models import Company
from departments.periods import FiscalCalendar
from pipeline.selectors.leaks.leaks import calendar_of
from revenue_health.contribution.core.flows import AGE_BINS, AGE_EDGES, Floats, Ints
from revenue_health.contribution.core.model.hazards import ratio
from revenue_health.contribution.core.season import WEEKS, Season, shape
from revenue_health.contribution.selectors.comparison.periods import BASELINE_DAYS, DAY, STEP_DAYS

_FOREVER = 2**62


@dataclass(frozen=True, kw_only=True)
class Weeks:
    """Weeks of the quarters of the year before an instant: number of the quarter and of the week in it, and edges in
    epoch seconds; the last one ends at the instant."""

    quarters: int
    rows: tuple[tuple[int, int, int, int], ...]


def weeks_of_quarter(*, calendar: FiscalCalendar, begin: datetime, step_days: Floats) -> Ints:
    """In which week of its quarter the middle of each step lies that follows `begin`, int[W]."""
    ends = np.cumsum(step_days)
    days = [(begin + timedelta(days=float(middle))).date() for middle in ends - step_days / 2]
    return np.array([min((day - calendar.quarter_of(day).start).days // STEP_DAYS, WEEKS - 1) for day in days])


def seasons_at(
    *, cursor: duckdb.DuckDBPyConnection, end: int, company: Company, first: date, stages: Mapping[int, Sequence[int]]
) -> dict[int, Season]:
    """The shape of a quarter by pipeline, from custody before `end` (epoch seconds). stages: by pipeline the ids of
    its stages in the order of its layout; first: the day of the first event."""
    weeks = _weeks(company, end, first)
    values = {
        "weeks": ", ".join(map(str, weeks.rows)),
        "ages": ", ".join(map(str, _ages())),
        "end": str(end),
        "start": str(weeks.rows[0][2]),
    }
    ids = [stage for order in stages.values() for stage in order]
    held = _table(cursor, _HELD.format(**values), ids, weeks.quarters)
    passed = _table(cursor, _HANDED_ON.format(**values), ids, weeks.quarters)
    lost = _table(cursor, _LOST.format(**values), ids, weeks.quarters)[..., 0]
    entered = _table(cursor, _ENTERED.format(**values), list(stages), weeks.quarters)[..., 0]
    everything = ratio(passed.sum(axis=(1, 2)), held.sum(axis=(1, 2)))
    on = shape(passed.sum(axis=-1), np.einsum("sqpa,sa->sqp", held, everything))
    days = held.sum(axis=-1)
    away = shape(lost, days * ratio(lost.sum(axis=(1, 2)), days.sum(axis=(1, 2)))[:, None, None])
    width = np.zeros((weeks.quarters, WEEKS))
    for quarter, week, low, high in weeks.rows:
        width[quarter, week] += (high - low) / DAY
    came = shape(entered, entered.sum(axis=(1, 2))[:, None, None] / width.sum() * width)
    place = {stage: row for row, stage in enumerate(ids)}
    return {
        pipeline: Season(
            handed_on=on[[place[stage] for stage in order]],
            lost=away[[place[stage] for stage in order]],
            entered=came[row],
        )
        for row, (pipeline, order) in enumerate(stages.items())
    }


def _weeks(company: Company, end: int, first: date) -> Weeks:
    """From a year before the end (or the first event) on."""
    calendar, rows = calendar_of(company), list[tuple[int, int, int, int]]()
    last = datetime.fromtimestamp(end - 1, company.zone).date()
    day = max(last - timedelta(days=BASELINE_DAYS - 1), first)
    begin, quarters = day, list[date]()
    period = calendar.quarter_of(day)
    while period.start <= last:
        quarters.append(period.start)
        for week in range(WEEKS):
            low = period.start + timedelta(days=STEP_DAYS * week)
            high = period.end + timedelta(days=1) if week == WEEKS - 1 else low + timedelta(days=STEP_DAYS)
            edges = (max(_instant(low, company), _instant(begin, company)), min(_instant(high, company), end))
            if edges[0] < edges[1]:
                rows.append((len(quarters) - 1, week, *edges))
        period = calendar.following(period)
    return Weeks(quarters=len(quarters), rows=tuple(rows))


def _instant(day: date, company: Company) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=company.zone).timestamp())


def _ages() -> list[tuple[int, int, int]]:
    edges = [int(edge * DAY) for edge in AGE_EDGES[:-1]]
    return [(number, low, high) for number, (low, high) in enumerate(zip(edges, [*edges[1:], _FOREVER], strict=True))]


def _table(cursor: duckdb.DuckDBPyConnection, query: str, keys: Sequence[int], quarters: int) -> Floats:
    """Sums [keys, quarters, WEEKS, ages] of rows (key, quarter, week, age, value)."""
    rows = cursor.execute(query).fetchnumpy()
    columns = [np.asarray(values) for values in rows.values()]
    place = {key: row for row, key in enumerate(keys)}
    table = np.zeros((len(keys), quarters, WEEKS, AGE_BINS))
    known = np.isin(columns[0], list(keys))
    at = np.array([place[int(key)] for key in columns[0][known]], dtype=np.int64)
    quarter, week, age = (column[known].astype(np.int64) for column in columns[1:4])
    np.add.at(table, (at, quarter, week, age), columns[4][known].astype(np.float64))
    return table


# Whole numbers that were made above are written into the text; nothing of a user's is.
_WITH = """
WITH weeks(quarter, week, low, high) AS (VALUES {weeks}), ages(age, young, old) AS (VALUES {ages})"""
_HELD = f"""{_WITH}
SELECT stage, quarter, week, age, sum(seconds)::DOUBLE / 86400 FROM (
    SELECT stage, quarter, week, age, least(coalesce(to_at, {{end}}), high, hold_from + old)
        - greatest(from_at, low, hold_from + young) AS seconds
    FROM holds JOIN weeks ON from_at < high AND coalesce(to_at, {{end}}) > low
    JOIN ages ON coalesce(to_at, {{end}}) - hold_from > young AND from_at - hold_from < old
    WHERE coalesce(to_at, {{end}}) > {{start}}
) WHERE seconds > 0 GROUP BY ALL"""  # noqa: S608
_HANDED_ON = f"""{_WITH}
SELECT stage, quarter, week, age, count(*) FROM holds JOIN weeks ON to_at >= low AND to_at < high
JOIN ages ON greatest(to_at - hold_from - 1, 0) >= young AND greatest(to_at - hold_from - 1, 0) < old
WHERE ended = 'handed_on' GROUP BY ALL"""  # noqa: S608
_LOST = f"""{_WITH}
SELECT from_stage, quarter, week, 0, count(*) FROM moves JOIN weeks ON "at" >= low AND "at" < high
WHERE kind = 'lost' AND from_stage IS NOT NULL GROUP BY ALL"""  # noqa: S608
_ENTERED = f"""{_WITH}
SELECT pipeline, quarter, week, 0, count(*) FROM moves JOIN weeks ON "at" >= low AND "at" < high
WHERE kind = 'entered' GROUP BY ALL"""  # noqa: S608
