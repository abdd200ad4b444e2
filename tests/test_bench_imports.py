"""Benchmarks start by themselves, without the settings that a test run has."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

SCRIPTS = sorted(
    f"tests.bench.{path.stem}"
    for path in (Path(__file__).parent / "bench").glob("*.py")
    if "__main__" in path.read_text(encoding="utf-8")
)


def test_every_benchmark_can_be_started_from_a_plain_shell() -> None:
    assert len(SCRIPTS) >= 8
    plain = {name: value for name, value in os.environ.items() if not name.startswith("DJANGO")}
    imports = "; ".join(f"import {name}" for name in SCRIPTS)
    done = subprocess.run([sys.executable, "-c", imports], env=plain, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
