"""Which modules a parallel run begins with: those that take longest, so that both workers end together."""

from __future__ import annotations

from pathlib import Path

import pytest

LONGEST = (
    "revenue_health/embedded/test_supervisor.py",
    "revenue_health/contribution/test_contributions.py",
    "revenue_health/embedded/test_demo.py",
    "browser/test_accessibility.py",
    "golden/test_golden.py",
    "revenue_health/contribution/test_hindsight_groups.py",
    "revenue_health/test_keys_in_logs.py",
    "test_template_names.py",
    "revenue_health/contribution/test_scores_killed.py",
    "pipeline/imports/conversion/test_import_log_bpic2012.py",
    "revenue_health/embedded/test_embedded_session.py",
    "revenue_health/backup/test_backup.py",
    "revenue_health/test_compose_networks.py",
)
"""From `pytest --durations=0` on two processors, by the sum of a module's seconds; what is missing takes less."""
TESTS = Path(__file__).parent


def place(item: pytest.Item) -> int:
    """Where the module of a test stands; the order within a module, and of all other modules, is left as it is."""
    name = item.path.relative_to(TESTS).as_posix()
    return LONGEST.index(name) if name in LONGEST else len(LONGEST)
