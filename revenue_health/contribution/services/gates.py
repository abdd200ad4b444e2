"""The gates of scored comparisons: computed after the first figures, so that nobody waits for them to see a share."""

from __future__ import annotations

import time

from django.db import transaction

from departments.models import current_company
from pipeline.models import RecomputeRun
from revenue_health.contribution.models import CutScore, ScoreRun
from revenue_health.contribution.selectors.comparison.bridges import company_bridge
from revenue_health.contribution.selectors.comparison.periods import ComparisonPeriods, periods_of_score_run
from revenue_health.contribution.selectors.comparison.scores import (
    METHOD,
    bridges_of,
    last_periods,
    running_periods,
    score_run_of,
)
from revenue_health.contribution.selectors.gates.gates_json import gates_to_json
from revenue_health.contribution.selectors.gates.judgements import comparisons_are_read, earlier_quarters, gates_of
from revenue_health.contribution.services.scores import figures_write


def earlier_quarters_compute(*, run: RecomputeRun) -> None:
    """Read what the gates of both quarters compare them with, and how the earlier ones would have been judged: most of
    it is the same for both, and whoever asks the gates finds it."""
    company = current_company()
    for periods in _waiting_for_gates(run):
        earlier_quarters(run=run, company=company, periods=periods)


def earlier_quarters_are_read(*, run: RecomputeRun) -> bool:
    """Whether what the gates need of them is there, or no gates are to be asked."""
    company = current_company()
    return all(comparisons_are_read(run=run, company=company, periods=periods) for periods in _waiting_for_gates(run))


def _waiting_for_gates(run: RecomputeRun) -> list[ComparisonPeriods]:
    return [
        periods
        for periods in (running_periods(run=run), last_periods(run=run))
        if periods is not None and not gates_are_stored(run=run, periods=periods)
    ]


def gates_compute(*, run: RecomputeRun, periods: ComparisonPeriods | None) -> None:
    """Ask the gates about a scored comparison and write the verdicts they leave; done twice it changes nothing."""
    score_run = _without_gates(run, periods)
    if score_run is None:
        return
    began, company = time.perf_counter(), current_company()
    compared = periods_of_score_run(score_run, company)
    bridge = company_bridge(run=run, company=company, periods=compared)
    figures = gates_of(run=run, company=company, periods=compared, bridge=bridge.company)
    with transaction.atomic():
        locked = ScoreRun.objects.select_for_update().get(pk=score_run.pk)
        if locked.status != ScoreRun.Status.DONE or locked.fingerprint != score_run.fingerprint:
            return  # planned anew meanwhile: its gates are asked when it is done
        locked.gates = gates_to_json(figures) | {"method": METHOD}
        figures_write(locked, compared, bridges_of(locked), bridge.targets)
        locked.seconds |= {"gates": round(time.perf_counter() - began, 3)}
        locked.cuts.filter(status=CutScore.Status.DONE).delete()  # their groups say what was known before
        locked.save()


def gates_are_stored(*, run: RecomputeRun, periods: ComparisonPeriods | None) -> bool:
    """Whether the gates of a comparison are asked, or there will be no scores to ask them about."""
    if periods is None:
        return True
    score_run = score_run_of(run=run, periods=periods)
    if score_run is None:
        return False  # it is scored first
    return score_run.status == ScoreRun.Status.FAILED or score_run.gates is not None


def _without_gates(run: RecomputeRun, periods: ComparisonPeriods | None) -> ScoreRun | None:
    score_run = score_run_of(run=run, periods=periods) if periods is not None else None
    waits = score_run is not None and score_run.status == ScoreRun.Status.DONE and score_run.gates is None
    return score_run if waits else None
