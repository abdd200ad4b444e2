"""Event logs loaded whole: refused without a trace, or in with their hand-offs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from departments.models import current_company
from departments.periods import FiscalCalendar, WeekYears
from pipeline.models import HandOff, ImportBatch, Opportunity
from pipeline.services.imports_log import event_log_load
from tests.pipeline.imports.conversion.logs import (
    CSV,
    MAPPING,
    mapping,
)

REVIEW = '[[handoffs]]\nactivity = "Review"\ndepartment = "sales"\n'


@pytest.mark.django_db
def test_what_loading_refuses_is_named_in_the_log(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Sources that are not known, three of them in sixty rows, and an owner that is too long."""
    rows = "".join(f"C{n},Lead,2026-07-01,,s{n % 3},{'x' * 200 if n == 7 else 'Ann'}\n" for n in range(60))
    (tmp_path / "log.csv").write_text("deal,step,time,who,source,owner\n" + rows)
    (tmp_path / "m.toml").write_text(mapping(fields='source = "source"\nowner = "owner"'))
    result = event_log_load(path=tmp_path / "log.csv", mapping=tmp_path / "m.toml")
    assert not result.accepted
    assert sorted((one.file, one.line, one.column, one.value[:3]) for one in result.problems) == [
        ("log.csv", 2, "source", "s0"),
        ("log.csv", 3, "source", "s1"),
        ("log.csv", 4, "source", "s2"),
        ("log.csv", 9, "owner", "xxx"),
    ]
    assert result.problem_count == 4
    errors = Path(str(result.errors_file)).read_text()
    assert "log.csv,2,source,s0,is not a known source (20 rows)" in errors
    assert "opportunities.csv" not in errors


@pytest.mark.django_db
def test_a_refused_log_leaves_nothing_and_answers_in_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "log.csv").write_text(CSV + "C1,Lost,soon,Ann\nC2,Lost,later,Ann\n")
    (tmp_path / "m.toml").write_text(MAPPING)
    with pytest.raises(CommandError):
        call_command("import_log", tmp_path / "log.csv", mapping=tmp_path / "m.toml", json=True)
    answer = json.loads(capsys.readouterr().out)
    assert answer["problem_count"] == 2
    assert [(one["file"], one["line"], one["value"]) for one in answer["problems"]] == [
        ("log.csv", 4, "soon"),
        ("log.csv", 5, "later"),
    ]
    assert not ImportBatch.objects.exists()
    assert not Opportunity.objects.exists()


@pytest.mark.django_db
def test_hand_offs_of_a_moment_load(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text(CSV + "C1,Review,2026-07-01 12:00,Bo\n")
    (tmp_path / "m.toml").write_text(mapping(more=REVIEW))
    result = event_log_load(path=tmp_path / "log.csv", mapping=tmp_path / "m.toml")
    assert result.accepted, result.problems
    hand_off = HandOff.objects.get()
    assert hand_off.requested_at == hand_off.started_at == hand_off.completed_at


@pytest.mark.django_db
def test_a_mapping_says_how_the_fiscal_year_is_divided(tmp_path: Path) -> None:
    """Once said it stays, also where a later mapping does not say it; what is no such year is named in the mapping."""
    (tmp_path / "log.csv").write_text(CSV + "C1,Lead,2026-07-01 12:00,Bo\n")
    zone = 'time_zone = "Europe/Berlin"\n'
    weeks = 'fiscal_year_start_month = 10\nfiscal_periods = "4-4-5"\nfiscal_year_end_weekday = "friday"\n'
    for name, text in (
        ("weeks", mapping().replace(zone, zone + weeks)),
        ("silent", mapping().replace(zone, zone + "fiscal_year_start_month = 10\n")),
        ("wrong", mapping().replace(zone, zone + 'fiscal_periods = "13"\n')),
    ):
        (tmp_path / f"{name}.toml").write_text(text)
    expected = FiscalCalendar(start_month=10, weeks=WeekYears(pattern=(4, 4, 5), end_weekday=4))
    for name in ("weeks", "silent"):
        assert event_log_load(path=tmp_path / "log.csv", mapping=tmp_path / f"{name}.toml").accepted
        assert current_company().fiscal_calendar == expected
    (problem,) = event_log_load(path=tmp_path / "log.csv", mapping=tmp_path / "wrong.toml").problems
    assert (problem.file, problem.value) == ("wrong.toml", "13")
    assert problem.reason == "is not one of months, 4-4-5, 4-5-4, 5-4-4"
    assert current_company().fiscal_calendar == expected
