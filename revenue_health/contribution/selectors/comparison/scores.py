"""Stored scores: which comparison has been scored, and the bridges in it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import fields

import numpy as np

from departments.models import current_company
from departments.periods import Period
from pipeline.models import RecomputeRun
from pipeline.selectors.leaks.leaks import calendar_of
from pipeline.selectors.plan.plan import plan_rows
from revenue_health.contribution.core.model.bridge import Bridge
from revenue_health.contribution.core.model.groups import Group
from revenue_health.contribution.models import GroupScore, ScoreRun
from revenue_health.contribution.selectors.comparison.bridge_codec import bridge_from_json
from revenue_health.contribution.selectors.comparison.periods import (
    ComparisonError,
    ComparisonPeriods,
    comparison_periods,
)
from revenue_health.contribution.selectors.model_input import GroupKey

METHOD = 11
"""Goes up when the model's figures change for the same input, so that stored and cached ones are not used."""


def running_periods(*, run: RecomputeRun) -> ComparisonPeriods | None:
    """The running fiscal quarter to date, scored every night; None where nothing has happened yet."""
    try:
        return comparison_periods(run=run, company=current_company())
    except ComparisonError:
        return None


def last_periods(*, run: RecomputeRun) -> ComparisonPeriods | None:
    """The last finished fiscal quarter, scored every night; None where the company began in the running one."""
    running, company = running_periods(run=run), current_company()
    if running is None:
        return None
    try:
        return comparison_periods(run=run, company=company, period=calendar_of(company).previous(running.period))
    except ComparisonError:
        return None


def score_run_of(*, run: RecomputeRun, periods: ComparisonPeriods) -> ScoreRun | None:
    """The score run of this comparison on this run, in whatever state."""
    return ScoreRun.objects.filter(run=run, **periods.stored_as).first()


def plan_fingerprint(period: Period) -> str:
    """Of the method and of what is planned for a period: stored scores with another one are not shown."""
    return hashlib.sha256(repr((METHOD, plan_rows(period=period))).encode()).hexdigest()


def group_fingerprint(group: Group, together: Group) -> str:
    """Of every array a group's figures are computed from, its target and the method.

    To a hundredth: amount-days are summed in floats by several threads, so their last bits differ from run to run.
    """
    digest = hashlib.sha256(repr((METHOD, group.target, group.period.layout, group.origin)).encode())
    for origin, spans in sorted(together.origins.items()):
        digest.update(origin.encode())
        for span in spans:
            for values in (span.lost, span.held, span.count):
                # + 0.0 turns -0.0 into 0.0: the same number, but other bytes.
                digest.update(np.ascontiguousarray(np.round(values, 2) + 0.0))
    for entries in together.entries or ():
        for values in (entries.amount, entries.corrected, entries.count):
            digest.update(np.ascontiguousarray(np.round(values, 2) + 0.0))
    for flows in (group.baseline, group.period, together.baseline, together.period):
        for field in fields(flows):
            if field.name != "layout":
                digest.update(np.ascontiguousarray(np.round(getattr(flows, field.name), 2) + 0.0))
    return digest.hexdigest()


def stored_bridges(*, run: RecomputeRun, periods: ComparisonPeriods) -> dict[int, dict[GroupKey, Bridge]] | None:
    """Bridges by pipeline, segment and origin as the nightly run stored them; None where they are not. Plans only count
    when bridges are summed."""
    score_run = score_run_of(run=run, periods=periods)
    if not score_run or score_run.status != ScoreRun.Status.DONE:
        return None
    try:
        return bridges_of(score_run)
    except KeyError:
        return None  # stored by an older release: by other rules, or less; the next run scores it anew


def bridges_of(score_run: ScoreRun) -> dict[int, dict[GroupKey, Bridge]]:
    """The bridges of a score run whose groups are all computed, by pipeline and (segment, origin).

    Raises KeyError where they were computed by another method.
    """
    parts: dict[int, dict[GroupKey, Bridge]] = {}
    rows = GroupScore.objects.filter(score_run=score_run, figures__isnull=False)
    for pipeline, group, origin, figures in rows.order_by("pipeline_id", "group", "origin").values_list(
        "pipeline_id", "group", "origin", "figures"
    ):
        if not figures or figures.get("method") != METHOD:
            raise KeyError("method")
        parts.setdefault(pipeline, {})[group, origin] = bridge_from_json(figures)
    return parts


def pending_groups(score_run: ScoreRun) -> list[int]:
    """Numbers of the groups still to be computed."""
    return list(GroupScore.objects.filter(score_run=score_run, figures__isnull=True).values_list("pk", flat=True))


def unfinished(run: RecomputeRun) -> Mapping[int, list[int]]:
    """Score runs of a recompute that are not done, each with the groups it still needs."""
    started = ScoreRun.objects.filter(run=run, status=ScoreRun.Status.STARTED)
    return {score_run.pk: pending_groups(score_run) for score_run in started}
