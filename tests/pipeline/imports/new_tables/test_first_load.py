"""A large first import fills new tables: they are what the old ones were, and nobody notices the change."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from pipeline.imports.bulk import load as at_once
from pipeline.imports.new_tables import first_load
from pipeline.imports.problems import ImportBusy
from pipeline.models import Account, Event, ImportBatch, Opportunity
from pipeline.services import imports
from pipeline.services.imports import company_folder_load
from pipeline.services.imports_export import company_folder_export
from pipeline.services.imports_result import ImportResult
from pipeline.services.imports_undo import import_undo
from tests.pipeline.folders import folder_write, truth
from tests.pipeline.imports.another_reader import another_connection

TABLES = ("pipeline_account", "pipeline_opportunity", "pipeline_event", "pipeline_handoff")
SHAPE = (
    "SELECT 'column', attname, format_type(atttypid, atttypmod), concat(attnotnull, attidentity, attgenerated)"
    " FROM pg_attribute WHERE attrelid = '{table}'::regclass AND attnum > 0 AND NOT attisdropped",
    "SELECT 'index', pg_get_indexdef(indexrelid), indisprimary::text, indisvalid::text"
    " FROM pg_index WHERE indrelid = '{table}'::regclass",
    "SELECT 'rule', conname, pg_get_constraintdef(oid), convalidated::text"
    " FROM pg_constraint WHERE conrelid = '{table}'::regclass",
    "SELECT 'trigger', pg_get_triggerdef(oid), tgenabled::text, obj_description(oid, 'pg_trigger')"
    " FROM pg_trigger WHERE tgrelid = '{table}'::regclass",
    "SELECT 'option', unnest(reloptions), '', '' FROM pg_class WHERE oid = '{table}'::regclass",
    "SELECT 'ids', pg_get_serial_sequence('{table}', 'id'), '', ''",
)


def shapes() -> dict[str, list[tuple[str, ...]]]:
    """All that the catalog says of the large tables, but for their numbers."""
    with connection.cursor() as cursor:
        rows: dict[str, list[tuple[str, ...]]] = {}
        for table in TABLES:
            rows[table] = []
            for statement in SHAPE:
                cursor.execute(statement.format(table=table))
                rows[table] += cursor.fetchall()
    return {table: sorted(row, key=str) for table, row in rows.items()}


def numbers() -> list[int]:
    """What the catalog numbers the large tables by: new tables have new numbers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name::regclass::oid::bigint FROM unnest(%s::text[]) AS name", [list(TABLES)])
        return [number for (number,) in cursor.fetchall()]


@pytest.fixture
def always(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three deals are many."""
    monkeypatch.setattr(first_load, "LARGE", 1)


def load(path: Path) -> ImportResult:
    result = company_folder_load(path=path)
    assert result.accepted, [str(problem) for problem in result.problems]
    return result


@pytest.mark.django_db
def test_new_tables_have_all_that_the_old_ones_had(tmp_path: Path, always: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE pipeline_event SET (autovacuum_vacuum_scale_factor = 0.1)")
    shapes_before, numbers_before = shapes(), numbers()
    load(folder_write(tmp_path))
    assert all(new not in numbers_before for new in numbers())
    assert shapes() == shapes_before


@pytest.mark.django_db
def test_the_same_rows_come_in_as_into_the_old_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = folder_write(tmp_path / "folder")
    numbers_before = numbers()
    first = load(folder)
    assert numbers() == numbers_before
    company_folder_export(path=tmp_path / "ordinary")
    import_undo(batch_id=first.batch or 0)
    monkeypatch.setattr(first_load, "LARGE", 1)
    again = load(folder)
    assert numbers() != numbers_before
    assert (again.files, again.notes, again.touched) == (first.files, first.notes, first.touched)
    company_folder_export(path=tmp_path / "new")
    for path in (tmp_path / "ordinary").iterdir():
        assert (tmp_path / "new" / path.name).read_bytes() == path.read_bytes()
    assert load(folder).files["events.csv"]["unchanged"] == 7


@pytest.mark.django_db
def test_ids_follow_those_of_rows_that_are_gone(tmp_path: Path, always: None) -> None:
    folder = folder_write(tmp_path)
    first = load(folder)
    highest = max(Opportunity.objects.values_list("pk", flat=True))
    import_undo(batch_id=first.batch or 0)
    load(folder)
    assert min(Opportunity.objects.values_list("pk", flat=True)) > highest


@pytest.mark.django_db
def test_a_table_with_rows_or_with_something_of_an_operator_stays(tmp_path: Path, always: None) -> None:
    before = numbers()
    with connection.cursor() as cursor:
        cursor.execute("CREATE VIEW amounts AS SELECT amount FROM pipeline_event")
        cursor.execute("GRANT SELECT ON pipeline_handoff TO PUBLIC")
    Account.objects.create(key="A9", name="Nine")
    load(folder_write(tmp_path))
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM amounts")
        assert cursor.fetchone() == (7,)
    kept = [table for table, old, new in zip(TABLES, before, numbers(), strict=True) if old == new]
    assert kept == ["pipeline_account", "pipeline_event", "pipeline_handoff"]


class Readers:
    """Others that look at the tables all the time, giving up where they would have to wait."""

    def __init__(self) -> None:
        self.counts: set[object] = set()
        self.failed: list[Exception] = []
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._read) for _ in range(3)]

    def __enter__(self) -> Readers:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *reason: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _read(self) -> None:
        with another_connection() as reader:
            while not self._over.is_set():
                try:
                    row = reader.execute(
                        "SELECT count(*) FROM pipeline_event JOIN pipeline_opportunity o ON o.id = opportunity_id"
                    ).fetchone()
                    self.counts |= set(row or ())
                except psycopg.Error as error:
                    self.failed.append(error)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("smallest_at_once", [1, 10**9])
def test_readers_see_nothing_or_all_and_wait_for_neither(
    tmp_path: Path, always: None, monkeypatch: pytest.MonkeyPatch, smallest_at_once: int
) -> None:
    """Also while one of them holds the empty tables open, which the import waits for; in both ways of a first load."""
    monkeypatch.setattr(at_once, "LARGE_BYTES", smallest_at_once)
    folder = folder_write(tmp_path)
    with Readers() as readers, another_connection() as slow:
        slow.execute("BEGIN")
        slow.execute("SELECT count(*) FROM pipeline_handoff")
        ending = threading.Timer(2.0, slow.execute, ["COMMIT"])
        ending.start()
        began = time.monotonic()
        load(folder)
        assert time.monotonic() - began > 1.5
        ending.join()
        time.sleep(0.3)
    assert readers.failed == []
    assert readers.counts == {0, 7}


@pytest.mark.django_db(transaction=True)
def test_who_holds_the_empty_tables_too_long_stops_the_import(
    tmp_path: Path, always: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(first_load, "_WAIT_SECONDS", 0.5)
    before = truth()
    with another_connection() as slow, slow.transaction():
        slow.execute("SELECT count(*) FROM pipeline_handoff")
        with pytest.raises(ImportBusy):
            load(folder_write(tmp_path))
    assert truth() == before
    assert ImportBatch.objects.get().status == ImportBatch.Status.FAILED
    load(tmp_path)


@pytest.mark.django_db(transaction=True)
def test_what_somebody_added_meanwhile_is_not_lost(
    tmp_path: Path, always: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    touch = imports.opportunities_touch

    def add_first(*arguments: object) -> int:
        with another_connection() as other:
            other.execute(
                "INSERT INTO pipeline_account (key, name, industry, size, region, profile) VALUES ('X','X','','','','')"
            )
        return touch(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(imports, "opportunities_touch", add_first)
    with pytest.raises(ImportBusy, match="Somebody added"):
        load(folder_write(tmp_path))
    assert [account.key for account in Account.objects.all()] == ["X"]
    batch = ImportBatch.objects.get()
    assert (batch.status, batch.error) == (ImportBatch.Status.FAILED, first_load.CHANGED_MEANWHILE)


@pytest.mark.django_db(transaction=True)
def test_a_dry_run_and_a_refused_import_leave_the_tables(tmp_path: Path, always: None) -> None:
    before, numbers_before = shapes(), numbers()
    assert company_folder_load(path=folder_write(tmp_path / "good"), dry_run=True).accepted
    rates = "currency,date,rate\nUSD,2026-02-01,0.875\n"
    assert not company_folder_load(path=folder_write(tmp_path / "bad", {"rates.csv": rates})).accepted
    assert (shapes(), numbers()) == (before, numbers_before)
    assert not Event.objects.exists()
