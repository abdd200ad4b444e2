"""The gates over a simulated company: the same functions as over a real one, with flows from its own custody."""

from collections.abc import Iterator, Mapping
from datetime import timedelta

from departments.periods import Period
from pipeline.core.flows.grid import FlowGrid
from pipeline.core.flows.period_flows import AMOUNT_BAND
from pipeline.core.flows.weights import department_weights, entries_without_source
from pipeline.selectors.plan.baseline import default_baseline
from revenue_health.contribution.core.gates.company import Evidence, GateFigures, candidates, judge_company
from revenue_health.contribution.core.gates.data import DataFacts, HandedOn, kish, record_doubts, unexplained_part
from revenue_health.contribution.core.gates.doubts.moved_work import OwnerChange, changes_of_owner, moved_work
from revenue_health.contribution.core.gates.evidence import OWN_GROUPS, EvidencePlan, gather_evidence
from revenue_health.contribution.core.gates.groupings import BY_AMOUNT
from revenue_health.contribution.core.gates.hashes import steadied
from revenue_health.contribution.core.gates.placebo import placebo_quarter
from revenue_health.contribution.core.gates.shares import Pipelines, point_shares
from revenue_health.contribution.core.model.bridge import Bridge
from revenue_health.contribution.core.model.groups import Group
from revenue_health.contribution.core.model.interplay.dispersion import widened
from revenue_health.contribution.selectors.comparison.periods import ComparisonPeriods
from revenue_health.contribution.selectors.model_input import GroupKey, of_pipeline
from revenue_health.contribution.validation.hard.flows import (
    CALENDAR,
    PERIOD,
    Tables,
    department_rows,
    grid_of,
    groups_in_fine_buckets,
    groups_in_one_bucket,
    groups_of,
    periods_of,
    spans_of,
    stage_rows,
)
from revenue_health.contribution.validation.hard.tables import PIPELINE
from revenue_health.contribution.validation.hard.world.company import DEPARTMENTS, STAGES

MOST_QUARTERS = 8


def gates_of(tables: Tables, bridge: Bridge, groups: Mapping[GroupKey, Group]) -> GateFigures:
    """What the gates say of the company's last quarter, and the evidence as far as somebody could be named. groups: of
    its deals, and `bridge` their sum."""
    periods = periods_of(tables, PERIOD)
    pipelines: Pipelines = {PIPELINE: groups}
    bridge = steadied(bridge, pipelines, lambda: {PIPELINE: groups_in_fine_buckets(tables, periods)})
    bridge = widened(bridge, [groups.values()])
    moved = moved_work(pipelines, {}, list(_owner_changes(tables, periods)))
    if not candidates(bridge, pipelines):  # nobody can be named, whatever the slower gates say
        evidence = Evidence(quarters=(), halves=(), variants=(), tippings={}, moved=moved)
        facts = DataFacts(effective_deals=_effective_deals(tables, periods))
        judgements = judge_company(bridge=bridge, pipelines=pipelines, facts=facts, evidence=evidence)
        return GateFigures(judgements=judgements, evidence=evidence)
    plan = _plan(tables, periods)
    grid = grid_of(tables, [periods, *(each for _, each in (*plan.quarters, *plan.others))])

    def source(comparison: ComparisonPeriods, by: str) -> Pipelines:
        if by == BY_AMOUNT:
            return {PIPELINE: groups_of(tables, comparison, by=AMOUNT_BAND)}
        return {PIPELINE: groups_in_one_bucket(tables, grid, comparison)}

    evidence = gather_evidence(
        source=source,
        plan=plan,
        bridge=bridge,
        pipelines=pipelines,
        moved=moved,
        quarters=[
            placebo_quarter(label, point_shares(source(quarter, OWN_GROUPS))) for label, quarter in plan.quarters
        ],
    )
    facts = _facts(tables, periods, pipelines, bridge, grid)
    judgements = judge_company(bridge=bridge, pipelines=pipelines, facts=facts, evidence=evidence)
    return GateFigures(judgements=judgements, evidence=evidence)


def _owner_changes(tables: Tables, periods: ComparisonPeriods) -> Iterator[OwnerChange]:
    begin = periods.baseline_edges[0] if periods.baseline else periods.steps[0]
    for stage, row in zip(STAGES, tables.data.stages.to_pylist(), strict=True):
        dated = [(float(owner["since"]), DEPARTMENTS[owner["owner"] - 1]) for owner in row["later_owners"] or ()]
        owners = [(float(begin), DEPARTMENTS[row["owner"] - 1]), *dated]
        yield from changes_of_owner(stage, owners, begin=begin, end=periods.steps[-1])


def _plan(tables: Tables, periods: ComparisonPeriods) -> EvidencePlan[ComparisonPeriods]:
    quarters: list[tuple[str, ComparisonPeriods]] = []
    quarter = CALENDAR.previous(PERIOD)
    while len(quarters) < MOST_QUARTERS and default_baseline(CALENDAR, quarter, tables.first):
        quarters.insert(0, (quarter.label, periods_of(tables, quarter)))
        quarter = CALENDAR.previous(quarter)
    last = PERIOD.start - timedelta(days=1)
    others = []
    for name, count in (("four", 4), ("eight", 8)):
        first = PERIOD
        for _ in range(count):
            first = CALENDAR.previous(first)
        baseline = Period(start=max(first.start, tables.first), end=last, label=name)
        others.append((f"against the {name} quarters before", periods_of(tables, PERIOD, baseline)))
    year = CALENDAR.last_year(PERIOD)
    others.append(("against the same days a year before", periods_of(tables, PERIOD, year)))
    weeks = Period(start=PERIOD.end - timedelta(days=90), end=PERIOD.end, label="13 weeks")
    before = Period(start=weeks.start - timedelta(days=364), end=weeks.start - timedelta(days=1), label="before")
    others.append(("over the last 13 weeks", periods_of(tables, weeks, before)))
    return EvidencePlan(
        comparison=periods,
        quarters=tuple(quarters),
        others=tuple((name, other) for name, other in others if other.key != periods.key),
    )


def _facts(
    tables: Tables, periods: ComparisonPeriods, pipelines: Pipelines, bridge: Bridge, grid: FlowGrid
) -> DataFacts:
    start, end = periods.steps[0], periods.steps[-1]
    unknown, entries = entries_without_source(tables.connection, start=start, end=end)
    now, before = (of_pipeline(grid.of(span).handed_on, PIPELINE) for span in spans_of(periods))
    handed_on = HandedOn(
        before=before,
        now=now,
        stages=stage_rows(tables),
        departments=department_rows(),
    )
    return DataFacts(
        effective_deals=_effective_deals(tables, periods),
        without_source=unknown / entries if entries else 0.0,
        unexplained=unexplained_part(bridge),
        doubts=record_doubts(pipelines, [handed_on], {}),
    )


def _effective_deals(tables: Tables, periods: ComparisonPeriods) -> dict[str, float]:
    weights = department_weights(tables.connection, start=periods.steps[0], end=periods.steps[-1])
    return {DEPARTMENTS[department - 1]: kish(weight.amount, weight.squares) for department, weight in weights.items()}
