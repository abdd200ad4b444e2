"""What My week says to who enters nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from departments.updates.selectors.owed import DepartmentProgress, WeekProgress
from departments.updates.views.my import _progress_message

LEGAL = DepartmentProgress(key="legal", name="Legal", missing=(), reminded_at=None)


@pytest.mark.parametrize(
    ("departments", "entered", "words"),
    [
        ((), False, "No scorecards yet: no department has a measurable to enter."),
        ((), True, "Every value for the week of 23 Nov is in."),
        ((LEGAL,), True, "1 department lacks values for the week of 23 Nov."),
    ],
)
def test_without_scorecards_nothing_is_said_to_be_in(
    departments: tuple[DepartmentProgress, ...], entered: bool, words: str
) -> None:
    closes = datetime(2026, 11, 30, 12, tzinfo=UTC)
    progress = WeekProgress(
        week=date(2026, 11, 23), closed=False, closes_at=closes, departments=departments, entered=entered
    )
    assert _progress_message(progress) == words
