"""Machine code is kept, but never for another text than the one it was made of."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from revenue_health.contribution.core.solver.compiled import machine_code_folder

CORE = Path(__file__).parents[4] / "revenue_health/contribution/core"
ASK = """
import numpy as np
from revenue_health.contribution.core.solver.kernels import fresh_paths, make_grid
from revenue_health.contribution.core.flows import AGE_BINS
grid = make_grid(np.array([7.0]))
paths = fresh_paths(np.full((1, AGE_BINS), 0.2), np.ones((1, 1)), grid, presence=False)
print(repr(float(paths.worth[0, 0].sum())))
"""


def ask(**environment: str) -> float:
    """What a process of its own answers: the part of a unit that leaves within a week."""
    answer = subprocess.run(
        [sys.executable, "-c", ASK], env=os.environ | environment, capture_output=True, text=True, check=True
    )
    return float(answer.stdout)


def test_any_change_of_any_source_has_a_folder_of_its_own(tmp_path: Path) -> None:
    for name in ("backward_loop.py", "kernels.py"):
        (tmp_path / name).write_text("LANES = 8\n")
    before = machine_code_folder(tmp_path)
    (tmp_path / "kernels.py").write_text("LANES = 4\n")
    assert machine_code_folder(tmp_path) != before


def test_the_folder_asked_for_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    assert machine_code_folder(CORE).parent == tmp_path
    assert ask(NUMBA_CACHE_DIR=str(tmp_path)) == pytest.approx(1 - 2.718281828459045**-1.4, abs=1e-12)
    assert list(machine_code_folder(CORE).rglob("*.nbi"))


def test_where_nothing_can_be_kept_the_answer_is_the_same(tmp_path: Path) -> None:
    nowhere = tmp_path / "a file"
    nowhere.write_text("no folder")
    assert ask(NUMBA_CACHE_DIR=str(nowhere)) == pytest.approx(1 - 2.718281828459045**-1.4, abs=1e-12)
