"""A night with something to do at every step, and its steps written down as they are done, in whichever process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

from django.utils import timezone

from departments.models import Commitment, Department, Measurable, User
from departments.periods import monday_of
from pipeline.models import RecomputeRun, Stage
from revenue_health.contribution.models import ForecastSnapshot, Leak
from revenue_health.contribution.services.nightly_steps import NIGHTLY_STEPS, NightlyStep, ScoreStep, Step

EXTRA = "a figure of tomorrow"


def night_begin(run: RecomputeRun) -> RecomputeRun:
    """A run like `run`, with nothing of its night done and something to do for every step of it."""
    sales = Department.objects.get(key="sales")
    Measurable.objects.create(department=sales, key="calls", name="Calls", source="manual")
    long_ago = timezone.now().date() - timedelta(days=90)
    ceo, leak = User.objects.get(username="ceo"), leak_for(sales)
    Commitment.objects.create(
        text="Answer sooner", department=sales, owner=ceo, due=long_ago, first_due=long_ago, subject=f"leak:{leak.pk}",
        created_by=ceo, created_at=timezone.now() - timedelta(days=120),
    )  # fmt: skip
    forecast = ForecastSnapshot.objects.get(run=run)
    begin = forecast.period_start
    forecast.pk, forecast.label = None, "an earlier one"
    forecast.period_start, forecast.period_end = begin - timedelta(days=60), begin - timedelta(days=1)
    forecast.save()
    run.pk, run.seconds = None, {}
    run.save()
    return run


def recorded(log: Path, *, extra: bool = False) -> tuple[NightlyStep, ...]:
    """The steps of the night, each of which adds its name to `log` when it has ended, or as scores are planned."""
    steps: list[NightlyStep] = list(NIGHTLY_STEPS)
    if extra:
        steps.append(Step(name=EXTRA, run=made_up, is_done=made_up_is_done, needs=("forecast", "leak register")))
    return tuple(
        replace(step, plan=partial(record, step.plan, log, step.name))
        if isinstance(step, ScoreStep)
        else replace(step, run=partial(record, step.run, log, step.name))
        for step in steps
    )


def record[Made](function: Callable[[RecomputeRun], Made], log: Path, name: str, run: RecomputeRun) -> Made:
    made = function(run)
    with log.open("a") as lines:
        lines.write(f"{name}\n")
    return made


def made_up(run: RecomputeRun) -> None:
    RecomputeRun.objects.filter(pk=run.pk).update(error=EXTRA)


def made_up_is_done(run: RecomputeRun) -> bool:
    return RecomputeRun.objects.get(pk=run.pk).error == EXTRA


def break_down(run: RecomputeRun) -> float:
    return 1 / (run.pk - run.pk)


def names(steps: tuple[NightlyStep, ...], *, workers: bool) -> list[str]:
    """What a runner has to do of them."""
    return [step.name for step in steps if workers or not step.workers_only]


def leak_for(department: Department) -> Leak:
    """A leak to promise something about; so small a company may have none that is clear."""
    stage, monday = Stage.objects.filter(owner_department=department).earliest("pk"), monday_of(timezone.now().date())
    leak, _ = Leak.objects.get_or_create(
        pipeline_id=stage.pipeline_id,
        stage=stage,
        department=department,
        factor=Leak.Factor.WAITING,
        defaults={
            "first_seen": monday, "since": monday, "last_seen": monday, "read": monday,
            "amount": 1000.0, "low": 500.0, "high": 1500.0,
        },
    )  # fmt: skip
    return leak
