"""What the gates say of a comparison, with all their evidence or with what is known at once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from departments.formats import ENGLISH, money_in_words, using_number_language
from departments.models import Company
from pipeline.custody_store import flows_cursor
from pipeline.models import RecomputeRun
from pipeline.run_cache import cached
from revenue_health.contribution.core.comparison import MINOR_UNITS
from revenue_health.contribution.core.gates.company import Evidence, GateFigures, Judgements, judge_company
from revenue_health.contribution.core.gates.doubts.moved_work import moved_work
from revenue_health.contribution.core.gates.evidence import OWN_GROUPS, EvidencePlan, gather_evidence
from revenue_health.contribution.core.gates.groupings import BY_AMOUNT
from revenue_health.contribution.core.gates.hashes import steadied
from revenue_health.contribution.core.gates.placebo import PlaceboQuarter, placebo_quarter
from revenue_health.contribution.core.gates.shares import Pipelines, point_shares
from revenue_health.contribution.core.model.bridge import Bridge
from revenue_health.contribution.core.model.interplay.dispersion import widened
from revenue_health.contribution.selectors.comparison.periods import ComparisonPeriods
from revenue_health.contribution.selectors.comparison.scores import METHOD, score_run_of
from revenue_health.contribution.selectors.gates.facts import data_facts, names_by_key
from revenue_health.contribution.selectors.gates.flows import FlowsInOneBucket, reading_of, spans_of
from revenue_health.contribution.selectors.gates.gates_json import judgements_from_json
from revenue_health.contribution.selectors.gates.owners import owner_changes
from revenue_health.contribution.selectors.gates.plan import evidence_plan, judged_nightly, read_together
from revenue_health.contribution.selectors.model_input import (
    AMOUNT,
    PipelineFlows,
    cached_flows,
    flows_at,
)


def gates_of(*, run: RecomputeRun, company: Company, periods: ComparisonPeriods, bridge: Bridge) -> GateFigures:
    """All five gates of a comparison; computed once for a run, as long as the method is the same."""

    def compute() -> GateFigures:
        # What is stored is read by everybody, in whatever language it was asked for.
        with using_number_language(ENGLISH):
            return _all_gates(run, company, periods, bridge)

    return cached(run, "gates", compute, of=(METHOD, periods.key, bridge.target))


class _Source:
    """Flows behind the evidence: deals are read once for all comparisons of a plan, when the first of them is asked
    for."""

    def __init__(self, run: RecomputeRun, company: Company, plan: EvidencePlan[ComparisonPeriods]) -> None:
        self._run, self._company, self._plan = run, company, plan

    @cached_property
    def _own(self) -> FlowsInOneBucket:
        comparisons = read_together(run=self._run, company=self._company, plan=self._plan)
        return FlowsInOneBucket(run=self._run, comparisons=comparisons)

    def pipelines(self, periods: ComparisonPeriods, by: str) -> Pipelines:
        """The groups of every pipeline in one of the plan's comparisons."""
        if by == BY_AMOUNT:
            nightly = judged_nightly(run=self._run)
            together = nightly if spans_of(periods) in map(spans_of, nightly) else [periods]
            return _by_pipeline(FlowsInOneBucket(run=self._run, comparisons=together, by=AMOUNT).of(periods))
        return _by_pipeline(self._own.of(periods))


def _all_gates(run: RecomputeRun, company: Company, periods: ComparisonPeriods, bridge: Bridge) -> GateFigures:
    pipelines, plan = pipelines_of(run, periods), evidence_plan(run=run, company=company, periods=periods)
    source = _Source(run, company, plan)
    bridge = steadied(bridge, pipelines, lambda: _fine(run, periods))
    bridge = widened(bridge, [groups.values() for groups in pipelines.values()])
    evidence = gather_evidence(
        source=source.pipelines,
        plan=plan,
        bridge=bridge,
        pipelines=pipelines,
        moved=moved_work(pipelines, names_by_key(), owner_changes(run=run, periods=periods)),
        quarters=_earlier_quarters(run, plan, source),
    )
    return GateFigures(judgements=_judge(run, company, periods, bridge, pipelines, evidence), evidence=evidence)


def _fine(run: RecomputeRun, periods: ComparisonPeriods) -> Pipelines:
    """The deals of a comparison in many buckets, each pipeline as one group."""
    as_of = int(run.as_of.timestamp())
    return _by_pipeline(flows_at(cursor=flows_cursor(run), as_of=as_of, periods=periods, fine=True))


def earlier_quarters(*, run: RecomputeRun, company: Company, periods: ComparisonPeriods) -> list[PlaceboQuarter]:
    """The quarters before a comparison as they would have been judged; computed once for a run."""
    plan = evidence_plan(run=run, company=company, periods=periods)
    return _earlier_quarters(run, plan, _Source(run, company, plan))


def comparisons_are_read(*, run: RecomputeRun, company: Company, periods: ComparisonPeriods) -> bool:
    """Whether the deals have been read for everything behind a comparison's gates; True where there is nothing."""
    plan = evidence_plan(run=run, company=company, periods=periods)
    comparisons = read_together(run=run, company=company, plan=plan)
    return not comparisons or reading_of(run=run, comparisons=comparisons).is_stored


def _earlier_quarters(
    run: RecomputeRun, plan: EvidencePlan[ComparisonPeriods], source: _Source
) -> list[PlaceboQuarter]:
    return [_quarter(run, label, quarter, source) for label, quarter in plan.quarters]


def _quarter(run: RecomputeRun, label: str, periods: ComparisonPeriods, source: _Source) -> PlaceboQuarter:
    """An earlier quarter as the method reads it: the same for every comparison after it."""

    def compute() -> PlaceboQuarter:
        return placebo_quarter(label, point_shares(source.pipelines(periods, OWN_GROUPS)))

    return cached(run, "placebo", compute, of=(METHOD, periods.key))


def first_judgements(*, run: RecomputeRun, company: Company, periods: ComparisonPeriods, bridge: Bridge) -> Judgements:
    """What can be said at once: nobody is named before the slower gates have spoken, but many are cleared."""
    pipelines = pipelines_of(run, periods)
    evidence = Evidence(moved=moved_work(pipelines, names_by_key(), owner_changes(run=run, periods=periods)))
    with using_number_language(ENGLISH):
        return _judge(run, company, periods, bridge, pipelines, evidence)


def pipelines_of(run: RecomputeRun, periods: ComparisonPeriods) -> Pipelines:
    """The flows of a comparison as the gates read them."""
    return _by_pipeline(cached_flows(run=run, periods=periods))


def _by_pipeline(flows: Sequence[PipelineFlows]) -> Pipelines:
    return {pipeline.id: pipeline.groups for pipeline in flows}


def _judge(
    run: RecomputeRun,
    company: Company,
    periods: ComparisonPeriods,
    bridge: Bridge,
    pipelines: Pipelines,
    evidence: Evidence,
) -> Judgements:
    flows = cached_flows(run=run, periods=periods)
    facts = data_facts(run=run, company=company, periods=periods, flows=flows, pipelines=pipelines, bridge=bridge)
    return judge_company(
        bridge=bridge,
        pipelines=pipelines,
        facts=facts,
        evidence=evidence,
        money=lambda amount: money_in_words(round(amount * MINOR_UNITS), company.reporting_currency),
    )


def judgements_of(
    *, run: RecomputeRun, company: Company, periods: ComparisonPeriods, bridge: Bridge, compute: bool
) -> Judgements:
    """What is said of each party: as the night stored it; else computed, or without `compute` what is known at once."""
    score_run = score_run_of(run=run, periods=periods)
    if score_run is not None and score_run.gates and score_run.gates.get("method") == METHOD:
        return judgements_from_json(score_run.gates)
    if compute:
        return gates_of(run=run, company=company, periods=periods, bridge=bridge).judgements
    return first_judgements(run=run, company=company, periods=periods, bridge=bridge)
