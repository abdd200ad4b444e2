"""Bridges of the company: the sum over pipelines and segments, and other cuts that add up to the same."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace

from departments.models import Company
from pipeline.models import Pipeline, RecomputeRun
from pipeline.run_cache import cached
from pipeline.selectors.plan.targets import Target, Targets, planned_pipelines, targets_of
from revenue_health.contribution.core.model.bridge import Bridge
from revenue_health.contribution.core.model.group import joined
from revenue_health.contribution.core.model.groups import (
    Group,
    GroupedBridge,
    group_bridge,
    reconciled,
    summed,
    whole_of,
)
from revenue_health.contribution.selectors.comparison.periods import ComparisonPeriods
from revenue_health.contribution.selectors.comparison.scores import METHOD, stored_bridges
from revenue_health.contribution.selectors.model_input import (
    SEGMENT,
    GroupKey,
    PipelineFlows,
    cached_flows,
    pipelines_flows,
)

MOST_GROUPS = 24
"""Groups of one cut that are modelled one by one; the smallest together become `OTHER`."""
OTHER = "(other)"
MOST_WITH_FACTORS = 6
"""Of a cut with more groups, shares are not split into factors: that is most of the work."""
CUT_BUCKETS = 10
"""Buckets of deals for the intervals of a cut other than segments: wider intervals, in a quarter of the time."""


@dataclass(frozen=True, kw_only=True)
class CompanyBridge:
    """The bridge of the company, its groups by name (segments, or the cut asked for), and its targets."""

    company: Bridge
    groups: dict[str, Bridge]
    pipelines: dict[int, Bridge]
    targets: Targets


def company_bridge(*, run: RecomputeRun, company: Company, periods: ComparisonPeriods) -> CompanyBridge:
    """The bridge by segment, kept per run: it never changes for the same run, periods and plan."""
    targets = company_targets(run=run, company=company, periods=periods)

    def compute() -> dict[int, dict[str, Bridge]]:
        stored = stored_bridges(run=run, periods=periods)
        return segments_of(
            stored or {flows.id: origin_bridges(flows) for flows in cached_flows(run=run, periods=periods)}, targets
        )

    return assembled(cached(run, _name("bridge", periods, targets.segments), compute), targets)


def company_targets(*, run: RecomputeRun, company: Company, periods: ComparisonPeriods) -> Targets:
    """Targets of every pipeline that has stages."""
    return targets_of(run=run, company=company, period=periods.period, pipelines=planned_pipelines())


def _name(what: str, periods: ComparisonPeriods, targets: object) -> str:
    """Names a result for the cache."""
    return f"{what}-{hashlib.sha256(repr((METHOD, periods.key, targets)).encode()).hexdigest()[:24]}"


def origin_bridges(flows: PipelineFlows) -> dict[GroupKey, Bridge]:
    """The bridge of every group of one pipeline, by segment and origin."""
    together = whole_of(flows.groups.values())
    return {key: group_bridge(group=group, together=together) for key, group in flows.groups.items()}


def segments_of(parts: Mapping[int, Mapping[GroupKey, Bridge]], targets: Targets) -> dict[int, dict[str, Bridge]]:
    """Every segment's bridge by pipeline id, as the sum over its origins; with its own target, where the plan has one.

    Plans are of segments, whoever the deals came from.
    """
    by_segment: dict[int, dict[str, list[Bridge]]] = {}
    for pipeline, groups in parts.items():
        for (segment, _), bridge in groups.items():
            by_segment.setdefault(pipeline, {}).setdefault(segment, []).append(bridge)
    return {
        pipeline: {
            segment: summed(bridges, targets.segments.get((pipeline, segment), NO_TARGET).to_date)
            for segment, bridges in segments.items()
        }
        for pipeline, segments in by_segment.items()
    }


NO_TARGET = Target(to_date=None, whole=None)


def assembled(parts: Mapping[int, Mapping[str, Bridge]], targets: Targets) -> CompanyBridge:
    """Sums of bridges by pipeline id and group: the pipelines, the groups over pipelines, the company."""
    whole = {
        key: summed(
            tuple(groups.values()),
            targets.pipelines.get(key, NO_TARGET).to_date,
            names=tuple(groups),
            word=SEGMENT,
        )
        for key, groups in parts.items()
    }
    return CompanyBridge(
        company=summed(tuple(whole.values()), targets.company.to_date, names=_names_of(whole), word="pipeline"),
        groups=_over_pipelines(parts),
        pipelines=whole,
        targets=targets,
    )


def _names_of(whole: Mapping[int, Bridge]) -> tuple[str, ...]:
    """Names of pipelines, read only where a reason of one of them must say whose it is."""
    if len({bridge.reasons for bridge in whole.values()}) < 2:
        return ()
    names = dict(Pipeline.objects.values_list("pk", "name"))
    return tuple(names[key] for key in whole)


def _over_pipelines(parts: Mapping[int, Mapping[str, Bridge]]) -> dict[str, Bridge]:
    """Groups of the same name summed; a target only where every part of it has one."""
    names = sorted({name for groups in parts.values() for name in groups})
    groups_by_name = {}
    for name in names:
        bridges = tuple(groups[name] for groups in parts.values() if name in groups)
        targets = [bridge.target for bridge in bridges if bridge.target is not None]
        groups_by_name[name] = summed(bridges, sum(targets) if len(targets) == len(bridges) else None)
    return groups_by_name


def cut_bridge(*, run: RecomputeRun, company: Company, periods: ComparisonPeriods, by: str) -> CompanyBridge:
    """The company cut by team, owner, source or another attribute; every party's groups add up to the company's."""
    whole = company_bridge(run=run, company=company, periods=periods)
    if by == SEGMENT:
        return whole

    def compute() -> dict[int, dict[str, Bridge]]:
        flows = pipelines_flows(run=run, periods=periods, by=by)
        return {
            pipeline.id: _cut(
                {name: group for (name, _), group in pipeline.groups.items()}, whole.pipelines[pipeline.id]
            )
            for pipeline in flows
        }

    parts = cached(run, _name(f"cut-{by}", periods, whole.targets), compute)
    return replace(whole, groups=_over_pipelines(parts))


def _cut(groups: Mapping[str, Group], pipeline: Bridge) -> dict[str, Bridge]:
    few = {key: group.in_fewer_buckets(CUT_BUCKETS) for key, group in _largest(groups).items()}
    together = whole_of(few.values())
    factors = len(few) <= MOST_WITH_FACTORS
    bridges = {key: group_bridge(group=group, together=together, factors=factors) for key, group in few.items()}
    return reconciled(GroupedBridge(company=summed(tuple(bridges.values()), None), groups=bridges), pipeline).groups


def _largest(groups: Mapping[str, Group]) -> dict[str, Group]:
    """At most `MOST_GROUPS` groups: the smallest by amount held are put together."""
    if len(groups) <= MOST_GROUPS:
        return dict(groups)
    order = sorted(groups, key=lambda key: -float(groups[key].period.held.sum() + groups[key].baseline.held.sum()))
    large = {key: groups[key] for key in sorted(order[: MOST_GROUPS - 1])}
    return large | {OTHER: joined([groups[key] for key in order[MOST_GROUPS - 1 :]])}
