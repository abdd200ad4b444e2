"""What an import locks: nothing that a reader meets, whether it only looks or takes in, and in which order it goes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from departments.models import Department, Entry, User
from departments.web import lock_waits
from pipeline.imports.failures import LOCKED
from pipeline.imports.problems import ImportBusy
from pipeline.models import Event, ImportBatch, Opportunity, Stage
from pipeline.references import REFERENCES
from pipeline.services import imports
from pipeline.services.imports import company_folder_load
from tests.pipeline.folders import GOOD, changed, folder_write, part_write
from tests.pipeline.imports.another_reader import another_connection

EXCLUSIVE_LOCKS = (
    "SELECT c.relname, l.mode FROM pg_locks l JOIN pg_class c ON c.oid = l.relation"
    " WHERE l.pid = %s AND l.granted AND c.relpersistence <> 't' AND c.relname NOT LIKE 'pg_%%'"
    " AND l.mode IN ('AccessExclusiveLock', 'ExclusiveLock', 'ShareRowExclusiveLock', 'ShareLock')"
    " AND l.locktype = 'relation'"
)
READS = (
    "SELECT count(*) FROM pipeline_stage s JOIN pipeline_event e ON e.stage_id = s.id",
    "SELECT count(*) FROM pipeline_opportunity JOIN pipeline_lossreason ON true",
    "SELECT count(*) FROM departments_entry",
    "SELECT * FROM departments_company",
)


class Killed(BaseException):
    """Stands for the end of the process: nothing of ours catches it."""


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Locks an import holds when all its work is done and nothing is committed; readers read at that moment."""
    locks: list[tuple[str, str]] = []
    touch = imports.opportunities_touch

    def look(*arguments: object) -> int:
        marked = touch(*arguments)  # type: ignore[arg-type]
        pid = connection.connection.info.backend_pid
        with another_connection() as reader:
            locks.extend(reader.execute(EXCLUSIVE_LOCKS, [pid]).fetchall())  # type: ignore[arg-type]
            for read in READS:
                reader.execute(read)  # type: ignore[call-overload]
        locks.append(("looked", ""))
        return marked

    monkeypatch.setattr(imports, "opportunities_touch", look)
    return locks


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("dry_run", [True, False])
def test_a_reader_waits_for_no_import_and_for_no_look(
    tmp_path: Path, seen: list[tuple[str, str]], dry_run: bool
) -> None:
    company_folder_load(path=folder_write(tmp_path / "first"))
    assert seen.pop() == ("looked", "")
    many = "".join(f"N{i},,new,,,,,EUR,\n" for i in range(2_000))
    folder = part_write(
        tmp_path / "second",
        {
            "opportunities.csv": GOOD["opportunities.csv"] + many,
            "events.csv": GOOD["events.csv"]
            + "".join(f"N{i},2026-01-05T09:00:00+01:00,,lead,1,,,\n" for i in range(2_000)),
            **changed("entries.csv", "38.5", "39"),
            **changed("loss_reasons.csv", "Price", "Too dear"),
        },
    )
    result = company_folder_load(path=folder, dry_run=dry_run)
    assert result.accepted
    assert result.files["events.csv"]["new"] == 2_000
    assert seen == [("looked", "")]


@pytest.mark.django_db(transaction=True)
def test_the_first_load_of_a_company_locks_no_table(tmp_path: Path, seen: list[tuple[str, str]]) -> None:
    company_folder_load(path=folder_write(tmp_path / "first"))
    assert seen == [("looked", "")]


@pytest.mark.django_db(transaction=True)
def test_a_look_that_dies_leaves_no_import_that_seems_to_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def die(*arguments: object) -> None:
        with another_connection() as other:
            assert other.execute("SELECT count(*) FROM pipeline_importbatch").fetchone() == (0,)
        raise Killed

    monkeypatch.setattr(imports, "rows_check", die)
    with pytest.raises(Killed):
        company_folder_load(path=folder_write(tmp_path / "first"), dry_run=True)
    assert not ImportBatch.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_what_is_committed_is_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed right after the commit, the import is not called failed: its rows and its state are one transaction."""

    def die(*arguments: object) -> None:
        raise Killed

    monkeypatch.setattr(imports, "analyze_after_import", die)
    with pytest.raises(Killed):
        company_folder_load(path=folder_write(tmp_path / "first"))
    monkeypatch.undo()
    assert Event.objects.count() == 7
    assert ImportBatch.objects.get().status == ImportBatch.Status.DONE
    assert company_folder_load(path=tmp_path / "first").files["events.csv"]["unchanged"] == 7
    assert ImportBatch.objects.first().status == ImportBatch.Status.DONE


@pytest.fixture
def small(tmp_path: Path, db: None) -> None:
    company_folder_load(path=folder_write(tmp_path / "first"))


def execute(*statements: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def test_every_reference_is_checked_by_the_database(small: None) -> None:
    assert len(REFERENCES) == 12
    for reference in REFERENCES:
        column = reference.column
        with pytest.raises(IntegrityError, match=reference.target):
            execute(
                # Triggers of the append-only history are not what is tested here.
                f"ALTER TABLE {reference.table} DISABLE TRIGGER ALL",
                f"ALTER TABLE {reference.table} ENABLE TRIGGER references_exist_update",
                f"UPDATE {reference.table} SET {column} = 987654321 WHERE {column} IS NOT NULL",
            )


def test_a_new_row_names_what_exists(small: None) -> None:
    deal = Opportunity.objects.first()
    assert deal
    event = {"occurred_at": timezone.now(), "recorded_at": timezone.now(), "amount": 1, "sequence": 0}
    with pytest.raises(IntegrityError, match="pipeline_stage stage_id=999999"), transaction.atomic():
        Event.objects.create(opportunity=deal, stage_id=999_999, **event)
    Event.objects.create(opportunity=deal, stage=Stage.objects.first(), **event)


@pytest.mark.parametrize("target", sorted({reference.target for reference in REFERENCES}))
def test_what_is_named_cannot_be_deleted(small: None, target: str) -> None:
    with pytest.raises(IntegrityError):
        execute(f"DELETE FROM {target}", "SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.django_db(transaction=True)
def test_what_an_open_transaction_names_is_not_deleted_beside_it(tmp_path: Path) -> None:
    company_folder_load(path=folder_write(tmp_path / "first"))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO pipeline_opportunity (key, name, pipeline_id, owner, team, currency, segment)"
            " SELECT 'free', '', pipeline_id, '', '', 'EUR', '' FROM pipeline_opportunity LIMIT 1 RETURNING id"
        )
        (free,) = cursor.fetchone()
    now = timezone.now()
    with transaction.atomic(), another_connection() as other:
        Event.objects.create(opportunity_id=free, occurred_at=now, recorded_at=now, amount=1)
        with pytest.raises(psycopg.errors.LockNotAvailable):
            other.execute("DELETE FROM pipeline_opportunity WHERE id = %s", [free])


@contextmanager
def holding(*statements: str) -> Iterator[None]:
    """Somebody else's transaction, open while the block runs."""
    with another_connection() as other, other.transaction():
        for statement in statements:
            other.execute(statement)  # type: ignore[call-overload]
        yield


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("dry_run", [True, False])
def test_an_import_says_that_a_row_is_being_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dry_run: bool
) -> None:
    company_folder_load(path=folder_write(tmp_path / "first"))
    monkeypatch.setattr(imports, "_LOCK_WAIT", "200ms")
    folder = part_write(tmp_path / "second", changed("entries.csv", "38.5", "39"))
    with holding("UPDATE departments_entry SET value = 1"), pytest.raises(ImportBusy, match="Somebody is changing"):
        company_folder_load(path=folder, dry_run=dry_run)
    assert company_folder_load(path=folder, dry_run=dry_run).accepted
    failed = [batch.error for batch in ImportBatch.objects.filter(status=ImportBatch.Status.FAILED)]
    assert failed == ([] if dry_run else [LOCKED])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "path", ["/scorecards/sales/cells/calls/2026-01-05/", "/admin/departments/department/{}/change/"]
)
def test_who_saves_what_an_import_holds_reads_that_it_was_not_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, client: Client, path: str
) -> None:
    company_folder_load(path=folder_write(tmp_path / "first"))
    client.force_login(
        User.objects.create_superuser("boss", password="x"), backend="django.contrib.auth.backends.ModelBackend"
    )
    monkeypatch.setattr(lock_waits, "LOCK_WAIT_SECONDS", 0.2)
    sales, version = Department.objects.get(key="sales"), Entry.objects.get(week="2026-01-05").version
    form = {
        "value": "39",
        "sure": "39",
        "version": str(version),
        "key": "sales",
        "name": "Sell",
        "position": "1",
        "kind": "internal",
    }
    address = path.format(sales.pk)
    with holding("UPDATE departments_entry SET note = 'x'", "UPDATE departments_department SET name = 'y'"):
        answer = client.post(address, form)
        assert answer.status_code == 503
        assert "Not saved" in answer.content.decode()
        assert client.get(address).status_code == 200
