"""The deals that moved a party's share most: late, lost, brought in or revalued, each by money times deviation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from departments.models import Department
from pipeline.custody_store import custody_cursor
from pipeline.models import Opportunity, RecomputeRun
from pipeline.run_cache import cached
from revenue_health.contribution.core.flows import MARKET
from revenue_health.contribution.selectors.comparison.periods import DAY, ComparisonPeriods

MOST_DEALS = 8
"""Deals shown for each factor."""
KINDS = ("waiting", "losses", "demand", "value")
type Row = tuple[int, int | None, int | None, float | None, float | None]
"""Opportunity, stage, amount, seconds, seconds of its kind at the baseline."""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """One deal behind one factor. amount in cents (signed for value); days and expected_days of waiting only."""

    factor: str
    key: str
    name: str
    stage: int
    amount: int
    days: float | None = None
    expected_days: float | None = None


# Expected days of a hold at baseline: amount-days held per amount handed on, as the rate of the department beside it.
_WAITING = """
WITH pieces AS (
    SELECT opportunity, visit, hold, stage, department, hold_from, from_at, to_at, amount,
        coalesce(to_at, $horizon) AS until, ended
    FROM holds WHERE department IN (SELECT unnest($departments::INT[])) AND ($stage IS NULL OR stage = $stage)
), normal AS (
    SELECT stage, department,
        sum(amount::DOUBLE * greatest(least(until, $before_end) - greatest(from_at, $before), 0))
            / nullif(sum(amount::DOUBLE) FILTER (to_at >= $before AND to_at < $before_end AND ended = 'handed_on'), 0)
            AS seconds
    FROM pieces WHERE from_at < $before_end AND until > $before GROUP BY stage, department
), spell AS (
    SELECT opportunity, stage, department, least(max(until), $end) - any_value(hold_from) AS seconds,
        arg_max(amount, from_at) AS amount
    FROM pieces WHERE from_at < $end AND until >= $start GROUP BY opportunity, visit, hold, stage, department
)
SELECT opportunity, stage, amount, spell.seconds, normal.seconds
FROM spell JOIN normal USING (stage, department)
WHERE spell.seconds > normal.seconds ORDER BY amount * (spell.seconds - normal.seconds) DESC, opportunity LIMIT $most
"""
_MOVES = {
    "losses": """SELECT opportunity, from_stage, amount, NULL, NULL FROM moves
        WHERE kind = 'lost' AND {who} AND ($stage IS NULL OR from_stage = $stage) AND "at" >= $start AND "at" < $end
        ORDER BY amount DESC, opportunity LIMIT $most""",
    "demand": """SELECT opportunity, to_stage, amount, NULL, NULL FROM moves
        WHERE kind IN ('entered', 'pipeline_in') AND {who} AND ($stage IS NULL OR to_stage = $stage)
            AND "at" >= $start AND "at" < $end
        ORDER BY amount DESC, opportunity LIMIT $most""",
    "value": """SELECT opportunity, any_value(from_stage), sum(amount)::BIGINT AS changed, NULL, NULL FROM moves
        WHERE kind = 'revalued' AND {who} AND ($stage IS NULL OR from_stage = $stage) AND "at" >= $start AND "at" < $end
        GROUP BY opportunity ORDER BY abs(changed) DESC, opportunity LIMIT $most""",
}
_IN_DEPARTMENTS = "department IN (SELECT unnest($departments::INT[]))"


def evidence_of(
    *,
    run: RecomputeRun,
    periods: ComparisonPeriods,
    party: str,
    stage: int | None = None,
    factors: Sequence[str] = KINDS,
) -> dict[str, list[Evidence]]:
    """Deals by factor for a department or the market, in one stage or all; other parties are no one's doing and have
    none. factors: those that are looked for."""
    departments = _departments(party)
    if not departments:
        return {}
    of = (periods.key, party, departments, stage, tuple(factors))
    return _named(
        cached(run, "evidence", lambda: _rows_by_factor(run, periods, party, departments, stage, factors), of=of)
    )


def _rows_by_factor(
    run: RecomputeRun,
    periods: ComparisonPeriods,
    party: str,
    departments: list[int],
    stage: int | None,
    factors: Sequence[str],
) -> dict[str, list[Row]]:
    """The deals as custody has them."""
    cursor = custody_cursor(run)
    span = {
        "start": periods.steps[0],
        "end": periods.steps[-1],
        "departments": departments,
        "most": MOST_DEALS,
        "stage": stage,
    }
    rows_by_factor: dict[str, list[Row]] = {}
    if "waiting" in factors and periods.baseline and party != MARKET:
        before = {"before": periods.baseline_edges[0], "before_end": periods.baseline_edges[1]}
        rows_by_factor["waiting"] = cursor.execute(
            _WAITING, span | before | {"horizon": int(run.as_of.timestamp())}
        ).fetchall()
    or_unnamed = " OR department IS NULL" if party == MARKET else ""
    for factor, query in _MOVES.items():
        if factor not in factors:
            continue
        condition = f"({_IN_DEPARTMENTS}{or_unnamed if factor == 'demand' else ''})"
        rows_by_factor[factor] = cursor.execute(query.format(who=condition), span).fetchall()
    return rows_by_factor


def _departments(party: str) -> list[int]:
    kind = Department.Kind.EXTERNAL if party == MARKET else Department.Kind.INTERNAL
    rows = Department.objects.filter(kind=kind)
    return list((rows if party == MARKET else rows.filter(key=party)).values_list("pk", flat=True))


def _named(rows_by_factor: dict[str, list[Row]]) -> dict[str, list[Evidence]]:
    """Keys and names from the database; deals undone since the run are left out."""
    ids = {row[0] for rows in rows_by_factor.values() for row in rows}
    deals = {
        pk: (key, name) for pk, key, name in Opportunity.objects.filter(pk__in=ids).values_list("pk", "key", "name")
    }
    return {
        factor: [_evidence(factor, row, deals[row[0]]) for row in rows_by_factor[factor] if row[0] in deals]
        for factor in KINDS
        if rows_by_factor.get(factor)
    }


def _evidence(factor: str, row: Sequence[int | float | None], deal: tuple[str, str]) -> Evidence:
    _, stage, amount, seconds, normal = row
    return Evidence(
        factor=factor,
        key=deal[0],
        name=deal[1] or deal[0],
        stage=int(stage or 0),
        amount=int(amount or 0),
        days=None if seconds is None else float(seconds) / DAY,
        expected_days=None if normal is None else float(normal) / DAY,
    )
