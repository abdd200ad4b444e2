"""Shares cut by team or owner: asked for once, made by a worker, kept with the score run they belong to."""

from __future__ import annotations

import time
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from departments.models import current_company
from pipeline.models import RecomputeRun
from revenue_health.contribution.models import CutScore, ScoreRun
from revenue_health.contribution.selectors.comparison.bridges import cut_bridge
from revenue_health.contribution.selectors.comparison.contributions_json import group_to_json
from revenue_health.contribution.selectors.comparison.from_bridge import groups_from_bridges
from revenue_health.contribution.selectors.comparison.periods import periods_of_score_run
from revenue_health.contribution.selectors.comparison.remarks import remarks_of
from revenue_health.contribution.selectors.comparison.scores import running_periods
from revenue_health.contribution.selectors.gates.judgements import judgements_of

CUTS = ("team", "owner")
"""What a page may ask for."""
PATIENCE = timedelta(minutes=20)
"""An asked cut nobody has made by then is asked for again: its message was lost."""


def cut_request(*, score_run: int, by: str) -> bool:
    """Record that a cut is wanted; returns whether a worker must be asked (not if one was asked a moment ago)."""
    with transaction.atomic():
        now = timezone.now()
        row, is_new = CutScore.objects.select_for_update().get_or_create(
            score_run_id=score_run, by=by, defaults={"asked_at": now}
        )
        waiting = row.status == CutScore.Status.ASKED and row.asked_at > now - PATIENCE
        if row.status == CutScore.Status.DONE or (waiting and not is_new):
            return False
        row.status, row.asked_at, row.error = CutScore.Status.ASKED, now, ""
        row.save()
        return True


def cut_compute(*, score_run: int, by: str) -> CutScore:
    """Compute the cut and store it; doing it twice changes nothing."""
    score = ScoreRun.objects.select_related("run").get(pk=score_run)
    row, _ = CutScore.objects.get_or_create(score_run=score, by=by, defaults={"asked_at": timezone.now()})
    if row.status == CutScore.Status.DONE:
        return row
    began, company = time.perf_counter(), current_company()
    periods = periods_of_score_run(score, company)
    cut = cut_bridge(run=score.run, company=company, periods=periods, by=by)
    remarks = remarks_of(run=score.run, company=company, period=periods.period)
    judgements = judgements_of(run=score.run, company=company, periods=periods, bridge=cut.company, compute=False)
    groups = groups_from_bridges(cut, remarks=remarks, judged=judgements.parties)
    row.figures = [group_to_json(group) for group in groups]
    row.status, row.seconds, row.error = CutScore.Status.DONE, round(time.perf_counter() - began, 3), ""
    row.save()
    return row


def team_cuts_compute(*, run: RecomputeRun) -> int:
    """The cut people ask for first, made before they ask: the running quarter's scores by team. Returns how many."""
    waiting = _without_team_cut(run)
    for score_run in waiting:
        cut_compute(score_run=score_run, by="team")
    return len(waiting)


def team_cuts_are_stored(*, run: RecomputeRun) -> bool:
    """Whether every comparison of the running quarter that is scored has its cut by team."""
    return not _without_team_cut(run)


def team_cuts_fail(*, run: RecomputeRun, error: str) -> None:
    """No further attempt is made at the cuts that are not there."""
    for score_run in _without_team_cut(run):
        cut_fail(score_run=score_run, by="team", error=error)


def _without_team_cut(run: RecomputeRun) -> list[int]:
    periods = running_periods(run=run)
    if periods is None:
        return []
    scored = ScoreRun.objects.filter(run=run, label=periods.period.label, status=ScoreRun.Status.DONE)
    with_cut = CutScore.objects.filter(score_run__run=run, by="team", status=CutScore.Status.DONE)
    return list(scored.exclude(pk__in=with_cut.values("score_run")).order_by("pk").values_list("pk", flat=True))


def cut_fail(*, score_run: int, by: str, error: str) -> None:
    """A cut that cannot be made says why."""
    CutScore.objects.filter(score_run_id=score_run, by=by).exclude(status=CutScore.Status.DONE).update(
        status=CutScore.Status.FAILED, error=error
    )
