"""Which tests a run takes, and which modules a parallel one begins with: those that take longest, so that both workers
end together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
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
    "revenue_health/contribution/night/test_scores_killed.py",
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


def mark_beyond_always(items: Sequence[pytest.Item]) -> None:
    """Of tests marked `always(n)`, mark all cases but n as slow. The n are spread over the cases, the first and the
    last among them."""
    cases: defaultdict[str, list[pytest.Item]] = defaultdict(list)
    for item in items:
        if item.get_closest_marker("always"):
            cases[item.nodeid.partition("[")[0]].append(item)
    for same in cases.values():
        marker = same[0].get_closest_marker("always")
        assert marker
        most = marker.args[0]
        if len(same) > most:
            run = {round(number * (len(same) - 1) / max(most - 1, 1)) for number in range(most)}
            for number, item in enumerate(same):
                if number not in run:
                    item.add_marker(pytest.mark.slow)
