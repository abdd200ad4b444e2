"""What a process loads: only what it runs. Memory is measured by tests/bench/bench_memory.py."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from revenue_health.embedded.home import PROJECT, Home
from revenue_health.embedded.process import ServerError, tail
from revenue_health.embedded.programs import Program
from tests.revenue_health.conftest import environment

HEAVY = ("numba", "llvmlite", "duckdb", "pyarrow", "numpy", "weasyprint", "pptx", "scipy")


def loaded(home: Home, module: str, names: tuple[str, ...]) -> list[str]:
    """Which of these are loaded by importing a module in a process of its own."""
    code = f"import {module}, sys; print(*[name for name in {names!r} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=PROJECT,
        env={**environment(home), "DJANGO_SETTINGS_MODULE": "revenue_health.settings"},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.split()


def test_the_supervisor_loads_the_standard_library_only(tmp_path: Path) -> None:
    assert loaded(Home(tmp_path), "revenue_health.embedded.watching", (*HEAVY, "django", "celery", "psycopg")) == []


def test_the_clock_loads_no_task_and_nothing_a_task_needs(tmp_path: Path) -> None:
    names = (*HEAVY, "pipeline.tasks", "departments.models", "revenue_health.contribution.tasks")
    assert loaded(Home(tmp_path), "revenue_health.clock", names) == []


def test_pages_load_nothing_that_only_a_recompute_or_a_pdf_needs(tmp_path: Path) -> None:
    # What computes is loaded before the fork by web_server.share_memory, not by every command that knows the addresses.
    names = ("pandas", "adbc_driver_postgresql", "weasyprint", "plotly", "numba", "scipy")
    assert loaded(Home(tmp_path), "revenue_health.wsgi, revenue_health.urls", names) == []


def program(tmp_path: Path, code: str, *, ready: Path) -> Program:
    return Program("slow", Home(tmp_path), [sys.executable, "-c", code], ready=ready.exists)


def test_a_slow_start_is_waited_for_and_spoken_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("revenue_health.embedded.programs.SAY_SECONDS", 0.2)
    ready = tmp_path / "ready"
    code = f"import time, pathlib; time.sleep(1); pathlib.Path({str(ready)!r}).touch(); time.sleep(60)"
    slow = program(tmp_path, code, ready=ready)
    slow.start()
    try:
        assert "still starting slow" in capsys.readouterr().err
        assert slow.running()
    finally:
        slow.stop()


def test_a_start_that_fails_shows_its_own_lines_only(tmp_path: Path) -> None:
    failing = program(tmp_path, "print('of this start', flush=True); raise SystemExit(1)", ready=tmp_path / "never")
    failing.log.parent.mkdir(parents=True)
    failing.log.write_text("of another day\n")
    with pytest.raises(ServerError, match="of this start") as refused:
        failing.start()
    assert "of another day" not in str(refused.value)
    assert "of another day" in tail(failing.log)
