"""A company folder comes in whole, twice changes nothing, and what changed is known."""

from __future__ import annotations

import json
import zipfile
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection

from departments.advisory_locks import AdvisoryLock
from departments.models import Company, Goal
from pipeline.imports.merge import after_merge
from pipeline.imports.problems import ImportBusy
from pipeline.models import Event, HandOff, ImportBatch, ImportChange, Opportunity, Stage, TouchedOpportunity
from pipeline.services import imports
from pipeline.services.imports import company_folder_load
from pipeline.services.imports_result import ImportResult
from tests.pipeline.folders import GOOD, changed, folder_write, part_write, truth

pytestmark = pytest.mark.django_db


def load(path: Path, **options: object) -> ImportResult:
    result = company_folder_load(path=path, **options)
    assert result.accepted, [str(problem) for problem in result.problems]
    return result


@pytest.mark.django_db(transaction=True)
def test_a_good_folder_is_loaded_whole(tmp_path: Path) -> None:
    result = load(folder_write(tmp_path))
    assert result.files["events.csv"] == {"read": 7, "new": 7, "changed": 0, "unchanged": 0, "refused": 0}
    assert {name: counts["new"] for name, counts in result.files.items()} == {
        name: text.count("\n") - 1 for name, text in GOOD.items()
    }
    batch = ImportBatch.objects.get(pk=result.batch)
    assert (batch.status, batch.files, batch.errors_file) == ("done", result.files, "")


@pytest.mark.django_db(transaction=True)
def test_after_much_has_come_planner_and_index_are_brought_up_to_date(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(after_merge, "_MUCH", 1)
    load(folder_write(tmp_path))
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = 'pipeline_opportunity'::regclass")
        assert cursor.fetchone() == (Opportunity.objects.count(),)


@pytest.mark.django_db(transaction=True)
def test_a_vacuum_beside_a_load_does_not_make_the_planner_expect_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole is checked with joins of all deals and events: where none are expected, with a loop within a loop."""
    monkeypatch.setattr(after_merge, "_MANY", 1)
    analyze_new = imports.analyze_new
    expected = []

    def vacuum_first(file: str, new: int) -> None:
        if file == "events.csv":
            with psycopg.connect(**_parameters(connection), autocommit=True) as other:
                other.execute("VACUUM pipeline_event")
            expected.append(rows_expected())
        analyze_new(file, new)

    monkeypatch.setattr(imports, "analyze_new", vacuum_first)
    monkeypatch.setattr(imports, "truth_check", lambda staging, batch: expected.append(rows_expected()))
    load(folder_write(tmp_path))
    assert expected == [0, len(GOOD["events.csv"].splitlines()) - 1]


def rows_expected() -> float:
    """How many events the planner counts on."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = 'pipeline_event'::regclass")
        return float(cursor.fetchone()[0])


def test_values_arrive_as_meant(tmp_path: Path) -> None:
    load(folder_write(tmp_path))
    assert Company.objects.get().time_zone == "Europe/Berlin"
    assert Stage.objects.get(key="offer").time_limit_days == Decimal("7.5")
    won = Event.objects.get(stage__key="won")
    assert won.occurred_at == won.recorded_at == datetime(2026, 2, 1, 10, 0, 0, 250_000, tzinfo=UTC)
    offer = Event.objects.get(opportunity__key="O1", stage__key="offer")
    assert offer.recorded_at == datetime(2026, 1, 10, 9, tzinfo=UTC)
    assert Goal.objects.get(rule="between").goal_high == 50


def test_a_lost_row_without_amount_is_written_as_one(tmp_path: Path) -> None:
    load(folder_write(tmp_path))
    lost = Event.objects.get(stage=None)
    assert (lost.amount, lost.reason.key) == (Decimal(0), "price")


def test_events_of_one_instant_keep_the_order_of_the_file(tmp_path: Path) -> None:
    load(folder_write(tmp_path))
    stages = Event.objects.filter(opportunity__key="O2").order_by("occurred_at", "sequence")
    assert [(e.stage and e.stage.key, e.sequence) for e in stages] == [("lead", 0), ("offer", 1), (None, 0)]


def test_a_date_alone_is_the_start_of_that_day_in_company_time(tmp_path: Path) -> None:
    result = load(folder_write(tmp_path))
    assert Event.objects.get(opportunity__key="O3").occurred_at == datetime(2026, 1, 31, 23, tzinfo=UTC)
    assert any("1 rows give a date without a time" in note for note in result.notes)


def test_the_same_folder_twice_changes_nothing(tmp_path: Path) -> None:
    load(folder_write(tmp_path))
    before = truth()
    result = load(tmp_path)
    assert truth() == before
    assert {counts["new"] + counts["changed"] for counts in result.files.values()} == {0}
    assert result.touched == 0


def test_a_later_load_may_bring_one_file(tmp_path: Path) -> None:
    load(folder_write(tmp_path / "all"))
    TouchedOpportunity.objects.all().delete()
    rows = GOOD["events.csv"] + "O3,2026-02-05T00:00:00Z,,kept,9,,,\n"
    result = load(part_write(tmp_path / "part", {"events.csv": rows}))
    assert (result.files["events.csv"]["new"], result.files["events.csv"]["unchanged"]) == (1, 7)
    third = Opportunity.objects.get(key="O3")
    assert list(TouchedOpportunity.objects.values_list("opportunity", flat=True)) == [third.pk]


def test_an_event_at_a_known_instant_comes_after_those_known(tmp_path: Path) -> None:
    load(folder_write(tmp_path / "all"))
    row = "opportunity,occurred_at,stage,amount\nO2,2026-01-06T08:00:00Z,lead,2100\n"
    load(part_write(tmp_path / "part", {"events.csv": row}))
    assert Event.objects.get(amount=2100).sequence == 2


def test_equal_rows_count_as_often_as_they_stand(tmp_path: Path) -> None:
    load(folder_write(tmp_path / "all"))
    row = "O1,2026-02-01T10:00:00.250000Z,,won,120,,,Ann\n"
    again = GOOD["events.csv"] + row
    result = load(folder_write(tmp_path / "more", {"events.csv": again}))
    assert result.files["events.csv"]["new"] == 1
    assert load(tmp_path / "more").files["events.csv"]["new"] == 0


CHANGES = [
    ("opportunities.csv", "A1,Ann", "A1,Bea", {"O1"}, {"owner": "Ann"}),
    ("opportunities.csv", "North,web", "South,web", {"O1"}, {"team": "North"}),
    ("opportunities.csv", "EUR,small", "EUR,large", {"O1"}, {"segment": "small"}),
    ("accounts.csv", "big,North", "big,South", {"O1"}, {"region": "North"}),
    (
        "handoffs.csv",
        "2026-01-20T10:00:00Z,,",
        "2026-01-21T10:00:00Z,,",
        {"O2"},
        {"due_at": "2026-01-20T10:00:00+00:00"},
    ),
]


@pytest.mark.parametrize(("file", "old", "new", "touched", "before"), CHANGES)
def test_a_change_is_remembered_and_touches_its_deals(
    tmp_path: Path, file: str, old: str, new: str, touched: set[str], before: dict[str, str]
) -> None:
    load(folder_write(tmp_path / "one"))
    TouchedOpportunity.objects.all().delete()
    result = load(folder_write(tmp_path / "two", changed(file, old, new)))
    assert result.files[file]["changed"] == 1
    ids = TouchedOpportunity.objects.values("opportunity")
    assert set(Opportunity.objects.filter(pk__in=ids).values_list("key", flat=True)) == touched
    (change,) = ImportChange.objects.filter(batch_id=result.batch)
    assert before.items() <= change.before.items()


def test_a_column_that_is_not_there_changes_nothing(tmp_path: Path) -> None:
    load(folder_write(tmp_path / "one"))
    load(part_write(tmp_path / "two", {"opportunities.csv": "key,pipeline,currency\nO1,new,EUR\n"}))
    assert Opportunity.objects.get(key="O1").owner == "Ann"


def test_a_hand_off_that_moves_touches_both_deals(tmp_path: Path) -> None:
    load(folder_write(tmp_path / "one"))
    TouchedOpportunity.objects.all().delete()
    load(folder_write(tmp_path / "two", changed("handoffs.csv", "H2,O2", "H2,O3")))
    assert HandOff.objects.get(key="H2").opportunity.key == "O3"
    assert TouchedOpportunity.objects.count() == 2


def test_a_dry_run_says_and_leaves(tmp_path: Path) -> None:
    before = truth()
    result = company_folder_load(path=folder_write(tmp_path), dry_run=True)
    assert (result.accepted, result.batch, result.files["events.csv"]["new"]) == (True, None, 7)
    assert truth() == before
    assert not ImportBatch.objects.exists()


def test_another_owner_of_a_stage_is_no_silent_change_of_history(tmp_path: Path) -> None:
    load(folder_write(tmp_path / "first"))
    stage = Stage.objects.select_related("owner_department", "pipeline").get(key="offer")
    row = next(line for line in GOOD["stages.csv"].splitlines() if line.split(",")[1] == "offer")
    other = "legal" if stage.owner_department.key != "legal" else "sales"
    moved = changed("stages.csv", row, row.replace(stage.owner_department.key, other))
    look = load(part_write(tmp_path / "second", moved), dry_run=True)
    (note,) = [note for note in look.notes if "owner of" in note]
    start = f"stages.csv: the owner of {stage.name} ({stage.pipeline.name}) changes from {stage.owner_department.name}"
    assert note.startswith(f"{start} to “{other}”, for all of history")
    assert not [note for note in load(folder_write(tmp_path / "third")).notes if "owner of" in note]


def test_a_zip_of_the_folder_loads_like_the_folder(tmp_path: Path) -> None:
    folder_write(tmp_path / "small")
    with zipfile.ZipFile(tmp_path / "small.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name in GOOD:
            archive.write(tmp_path / "small" / name, f"small/{name}")
    assert load(tmp_path / "small.zip").files["events.csv"]["new"] == 7


def test_unknown_columns_and_files_are_left_out_and_named(tmp_path: Path) -> None:
    files = {"sources.csv": "key,name,department,colour\nweb,Website,sales,red\n", "notes.txt": "hello"}
    notes = load(folder_write(tmp_path, files)).notes
    assert any("notes.txt" in note for note in notes)
    assert any("sources.csv" in note and "colour" in note for note in notes)


def test_windows_files_with_byte_order_mark_load(tmp_path: Path) -> None:
    folder_write(tmp_path)
    for file in tmp_path.iterdir():
        file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n"))
    assert load(tmp_path).files["events.csv"]["new"] == 7


def test_a_second_import_at_the_same_time_is_told_so(tmp_path: Path) -> None:
    with psycopg.connect(**_parameters(connection)) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [int(AdvisoryLock.IMPORT)])
        with pytest.raises(ImportBusy, match="Another import is running"):
            company_folder_load(path=folder_write(tmp_path))
        # The server ends a closed connection a moment later; until then it would hold the lock.
        other.execute("SELECT pg_advisory_unlock(%s)", [int(AdvisoryLock.IMPORT)])
    assert not ImportBatch.objects.exists()


def _parameters(connection: object) -> dict[str, object]:
    known = connection.get_connection_params()
    return {name: known[name] for name in ("host", "port", "user", "password", "dbname") if known.get(name)}


def test_the_command_answers_in_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("load", folder_write(tmp_path), "--json")
    answer = json.loads(capsys.readouterr().out)
    assert (answer["import"], answer["errors_file"]) == (ImportBatch.objects.get().pk, None)
    assert answer["files"]["events.csv"].items() >= {"read": 7, "new": 7, "unchanged": 0, "refused": 0}.items()


def test_the_command_fails_where_the_folder_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="1"):
        call_command("load", folder_write(tmp_path, changed("events.csv", ",120,", ",x,")))
    told = capsys.readouterr().out
    assert "events.csv line 4: amount “x” is not a plain number" in told
    assert "nothing was loaded" in told


def test_an_import_that_died_is_marked_by_the_next(tmp_path: Path) -> None:
    dead = ImportBatch.objects.create(kind="folder", name="dead", started_at=datetime.now(UTC))
    load(folder_write(tmp_path))
    dead.refresh_from_db()
    assert (dead.status, bool(dead.finished_at)) == ("failed", True)


def test_a_pipeline_in_which_nothing_is_won_is_named(tmp_path: Path) -> None:
    result = company_folder_load(
        path=folder_write(tmp_path, changed("stages.csv", "old,kept,Kept,2,sales,1", "old,kept,Kept,2,sales,0"))
    )
    assert result.accepted
    assert "stages.csv: no stage earns in old, so no deal can be won there." in result.notes
