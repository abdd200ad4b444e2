"""The generated folder: same arguments same bytes, the right files, and arguments it refuses."""

from __future__ import annotations

import csv
import json
import time
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from pipeline.generator import FolderNotEmpty, generate_folder
from pipeline.generator.files import folder
from pipeline.generator.files.scorecards import measurable_rows
from pipeline.services.imports import company_folder_load

AS_OF = date(2026, 11, 24)
COLUMNS = {
    "company.csv": "name,reporting_currency,time_zone,fiscal_year_start_month",
    "departments.csv": "key,name,kind,head_email",
    "pipelines.csv": "key,name",
    "stages.csv": "pipeline,key,name,position,owner_department,earns,time_limit_days",
    "loss_reasons.csv": "key,name,department",
    "sources.csv": "key,name,department",
    "accounts.csv": "key,name,industry,size,region,profile",
    "opportunities.csv": "key,name,pipeline,account,owner,team,source,currency,segment",
    "events.csv": "opportunity,occurred_at,recorded_at,stage,amount,expected_close,reason,actor",
    "handoffs.csv": "key,opportunity,department,kind,requested_at,started_at,completed_at,due_at,outcome,assignee",
    "plan.csv": "pipeline,period_start,period_end,target,expectation,segment",
    "rates.csv": "currency,date,rate",
    "measurables.csv": "key,department,name,unit,goal_rule,goal,goal_high,effective_from,source",
    "entries.csv": "measurable,week,value,note,entered_at",
}


def _bytes(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def _column(path: Path, name: str) -> list[str]:
    return [row[name] for row in csv.DictReader(StringIO(path.read_text("utf-8")))]


def _make(folder: Path, *, opportunities: int = 600, seed: int = 3, years: int = 3, as_of: date = AS_OF) -> Path:
    return generate_folder(folder=folder, opportunities=opportunities, seed=seed, as_of=as_of, years=years).folder


def test_same_arguments_give_the_same_bytes(tmp_path: Path) -> None:
    assert _bytes(_make(tmp_path / "a")) == _bytes(_make(tmp_path / "b"))


def test_time_zone_of_the_machine_does_not_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = _bytes(_make(tmp_path / "a"))
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    time.tzset()
    try:
        assert _bytes(_make(tmp_path / "b")) == before
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize("other", [{"seed": 4}, {"as_of": date(2026, 11, 23)}, {"opportunities": 601}, {"years": 2}])
def test_another_argument_gives_another_history(tmp_path: Path, other: dict) -> None:
    assert _bytes(_make(tmp_path / "a"))["events.csv"] != _bytes(_make(tmp_path / "b", **other))["events.csv"]


def test_folder_has_every_file_with_the_columns_of_the_format(tmp_path: Path) -> None:
    made = _make(tmp_path / "a")
    heads = {path.name: path.read_text("utf-8").split("\n", 1)[0] for path in made.iterdir()}
    assert heads == COLUMNS


@pytest.mark.parametrize("count", [1, 2, 7, 5000])
def test_exactly_the_number_asked_for_also_over_many_chunks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    monkeypatch.setattr(folder, "CHUNK", 999)
    made = _make(tmp_path / "a", opportunities=count)
    assert _column(made / "opportunities.csv", "key") == [f"O{number:07d}" for number in range(1, count + 1)]


@pytest.mark.parametrize("as_of", [date(2026, 1, 1), date(2024, 2, 29), date(2026, 3, 30), date(2026, 7, 5)])
@pytest.mark.parametrize("years", [1, 5])
def test_any_as_of_date_works(tmp_path: Path, as_of: date, years: int) -> None:
    made = _make(tmp_path / "a", as_of=as_of, years=years)
    assert max(_column(made / "events.csv", "occurred_at")) < f"{as_of}T"


@pytest.mark.parametrize("years", [1, 2])
@pytest.mark.parametrize("as_of", [AS_OF, date(2026, 11, 28), date(2024, 2, 29)])
def test_a_goal_that_was_never_in_force_is_left_out(as_of: date, years: int) -> None:
    first = as_of.replace(year=as_of.year - years, day=min(as_of.day, 28))
    goals = [row[5:8:2] for row in measurable_rows(first=first, as_of=as_of) if row[0] == "fin_dso"]
    assert [goal for goal, _ in goals][-1] == "45"
    assert len({since for _, since in goals}) == len(goals)
    if years > 1:
        assert [goal for goal, _ in goals] == ["48", "45"]


@pytest.mark.django_db(transaction=True)
def test_the_shortest_history_is_taken_in(tmp_path: Path) -> None:
    made = _make(tmp_path / "a", opportunities=40, years=1, as_of=date(2026, 11, 28))
    result = company_folder_load(path=made)
    assert result.accepted, [str(problem) for problem in result.problems]


def test_a_folder_that_is_not_empty_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "mine.txt").write_text("mine")
    with pytest.raises(FolderNotEmpty, match="is not an empty folder"):
        _make(tmp_path / "a")
    assert _bytes(tmp_path / "a") == {"mine.txt": b"mine"}
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    assert len(list(_make(tmp_path / "a").iterdir())) == len(COLUMNS)


def test_a_run_that_dies_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "small_tables", lambda **_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        _make(tmp_path / "a")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--opportunities", "0"], "not a whole number from 1 to 9,999,999"),
        (["--opportunities", "10000000"], "not a whole number from 1 to 9,999,999"),
        (["--years", "0"], "not a whole number from 1 to 20"),
        (["--seed", "-1"], "not a whole number from 0 to "),
        (["--as-of", "1066-10-14"], "--as-of: “1066-10-14” is not a day from 1900 to 2200. Write it as 2026-11-23"),
        (["--as-of", "20261120"], "--as-of: “20261120” is not a day from 1900 to 2200. Write it as 2026-11-23"),
        (["--as-of", "2026-02-30"], "as-of"),
        (["--as-of", "soon"], "as-of"),
    ],
)
def test_bad_arguments_are_named(tmp_path: Path, arguments: list[str], message: str) -> None:
    with pytest.raises(CommandError, match=message):
        call_command("generate", str(tmp_path / "a"), *arguments)
    assert list(tmp_path.iterdir()) == []


def test_command_refuses_a_full_folder(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(CommandError, match="is not an empty folder"):
        call_command("generate", str(tmp_path))


def test_json_tells_rows_of_every_file(tmp_path: Path) -> None:
    out = StringIO()
    arguments = ["--opportunities", "50", "--as-of", "2026-11-24", "--json"]
    call_command("generate", str(tmp_path / "a"), *arguments, stdout=out)
    told = json.loads(out.getvalue())
    lines = {name: len((tmp_path / "a" / name).read_text("utf-8").splitlines()) - 1 for name in COLUMNS}
    assert told["files"] == lines
    assert told["as_of"] == "2026-11-24"
