"""The fiscal calendar in company.csv: it is loaded, kept, exported, and put back by an undo."""

from __future__ import annotations

from pathlib import Path

import pytest

from departments.models import current_company
from departments.periods import PATTERNS, FiscalCalendar, WeekYears
from pipeline.services.imports import company_folder_load
from pipeline.services.imports_export import company_folder_export
from pipeline.services.imports_undo import import_undo
from tests.pipeline.folders import GOOD, folder_bytes, folder_write, out_and_in_again, part_write, truth

pytestmark = pytest.mark.django_db(transaction=True)
HEADER = (
    "name,reporting_currency,time_zone,fiscal_year_start_month,"
    "fiscal_periods,fiscal_year_end_weekday,fiscal_year_end_rule,fiscal_year_named_after\n"
)
RETAIL = HEADER + "Small,EUR,Europe/Berlin,2,4-5-4,saturday,nearest,start\n"


def company_csv(path: Path) -> str:
    company_folder_export(path=path)
    return (path / "company.csv").read_text()


def test_a_calendar_of_weeks_comes_in_and_goes_out_the_same(tmp_path: Path) -> None:
    out_and_in_again(folder_write(tmp_path / "in", {"company.csv": RETAIL}), tmp_path)
    assert (tmp_path / "two/company.csv").read_text() == RETAIL
    weeks = WeekYears(pattern=PATTERNS["4-5-4"], end_weekday=5, nearest=True)
    assert current_company().fiscal_calendar == FiscalCalendar(start_month=2, weeks=weeks, named_after_start=True)


def test_a_company_of_calendar_months_has_no_more_columns(tmp_path: Path) -> None:
    assert company_folder_load(path=folder_write(tmp_path / "in")).accepted
    assert company_csv(tmp_path / "out") == GOOD["company.csv"]
    assert current_company().fiscal_calendar == FiscalCalendar()


def test_a_later_file_without_the_columns_changes_nothing_of_it(tmp_path: Path) -> None:
    assert company_folder_load(path=folder_write(tmp_path / "in", {"company.csv": RETAIL})).accepted
    later = {"company.csv": GOOD["company.csv"].replace("Berlin,1", "Paris,2")}
    assert company_folder_load(path=part_write(tmp_path / "later", later)).accepted
    assert company_csv(tmp_path / "out") == RETAIL.replace("Berlin", "Paris")


def test_an_undo_puts_the_calendar_back(tmp_path: Path) -> None:
    assert company_folder_load(path=folder_write(tmp_path / "in")).accepted
    before = folder_bytes(folder_write(tmp_path / "same"))["company.csv"].decode()
    loaded = company_folder_load(path=part_write(tmp_path / "weeks", {"company.csv": RETAIL}))
    assert current_company().fiscal_calendar.weeks is not None
    import_undo(batch_id=loaded.batch)
    assert company_csv(tmp_path / "out") == before


@pytest.mark.parametrize(
    ("old", "new", "column", "reason"),
    [
        ("4-5-4", "4-4-4", "fiscal_periods", "is not one of months, 4-4-5, 4-5-4, 5-4-4"),
        ("4-5-4", "", "fiscal_periods", "is empty"),
        ("saturday", "6", "fiscal_year_end_weekday", "is not one of monday, tuesday, wednesday"),
        ("nearest", "closest", "fiscal_year_end_rule", "is not one of last, nearest"),
        ("start\n", "2026\n", "fiscal_year_named_after", "is not one of end, start"),
    ],
)
def test_what_is_no_calendar_is_refused(tmp_path: Path, old: str, new: str, column: str, reason: str) -> None:
    before = truth()
    result = company_folder_load(
        path=folder_write(tmp_path, {"company.csv": HEADER + RETAIL.removeprefix(HEADER).replace(old, new)})
    )
    assert not result.accepted
    assert truth() == before
    (line,) = Path(result.errors_file).read_text(encoding="utf-8").splitlines()[1:]
    assert line.startswith(f"company.csv,2,{column},")
    assert reason in line


def test_plans_of_other_spans_than_those_of_the_calendar_are_noted(tmp_path: Path) -> None:
    plan = (
        "pipeline,period_start,period_end,target\nnew,2026-02-01,2026-05-02,5000\nnew,2026-05-03,2026-05-30,1000\n"
        "new,2026-06-01,2026-06-30,1000\n"
    )
    result = company_folder_load(path=folder_write(tmp_path, {"company.csv": RETAIL, "plan.csv": plan}))
    (note,) = [note for note in result.notes if note.startswith("plan.csv")]
    assert "1 of 3 periods" in note
    assert "2026-06-01..2026-06-30" in note
