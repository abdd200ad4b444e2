"""The night of one run by two processes: the same steps, none before what it needs, and the same figures."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from pipeline.models import RecomputeRun
from pipeline.selectors.data.runs import latest_run
from revenue_health.contribution.models import ForecastSnapshot, GroupScore, ScoreRun
from revenue_health.contribution.services import nightly_steps
from revenue_health.contribution.services.nightly_run import run_nightly_steps
from revenue_health.contribution.services.nightly_steps import Step
from revenue_health.contribution.services.processes import process_pool
from tests.revenue_health.contribution.night.nights import break_down, made_up_is_done, names, night_begin, recorded

# Other processes see only what is committed.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def tonight(scored: None, transactional_db: None) -> RecomputeRun:
    run = latest_run()
    assert run
    return night_begin(run)


@pytest.mark.slow
def test_two_processes_do_every_step_once_and_none_before_its_turn(
    tonight: RecomputeRun, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    before = ScoreRun.objects.exclude(run=tonight).earliest("pk").figures
    # These are computed anew, by whichever process takes them; the others are taken over from the night before.
    anew = list(GroupScore.objects.order_by("seconds").values_list("pk", flat=True)[::5])
    GroupScore.objects.filter(pk__in=anew).update(fingerprint="")
    log, shares = tmp_path / "log", []
    monkeypatch.setattr(nightly_steps, "NIGHTLY_STEPS", recorded(log, extra=True))
    monkeypatch.setenv("REVENUE_HEALTH_TEST_DATABASE", connection.settings_dict["NAME"])
    with process_pool(2) as others:
        scores = run_nightly_steps(run=tonight, others=others, progress=lambda label, share: shares.append(share))
    done = log.read_text().splitlines()
    assert sorted(done) == sorted(names(nightly_steps.NIGHTLY_STEPS, workers=False))
    for step in nightly_steps.NIGHTLY_STEPS:
        assert step.workers_only or all(done.index(need) < done.index(step.name) for need in step.needs)
    assert [one.status for one in scores] == ["done", "done"]
    assert scores[0].figures["unexplained"] == pytest.approx(before["unexplained"], rel=1e-6, abs=0.01)
    assert shares.count(1.0) == 2
    assert ForecastSnapshot.objects.filter(run=tonight).exists()
    assert made_up_is_done(tonight)


def test_what_goes_wrong_in_a_process_is_raised_here(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    run = RecomputeRun.objects.create(as_of=timezone.now(), started_at=timezone.now())
    broken = Step(name="broken", run=break_down, is_done=lambda run: False)
    monkeypatch.setattr(nightly_steps, "NIGHTLY_STEPS", (broken,))
    monkeypatch.setenv("REVENUE_HEALTH_TEST_DATABASE", connection.settings_dict["NAME"])
    with process_pool(2) as others, pytest.raises(ZeroDivisionError):
        run_nightly_steps(run=run, others=others)
