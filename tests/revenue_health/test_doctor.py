"""doctor: says what is wrong, how old the figures are, and whether the flow balances."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from pipeline.custody_store import METHOD
from pipeline.models import RecomputeRun
from revenue_health.health import Check, report

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def run_of(*, hours_ago: float, status: str = "done", parts: list[list[int]] | None = None) -> RecomputeRun:
    then = NOW - timedelta(hours=hours_ago)
    error = 0.0 if status == "done" else None
    made = {"as_of": then, "started_at": then, "finished_at": then, "parts": parts or [], "method": METHOD}
    return RecomputeRun.objects.create(status=status, balance_error=error, error="" if error == 0 else "boom", **made)


def check(name: str) -> Check:
    return next(check for check in report(now=NOW).checks if check.name == name)


def test_figures_of_an_earlier_release_are_not_well() -> None:
    run_of(hours_ago=2)
    RecomputeRun.objects.update(method="")
    assert not check("figures").ok
    assert "rules of an earlier release (run `recompute`)" in check("figures").detail


@pytest.mark.parametrize(
    ("hours", "ok", "word"), [(2, True, "2.0 h old"), (27, False, "over 26 h"), (51, False, "critical")]
)
def test_figures_grow_stale(hours: float, ok: bool, word: str) -> None:
    run_of(hours_ago=hours)
    assert check("figures").ok is ok
    assert word in check("figures").detail
    assert report(now=NOW).age_hours == hours


def test_a_failed_run_after_the_shown_one_is_told() -> None:
    run_of(hours_ago=2)
    run_of(hours_ago=1, status="failed")
    assert not check("figures").ok
    assert "boom" in check("figures").detail
    assert report(now=NOW).balance_error == 0.0


def test_nothing_computed_yet() -> None:
    found = report(now=NOW)
    assert (found.ok, found.age_hours, found.balance_error) == (False, None, None)
    assert "run `recompute`" in check("figures").detail


def test_missing_custody_files_are_told(settings: Any, tmp_path: Path) -> None:
    settings.CUSTODY_STORE = tmp_path
    run_of(hours_ago=1, parts=[[0, 1]])
    assert not check("custody store").ok
    assert "recompute --full" in check("custody store").detail


def test_a_silent_broker_is_told(settings: Any) -> None:
    from revenue_health.celery import app

    settings_before, app.conf.broker_url = app.conf.broker_url, "redis+socket:///nowhere.sock"
    app.conf.broker_read_url = "redis+socket:///nowhere.sock"
    try:
        assert not check("broker").ok
    finally:
        app.conf.broker_url, app.conf.broker_read_url = settings_before, None
    assert check("database").ok
    assert check("migrations").ok


def test_a_server_without_worker_and_clock_is_not_well(settings: Any) -> None:
    settings.EMBEDDED = False
    assert not check("worker").ok
    assert not check("beat").ok


def test_json_has_the_agreed_shape() -> None:
    out = StringIO()
    with pytest.raises(SystemExit, match="1"):
        call_command("doctor", json=True, stdout=out)
    told = json.loads(out.getvalue())
    assert set(told) == {"ok", "checks", "age_hours", "balance_error", "version", "readiness"}
    assert all(set(one) == {"name", "ok", "detail"} for one in told["checks"])
    assert all(set(one) == {"name", "ok", "figure", "withholds", "place"} for one in told["readiness"])


def test_healthz_needs_no_sign_in_and_no_cookie(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")
    assert "no-store" in answer["Cache-Control"]
    assert client.post("/healthz").status_code == 405
