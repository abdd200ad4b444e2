"""A date without a time that follows an instant which an earlier import brought."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.models import Event
from pipeline.services.imports import company_folder_load
from tests.pipeline.folders import folder_write, part_write

pytestmark = pytest.mark.django_db(transaction=True)
HEAD = "opportunity,occurred_at,stage,amount\n"


def test_a_day_does_not_come_before_the_instant_it_follows(tmp_path: Path) -> None:
    """O1 is an offer on 9 January, 9 o'clock. Won “on 9 January” would be won at midnight, and an offer ever since."""
    company_folder_load(
        path=folder_write(tmp_path / "first", {"events.csv": HEAD + "O1,2026-01-09T09:00:00+01:00,offer,5\n"})
    )
    part = part_write(tmp_path / "part", {"events.csv": HEAD + "O1,2026-01-09,won,5\n"})
    refused = company_folder_load(path=part)
    assert not refused.accepted
    (problem,) = refused.problems
    assert (problem.file, problem.line, problem.column) == ("events.csv", 2, "occurred_at")
    assert "before an event of the deal at 09:00 of that day, which was loaded before; write the time" in problem.reason
    assert company_folder_load(
        path=part_write(tmp_path / "next", {"events.csv": HEAD + "O1,2026-01-10,won,5\n"})
    ).accepted


def test_a_folder_loaded_again_is_as_it_was(tmp_path: Path) -> None:
    """Its day was there before the instant that follows it."""
    rows = HEAD + "O1,2026-01-09,lead,5\nO1,2026-01-09T09:00:00+01:00,offer,5\n"
    folder = folder_write(tmp_path / "first", {"events.csv": rows})
    assert company_folder_load(path=folder).accepted
    assert company_folder_load(path=folder).accepted
    assert Event.objects.count() == 2
