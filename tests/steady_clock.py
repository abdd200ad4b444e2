"""The day of tests that look at a generated company: late in a quarter, whatever the calendar on the wall says.

On the second of January a page of the running quarter has next to nothing to show. REVENUE_HEALTH_TEST_CLOCK=real
takes the clock of the machine.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import time_machine

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


@contextmanager
def steady_clock(since: datetime = NOON) -> Iterator[None]:
    """The clock of this process goes on from there while the block lasts."""
    if os.environ.get("REVENUE_HEALTH_TEST_CLOCK") == "real":
        yield
        return
    with time_machine.travel(since, tick=True):
        yield


@contextmanager
def before_noon() -> Iterator[None]:
    """For what is made once and put back for several modules: it must not be younger than they are."""
    with steady_clock(NOON - timedelta(hours=1)):
        yield
