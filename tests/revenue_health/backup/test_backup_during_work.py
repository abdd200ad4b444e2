"""Backups made while the system loads and computes: each one restores to what it was made of."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from revenue_health.embedded.home import PROJECT, Home
from tests.revenue_health.conftest import environment, manage, new_home

READ_BY_PEOPLE = ("leaks", "register", "review", "forecast", "contributions", "scorecard --department legal", "doctor")


def answers(home: Home) -> dict[str, Any]:
    """What the commands say, without what changes by the minute: some checks of `doctor`, and how old figures are."""
    said = {}
    for line in READ_BY_PEOPLE:
        done = manage(home, *line.split(), "--json")
        assert done.stdout, done.stderr
        said[line] = json.loads(done.stdout)
    del said["review"]["data"]["age_hours"]
    checks = {check["name"]: check["ok"] for check in said["doctor"].pop("checks")}
    said["doctor"] = {"checks": checks, "balance_error": said["doctor"]["balance_error"]}
    return said


def started(home: Home, *arguments: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.Popen(command, cwd=PROJECT, env=environment(home), stdout=subprocess.DEVNULL)


@pytest.mark.slow
@pytest.mark.servers
def test_five_backups_during_a_load_and_a_recompute_restore_equal(home: Home, tmp_path: Path) -> None:
    assert manage(home, "demo", "--build-only", "--opportunities", "400").returncode == 0
    assert manage(home, "generate", str(tmp_path / "more"), "--opportunities", "3000", "--seed", "5").returncode == 0
    for turn in range(5):
        work = [started(home, "load", str(tmp_path / "more")), started(home, "recompute", "--full")]
        backup = tmp_path / f"{turn}.backup"
        done = manage(home, "backup", str(backup), "--json")
        assert done.returncode == 0, done.stderr
        for process in work:
            process.wait(400)
        with new_home() as one, new_home() as other:
            for place in (one, other):
                restored = manage(place, "restore", str(backup), "--json")
                assert restored.returncode == 0, restored.stderr
                said = json.loads(restored.stdout)
                assert said["packs"] == said["packs_verified"] == 1
                assert said["rows"] == json.loads(done.stdout)["rows"]
            assert answers(one) == answers(other)


@pytest.mark.slow
@pytest.mark.servers
def test_a_home_restored_elsewhere_answers_as_the_first(home: Home, tmp_path: Path) -> None:
    assert manage(home, "demo", "--build-only", "--opportunities", "400").returncode == 0
    before = answers(home)
    assert manage(home, "backup", str(tmp_path / "one"), "--json").returncode == 0
    with new_home() as other:
        assert manage(other, "restore", str(tmp_path / "one")).returncode == 0
        assert answers(other) == before
