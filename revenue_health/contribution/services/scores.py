"""Scoring a run: planned in groups, computed group by group on any worker, summed by the last one.

Every step may be done twice or be cut off anywhere: what is stored is found again, and the same input gives the same
figures. No result backend: the database knows what is left.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from departments.models import current_company
from departments.translation import gettext_noop
from pipeline.models import RecomputeRun
from pipeline.selectors.plan.targets import Targets, targets_of
from revenue_health.contribution.core.comparison import Comparison
from revenue_health.contribution.core.model.bridge import Bridge
from revenue_health.contribution.core.model.groups import Group, group_bridge
from revenue_health.contribution.models import GroupScore, PartyScore, ScoreRun
from revenue_health.contribution.selectors.comparison.bridge_codec import bridge_to_json
from revenue_health.contribution.selectors.comparison.bridges import assembled, segments_of
from revenue_health.contribution.selectors.comparison.contributions_json import comparison_to_json
from revenue_health.contribution.selectors.comparison.earned import earned_amounts
from revenue_health.contribution.selectors.comparison.from_bridge import comparison_from_bridge
from revenue_health.contribution.selectors.comparison.periods import (
    ComparisonPeriods,
    periods_of_score_run,
)
from revenue_health.contribution.selectors.comparison.remarks import remarks_of
from revenue_health.contribution.selectors.comparison.scores import (
    METHOD,
    bridges_of,
    group_fingerprint,
    pending_groups,
    plan_fingerprint,
    score_run_of,
)
from revenue_health.contribution.selectors.gates.gates_json import judgements_from_json
from revenue_health.contribution.selectors.gates.judgements import first_judgements
from revenue_health.contribution.selectors.model_input import GroupKey, cached_flows, cached_wholes

Progress = Callable[[str, float], None]
_SUPERSEDED = gettext_noop("A newer run of the figures took its place before it was done.")


@dataclass(frozen=True, kw_only=True)
class Planned:
    """Arrays of one comparison: groups by (pipeline id, name, origin), what each leans on, and the plan."""

    periods: ComparisonPeriods
    targets: Targets
    groups: dict[tuple[int, str, str], Group]
    together: dict[int, Group]


def scores_compute(*, score_run: ScoreRun, progress: Progress | None = None) -> ScoreRun:
    """Compute what is left of a planned comparison in this process and add it up; returns the DONE score run."""
    pending = pending_groups(score_run)
    for place, group in enumerate(pending):
        if progress:
            progress(f"scores of {score_run.label}", place / len(pending))
        group_compute(group=group)
    return scores_sum(score_run=score_run.pk)


def scores_ended(*, run: RecomputeRun, periods: ComparisonPeriods | None) -> bool:
    """Whether a comparison is DONE, or was given up, which nothing but a newer run or a person tries again. True
    without periods: there is nothing to score."""
    if periods is None:
        return True
    score_run = score_run_of(run=run, periods=periods)
    return score_run is not None and score_run.status != ScoreRun.Status.STARTED


def scores_plan(*, run: RecomputeRun, periods: ComparisonPeriods) -> ScoreRun:
    """Write down which groups a comparison needs; takes over figures of equal input, and what is already there."""
    began = time.perf_counter()
    planned = _planned(run, periods)
    ScoreRun.objects.filter(status=ScoreRun.Status.STARTED, run__lt=run.pk).update(
        status=ScoreRun.Status.FAILED, error=_SUPERSEDED, finished_at=timezone.now()
    )
    fingerprint = plan_fingerprint(periods.period)
    with transaction.atomic():
        score_run, _ = ScoreRun.objects.get_or_create(
            run=run,
            **periods.stored_as,
            defaults={"label": periods.period.label, "as_of": run.as_of, "started_at": timezone.now()},
        )
        # Again and locked: of a row that was there already, get_or_create takes no lock.
        score_run = ScoreRun.objects.select_for_update().get(pk=score_run.pk)
        if score_run.status == ScoreRun.Status.DONE and score_run.fingerprint == fingerprint:
            return score_run
        score_run.status, score_run.fingerprint, score_run.error = ScoreRun.Status.STARTED, fingerprint, ""
        score_run.registered_at = score_run.gates = None
        score_run.seconds = {**score_run.seconds, "flows": round(time.perf_counter() - began, 3)}
        score_run.save()
        score_run.cuts.all().delete()  # they add up to what is being made anew
        _groups_write(score_run, planned)
    return score_run


def _groups_write(score_run: ScoreRun, planned: Planned) -> None:
    """Rows of the groups; those whose input is unchanged with the figures of then."""
    stored = {(row.pipeline_id, row.group, row.origin): row for row in score_run.groups.all()}
    for key, group in planned.groups.items():
        fingerprint = group_fingerprint(group, planned.together[key[0]])
        before = stored.get(key)
        if before and before.fingerprint == fingerprint and (before.figures or {}).get("method") == METHOD:
            continue
        # Of any earlier run: equal arrays give equal figures.
        equal = GroupScore.objects.filter(fingerprint=fingerprint, figures__method=METHOD).order_by("-pk").first()
        GroupScore.objects.update_or_create(
            score_run=score_run,
            pipeline_id=key[0],
            group=key[1],
            origin=key[2],
            defaults={"fingerprint": fingerprint, "figures": equal.figures if equal else None, "seconds": 0.0},
        )
    gone = [row.pk for key, row in stored.items() if key not in planned.groups]
    GroupScore.objects.filter(pk__in=gone).delete()


def group_compute(*, group: int) -> int | None:
    """Compute one group unless it is there; returns the score run to sum if this was the last group, else None."""
    row = GroupScore.objects.select_related("score_run__run").filter(pk=group).first()
    if row is None or row.score_run.status != ScoreRun.Status.STARTED:
        return None
    if row.figures is None:
        began = time.perf_counter()
        planned = _planned_again(row.score_run)
        arrays = planned.groups[(row.pipeline_id, row.group, row.origin)]
        record = bridge_to_json(group_bridge(group=arrays, together=planned.together[row.pipeline_id]))
        # Who is first writes; for a message that came twice there is nothing left to write.
        GroupScore.objects.filter(pk=group, figures__isnull=True).update(
            figures=record | {"method": METHOD}, seconds=round(time.perf_counter() - began, 3)
        )
    return _last(row.score_run_id)


def _last(score_run: int) -> int | None:
    """Whether nothing is left. The lock makes one of two that end together see the other's figures."""
    with transaction.atomic():
        locked = ScoreRun.objects.select_for_update().get(pk=score_run)
        return None if locked.status != ScoreRun.Status.STARTED or pending_groups(locked) else score_run


def scores_sum(*, score_run: int) -> ScoreRun:
    """Add the groups up, store figures and trend, and mark it DONE; done twice it changes nothing."""
    with transaction.atomic():
        scored = ScoreRun.objects.select_for_update().select_related("run").get(pk=score_run)
        if scored.status == ScoreRun.Status.DONE or pending_groups(scored):
            return scored
        began = time.perf_counter()
        planned = _planned_again(scored)
        figures_write(scored, planned.periods, bridges_of(scored), planned.targets)
        groups = sum(scored.groups.values_list("seconds", flat=True))
        scored.seconds |= {"groups": round(groups, 3), "sum": round(time.perf_counter() - began, 3)}
        scored.status, scored.finished_at = ScoreRun.Status.DONE, timezone.now()
        scored.save()
    return scored


def figures_write(
    score_run: ScoreRun,
    periods: ComparisonPeriods,
    parts: Mapping[int, Mapping[GroupKey, Bridge]],
    targets: Targets,
) -> None:
    """Sum bridges by pipeline id, segment and origin against the plan, into the figures of a score run (not saved) and
    the trend; with the verdicts its gates leave, or as far as they are known."""
    run, company, bridge = score_run.run, current_company(), assembled(segments_of(parts, targets), targets)
    if score_run.gates:
        judgements = judgements_from_json(score_run.gates)
    else:
        judgements = first_judgements(run=run, company=company, periods=periods, bridge=bridge.company)
    comparison = comparison_from_bridge(
        bridge,
        periods=periods,
        remarks=remarks_of(run=run, company=company, period=periods.period),
        judgements=judgements,
        by="segment",
        earned=earned_amounts(run=run, company=company, period=periods.period),
    )
    score_run.figures = comparison_to_json(comparison)
    _trend_write(score_run, comparison)


def _trend_write(score_run: ScoreRun, comparison: Comparison) -> None:
    PartyScore.objects.bulk_create(
        [
            PartyScore(
                score_run=score_run,
                party=party.key,
                amount=party.share.amount,
                low=party.share.low,
                high=party.share.high,
                score=party.score,
                verdict=str(party.verdict),
            )
            for party in comparison.parties
            if party.share is not None
        ],
        update_conflicts=True,
        unique_fields=["score_run", "party"],
        update_fields=["amount", "low", "high", "score", "verdict"],
    )


def scores_fail(*, score_run: int, error: str) -> None:
    """Record why a comparison cannot be computed; the previous scores stay."""
    ScoreRun.objects.filter(pk=score_run, status=ScoreRun.Status.STARTED).update(
        status=ScoreRun.Status.FAILED, error=error, finished_at=timezone.now()
    )


def _planned_again(score_run: ScoreRun) -> Planned:
    """The arrays of a stored score run."""
    company = current_company()
    periods = periods_of_score_run(score_run, company)
    return _planned(score_run.run, periods)


def _planned(run: RecomputeRun, periods: ComparisonPeriods) -> Planned:
    """The plan is read anew, it may have changed; the arrays of a run never do."""
    company = current_company()
    arrays = cached_flows(run=run, periods=periods)
    targets = targets_of(run=run, company=company, period=periods.period, pipelines=[flows.id for flows in arrays])
    groups = {(flows.id, *key): group for flows in arrays for key, group in flows.groups.items()}
    return Planned(periods=periods, targets=targets, groups=groups, together=cached_wholes(run=run, periods=periods))
