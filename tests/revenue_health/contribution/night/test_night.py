"""The night is declared once: every runner does the same steps in the declared order, and whatever killed it, a worker
that starts does the rest."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from departments.models import Job
from pipeline.models import RecomputeRun
from revenue_health.contribution.models import ForecastSnapshot, ScoreRun
from revenue_health.contribution.selectors.track import past
from revenue_health.contribution.selectors.track.past import CutOffForecast
from revenue_health.contribution.services import cuts, forecasts, nightly_steps, register, track_record
from revenue_health.contribution.services.nightly_run import run_nightly_steps
from revenue_health.contribution.services.nightly_steps import NIGHTLY_STEPS, NightlyStep, ScoreStep, Step
from revenue_health.contribution.tasks import left_undone_continue, night_of_run
from tests.revenue_health.contribution.night.nights import EXTRA, made_up_is_done, names, night_begin, recorded
from tests.worker import queue_empty, work_off

pytestmark = pytest.mark.django_db


NOTHING = dict.fromkeys(("p5", "p25", "median", "p75", "p95"), 0.0)


class Killed(BaseException):
    """Neither caught nor written down by anything, as SIGKILL."""


@pytest.fixture(autouse=True)
def _quick_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    """The slow ones are tested elsewhere: here a forecast is the one before, no leak costs anything, and a cut has
    nothing in it."""

    def forecast_again(run: RecomputeRun) -> None:
        if ForecastSnapshot.objects.filter(run=run, actual=None).exists():
            return
        earlier = ForecastSnapshot.objects.filter(actual=None).earliest("pk")
        earlier.pk, earlier.run = None, run
        earlier.save()

    monkeypatch.setattr(forecasts, "forecast_store", lambda *, run: forecast_again(run))
    monkeypatch.setattr(past, "QUARTERS", 1)
    monkeypatch.setattr(track_record, "custody_at", lambda **cut: nullcontext())
    monkeypatch.setattr(
        track_record, "forecast_at_cut_off", lambda **cut: CutOffForecast(won_so_far=0.0, quantiles=NOTHING, peers={})
    )
    monkeypatch.setattr(register, "cell_costs", lambda **figures: [])
    monkeypatch.setattr(cuts, "cut_bridge", lambda **comparison: SimpleNamespace(company=None))
    monkeypatch.setattr(cuts, "judgements_of", lambda **comparison: SimpleNamespace(parties={}))
    monkeypatch.setattr(cuts, "groups_from_bridges", lambda *bridges, **comparison: [])


@pytest.fixture
def tonight(run: RecomputeRun) -> Iterator[RecomputeRun]:
    queue_empty()
    yield night_begin(run)
    queue_empty()


def declare(monkeypatch: pytest.MonkeyPatch, steps: tuple[NightlyStep, ...]) -> None:
    monkeypatch.setattr(nightly_steps, "NIGHTLY_STEPS", steps)


def lines(log: Path) -> list[str]:
    return log.read_text().splitlines()


def all_done(run: RecomputeRun) -> bool:
    run = RecomputeRun.objects.get(pk=run.pk)
    return all(step.is_done(run) for step in nightly_steps.NIGHTLY_STEPS)


def test_every_step_comes_after_what_it_needs_and_can_be_given_to_a_process() -> None:
    known: list[str] = []
    for step in NIGHTLY_STEPS:
        assert set(step.needs) <= set(known)
        known.append(step.name)
        if isinstance(step, Step):
            assert pickle.loads(pickle.dumps(step.run)) is step.run
    assert len(known) == len(set(known))


def test_this_process_does_every_step_in_the_declared_order(
    tonight: RecomputeRun, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    declare(monkeypatch, recorded(tmp_path / "log", extra=True))
    scores = run_nightly_steps(run=tonight)
    assert lines(tmp_path / "log") == names(nightly_steps.NIGHTLY_STEPS, workers=False)
    assert [one.status for one in scores] == ["done", "done"]
    assert made_up_is_done(tonight)
    run_nightly_steps(run=tonight)
    assert len(lines(tmp_path / "log")) == len(names(nightly_steps.NIGHTLY_STEPS, workers=False)), (
        "what is done is not repeated"
    )


def test_workers_do_every_step_in_the_declared_order(
    tonight: RecomputeRun, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    declare(monkeypatch, recorded(tmp_path / "log", extra=True))
    night_of_run.delay(tonight.pk)
    work_off()
    done = lines(tmp_path / "log")
    assert sorted(done) == sorted(names(nightly_steps.NIGHTLY_STEPS, workers=True))
    for step in nightly_steps.NIGHTLY_STEPS:
        assert all(done.index(need) < done.index(step.name) for need in step.needs)
    assert EXTRA in done
    assert all_done(tonight)
    assert not Job.objects.exclude(state=Job.State.DONE).exists()


QUICK = {NIGHTLY_STEPS[0].name, "gates of the running quarter"}
KILLED = [(step.name, "before") for step in NIGHTLY_STEPS] + [("leak register", "after"), ("forecast", "after")]


@pytest.mark.parametrize(
    ("killed", "when"),
    [pytest.param(*each, marks=[] if each[0] in QUICK else [pytest.mark.slow]) for each in KILLED],
)
@pytest.mark.always(1)
def test_a_worker_that_starts_does_what_a_killed_one_left(
    tonight: RecomputeRun, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, killed: str, when: str
) -> None:
    whole = recorded(tmp_path / "log")
    declare(monkeypatch, tuple(_killing(step, when) if step.name == killed else step for step in whole))
    night_of_run.delay(tonight.pk)
    with pytest.raises(Killed):
        work_off()
    # Neither its message nor its job is left: the figures alone say what is.
    queue_empty()
    Job.objects.all().delete()
    declare(monkeypatch, whole)
    assert when == "after" or not all_done(tonight)
    left_undone_continue()
    work_off()
    assert all_done(tonight)
    done = lines(tmp_path / "log")
    scores = {step.name for step in NIGHTLY_STEPS if isinstance(step, ScoreStep)}
    assert all(done.count(name) == 1 for name in set(names(whole, workers=True)) - scores)


def _killing(step: NightlyStep, when: str) -> NightlyStep:
    if isinstance(step, ScoreStep):
        return replace(step, plan=_Deadly(step.plan, when))
    return replace(step, run=_Deadly(step.run, when))


class _Deadly:
    def __init__(self, function, when: str) -> None:  # type: ignore[no-untyped-def]
        self.function, self.when = function, when

    def __call__(self, run: RecomputeRun) -> None:
        if self.when == "after":
            self.function(run)
        raise Killed


@pytest.mark.slow
def test_scores_that_were_given_up_keep_nothing_else_from_its_turn(
    tonight: RecomputeRun, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    declare(monkeypatch, recorded(tmp_path / "log"))
    plan = next(step for step in nightly_steps.NIGHTLY_STEPS if isinstance(step, ScoreStep)).plan
    score_run = plan(tonight)
    assert score_run
    ScoreRun.objects.filter(pk=score_run.pk).update(status=ScoreRun.Status.FAILED)
    left_undone_continue()
    work_off()
    done = lines(tmp_path / "log")
    assert "results of commitments" in done
    assert "shares by team" not in done
    score_run.refresh_from_db()
    assert score_run.status == ScoreRun.Status.FAILED
