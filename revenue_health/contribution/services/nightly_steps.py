"""The steps of the night, declared once in NIGHTLY_STEPS, which every runner and the crash recovery read.

A new nightly figure is one entry. Any step may run twice or be interrupted at any point: what it stored stays, and
`is_done` tells from the database alone whether anything is left to do, so runners need no state of their own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils import timezone

from pipeline.models import RecomputeRun
from pipeline.services.recompute.measured import measurables_are_written, measurables_compute
from revenue_health.contribution.models import ScoreRun
from revenue_health.contribution.selectors.comparison.periods import ComparisonPeriods
from revenue_health.contribution.selectors.comparison.scores import last_periods, running_periods, score_run_of
from revenue_health.contribution.services import (
    associations,
    commitment_outcomes,
    cuts,
    forecasts,
    gates,
    register,
    scores,
    track_record,
)


@dataclass(frozen=True, kw_only=True)
class Step:
    """Work that a single process does.

    run: a module-level function, so that another process can import it. is_done: nothing is left to do for a run,
    because everything is stored or there is nothing to store. needs: names of the steps that must be done first.
    give_up: called when no further attempt will be made. workers_only: done ahead of time by workers, since pages
    request it on demand where it is missing; a command that somebody is waiting for leaves it out.
    """

    name: str
    run: Callable[[RecomputeRun], object]
    is_done: Callable[[RecomputeRun], bool]
    needs: tuple[str, ...] = ()
    give_up: Callable[[RecomputeRun, str], None] | None = None
    workers_only: bool = False


@dataclass(frozen=True, kw_only=True)
class ScoreStep:
    """A comparison to be scored: split into groups of deals, which any number of processes compute in parallel, and
    summed once the last group is done. plan: returns None if there is nothing to score."""

    name: str
    plan: Callable[[RecomputeRun], ScoreRun | None]
    is_done: Callable[[RecomputeRun], bool]
    needs: tuple[str, ...] = ()
    workers_only: bool = False


type NightlyStep = Step | ScoreStep


def _measurables(run: RecomputeRun) -> None:
    measurables_compute(run=run, now=timezone.now())


def _running_plan(run: RecomputeRun) -> ScoreRun | None:
    return _plan(run, running_periods(run=run))


def _last_plan(run: RecomputeRun) -> ScoreRun | None:
    return _plan(run, last_periods(run=run))


def _plan(run: RecomputeRun, periods: ComparisonPeriods | None) -> ScoreRun | None:
    if periods is None:
        return None
    started = score_run_of(run=run, periods=periods)
    if started is not None and started.status == ScoreRun.Status.STARTED:
        return started  # cut off: it goes on with the groups it was planned in
    return scores.scores_plan(run=run, periods=periods)


def _earlier_quarters(run: RecomputeRun) -> None:
    gates.earlier_quarters_compute(run=run)


def _running_gates(run: RecomputeRun) -> None:
    gates.gates_compute(run=run, periods=running_periods(run=run))


def _last_gates(run: RecomputeRun) -> None:
    gates.gates_compute(run=run, periods=last_periods(run=run))


def _forecasts_close(run: RecomputeRun) -> None:
    forecasts.forecasts_close(run=run)


def _forecast(run: RecomputeRun) -> None:
    forecasts.forecast_store(run=run)


def _associations(run: RecomputeRun) -> None:
    associations.associations_compute(run=run)


def _leaks(run: RecomputeRun) -> None:
    register.leaks_find(run=run, now=timezone.now())


def _results(run: RecomputeRun) -> None:
    commitment_outcomes.outcomes_compute(now=timezone.now())


def _team_cuts(run: RecomputeRun) -> None:
    cuts.team_cuts_compute(run=run)


def _track_record(run: RecomputeRun) -> None:
    track_record.track_record_store(run=run)


NIGHTLY_STEPS: tuple[NightlyStep, ...] = (
    # Done by the recompute itself; left over only where that died after its figures were in place.
    Step(name="measurables", run=_measurables, is_done=lambda run: measurables_are_written(run=run)),
    ScoreStep(
        name="scores of the running quarter",
        plan=_running_plan,
        is_done=lambda run: scores.scores_ended(run=run, periods=running_periods(run=run)),
    ),
    ScoreStep(
        name="scores of the last quarter",
        plan=_last_plan,
        is_done=lambda run: scores.scores_ended(run=run, periods=last_periods(run=run)),
    ),
    # Once for the gates of both quarters, which would each read the same deals at the same time.
    Step(
        name="earlier quarters",
        run=_earlier_quarters,
        is_done=lambda run: gates.earlier_quarters_are_read(run=run),
    ),
    # A verdict waits for its gates, a share does not: pages show the first figures meanwhile.
    Step(
        name="gates of the running quarter",
        run=_running_gates,
        is_done=lambda run: gates.gates_are_stored(run=run, periods=running_periods(run=run)),
        needs=("scores of the running quarter", "earlier quarters"),
    ),
    Step(
        name="gates of the last quarter",
        run=_last_gates,
        is_done=lambda run: gates.gates_are_stored(run=run, periods=last_periods(run=run)),
        needs=("scores of the last quarter", "earlier quarters"),
    ),
    # Actual revenue before the new forecast: it is a sum over past events and needs no model, so a failure of tonight's
    # forecast must not withhold it from the page that rates the earlier ones.
    Step(
        name="actual revenue of past forecasts",
        run=_forecasts_close,
        is_done=lambda run: forecasts.forecasts_are_closed(run=run),
    ),
    Step(
        name="forecast",
        run=_forecast,
        is_done=lambda run: forecasts.forecast_is_stored(run=run),
        needs=("actual revenue of past forecasts",),
    ),
    Step(
        name="associations",
        run=_associations,
        is_done=lambda run: associations.associations_are_stored(run=run),
        needs=("measurables",),
    ),
    # While a quarter is young the register reads the one before it, so it waits for both.
    Step(
        name="leak register",
        run=_leaks,
        is_done=lambda run: register.leaks_are_found(run=run),
        needs=("scores of the running quarter", "scores of the last quarter"),
    ),
    # A promise about a leak or a measurable is judged with tonight's sighting and tonight's entries, and only once.
    Step(
        name="results of commitments",
        run=_results,
        is_done=lambda run: commitment_outcomes.outcomes_are_stored(now=timezone.now()),
        needs=("measurables", "leak register"),
    ),
    Step(
        name="shares by team",
        run=_team_cuts,
        is_done=lambda run: cuts.team_cuts_are_stored(run=run),
        needs=("gates of the running quarter",),
        give_up=lambda run, error: cuts.team_cuts_fail(run=run, error=error),
        workers_only=True,
    ),
    # Half a minute on the first day, afterwards three forecasts a quarter.
    Step(
        name="track record",
        run=_track_record,
        is_done=lambda run: track_record.track_record_is_stored(run=run),
        needs=("forecast",),
        workers_only=True,
    ),
)


def step_named(name: str) -> NightlyStep:
    return next(step for step in NIGHTLY_STEPS if step.name == name)


def steps_left(run: RecomputeRun) -> list[NightlyStep]:
    """What a command does that waits for the whole night: all that is not done, in the declared order."""
    return [step for step in NIGHTLY_STEPS if not step.workers_only and not step.is_done(run)]


def steps_ready(run: RecomputeRun, *, after: str = "") -> list[NightlyStep]:
    """What workers can begin with: steps that are not done and whose needs are, in the declared order; with `after`
    only those that need that step."""
    possible = [step for step in NIGHTLY_STEPS if not after or after in step.needs]
    names = {name for step in possible for name in (step.name, *step.needs)}
    done = {step.name: step.is_done(run) for step in NIGHTLY_STEPS if step.name in names}
    return [step for step in possible if not done[step.name] and all(done[name] for name in step.needs)]
