"""Scorecard entries from files: late ones are known as late, and what was reported stays."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from departments.models import Entry, Measurable
from pipeline.services.imports import company_folder_load
from pipeline.services.imports_export import company_folder_export
from pipeline.services.imports_undo import import_undo
from tests.pipeline.folders import folder_write, part_write, truth

pytestmark = pytest.mark.django_db
HEADER = "measurable,week,value,note,entered_at\n"


def load(folder: Path, *rows: str, header: str = HEADER) -> int:
    batch = company_folder_load(
        path=part_write(folder, {"entries.csv": header + "".join(f"{row}\n" for row in rows)})
    ).batch
    assert batch is not None
    return batch


def test_an_entry_says_when_it_was_entered_and_says_so_again_on_export(tmp_path: Path) -> None:
    company_folder_load(path=folder_write(tmp_path / "in"))
    load(tmp_path / "more", "calls,2026-01-19,41,,2026-01-30T10:00:00+01:00")
    assert Entry.objects.get(week="2026-01-19").entered_at == datetime(2026, 1, 30, 9, tzinfo=UTC)
    company_folder_export(path=tmp_path / "out")
    rows = (tmp_path / "out" / "entries.csv").read_text().splitlines()
    assert rows[0] + "\n" == HEADER
    assert rows[-1] == "calls,2026-01-19,41,,2026-01-30T09:00:00Z"


def test_a_file_that_changes_a_closed_week_marks_it_and_undoing_takes_the_mark_off(tmp_path: Path) -> None:
    company_folder_load(path=folder_write(tmp_path / "in"))
    before = truth()
    batch = load(
        tmp_path / "more", "calls,2026-01-05,44,", "calls,2026-01-12,9,", header="measurable,week,value,note\n"
    )
    first, second = Entry.objects.order_by("week")
    assert (first.value, first.changed_after_close, first.version) == (44, True, 2)
    assert float(first.reported_value or 0) == 38.5
    # Nothing had been reported for the second week, so nothing is kept.
    assert (second.value, second.changed_after_close, second.reported_value) == (9, False, None)
    import_undo(batch_id=batch)
    after = truth()
    assert after["departments_entry"] == before["departments_entry"]


def test_values_beyond_the_limits_of_a_measurable_are_taken_and_named(tmp_path: Path) -> None:
    company_folder_load(path=folder_write(tmp_path / "in"))
    Measurable.objects.filter(key="calls").update(unit="percent")
    result = company_folder_load(
        path=part_write(
            tmp_path / "more",
            {"entries.csv": HEADER + "calls,2026-01-19,640,,\ncalls,2026-01-26,-2,,\ncalls,2026-02-02,50,,\n"},
        )
    )
    assert Entry.objects.get(week="2026-01-19").value == 640
    (note,) = [note for note in result.notes if note.startswith("entries.csv")]
    assert note.startswith(
        "entries.csv: 2 values of calls (-2 to 640) beyond its limits (0 to 100); taken as they are."
    )
