"""Creating a backup while the system runs: one snapshot of the database, and the files that belong to it."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from pipeline.custody_store import FILES, Part
from revenue_health.backup.archive import DATABASE, KEY, ArchiveWriter, archive_writer
from revenue_health.backup.errors import BackupError
from revenue_health.backup.manifest import FORMAT, Manifest
from revenue_health.backup.postgres_tools import dump
from revenue_health.backup.sealing import seal

_TRIES = 5
"""A recompute that ends between the snapshot and the look at its files replaces them: then once more."""
_LONGEST_SECONDS = 24 * 3600
_PASSING = {"dry-run", ".incoming"}
"""Folders of UPLOADS that hold nothing after the work that made them."""


@dataclass(frozen=True, kw_only=True)
class Backup:
    """What was written: the file, its size in bytes, and counts of what is in it; `key` is "sealed" or "left out"."""

    file: str
    bytes: int
    version: str
    created_at: str
    tables: int
    rows: int
    files: int
    packs: int
    key: str
    seconds: float

    def to_dict(self) -> dict[str, object]:
        return asdict(self)


def backup_create(*, target: Path, passphrase: str, now: datetime) -> Backup:
    """Write a backup to `target`: the database, uploads and made files, custody files, and the key if a passphrase is
    given to seal it with.

    Everything is of one instant, that of the database's snapshot. Raises BackupError; then no file is left behind.
    """
    begun = time.monotonic()
    with archive_writer(target) as archive, _snapshot() as (snapshot, custody):
        major = _server_major()
        # pg_dump's own format is compressed already.
        with archive.entry(DATABASE, compress=False) as stream:
            dump(stream, snapshot=snapshot, major=major)
        files = _add_uploads(archive)
        for path in sorted(custody.iterdir()):
            archive.add_file(f"custody/{path.name}", path)
            files += 1
        if passphrase:
            with archive.entry(KEY) as stream:
                stream.write(seal(settings.SECRET_KEY, passphrase=passphrase))
        manifest = _manifest(archive, now=now, major=major, key="sealed" if passphrase else "left out")
        archive.finish(manifest)
    return Backup(
        file=str(target),
        bytes=target.stat().st_size,
        version=manifest.version,
        created_at=manifest.created_at,
        tables=len(manifest.tables),
        rows=sum(manifest.tables.values()),
        files=files,
        packs=manifest.tables.get("review_pack", 0),
        key=manifest.key,
        seconds=round(time.monotonic() - begun, 2),
    )


@contextmanager
def _snapshot() -> Iterator[tuple[str, Path]]:
    """A repeatable-read transaction whose snapshot pg_dump shares, and a folder with the custody files it names.

    The files are linked at once: a recompute that ends meanwhile may remove them from the store, not from here.
    """
    for _ in range(_TRIES):
        with (
            transaction.atomic(),
            connection.cursor() as cursor,
            # Inside the store, because hard links do not lead from one file system to another.
            tempfile.TemporaryDirectory(dir=_store_folder(), prefix=".backup-") as folder,
        ):
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            cursor.execute("SELECT pg_export_snapshot()")
            snapshot = str(cursor.fetchone()[0])
            if _link_custody(Path(folder)):
                yield snapshot, Path(folder)
                return
    raise BackupError("Recomputes replaced the custody files each time they were read. Run the backup again.")


def _store_folder() -> Path:
    folder = Path(settings.CUSTODY_STORE)
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.glob(".backup-*"):
        # Left by a backup that was killed; no running one takes a day.
        if time.time() - left.stat().st_mtime > _LONGEST_SECONDS:
            shutil.rmtree(left, ignore_errors=True)
    return folder


def _link_custody(folder: Path) -> bool:
    """Link the files of the newest run into `folder`; False where some were replaced since the snapshot.

    Files missing for good (another machine, a lost disk) are no reason against a backup: `recompute --full` makes
    them again, and the restored installation says so.
    """
    from pipeline.selectors.data.runs import latest_run

    run = latest_run()
    parts = [Part(number=number, run=made_by) for number, made_by in run.parts] if run else []
    for source in (part.path(table) for part in parts for table in FILES):
        try:
            _link(source, folder / source.name)
        except FileNotFoundError:
            if _newer_run_exists(run.pk if run else 0):
                return False
    return True


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except FileNotFoundError:
        raise
    except OSError:  # a file system without hard links
        shutil.copyfile(source, target)


def _newer_run_exists(run: int) -> bool:
    """Whether a run was finished after the snapshot: read outside of it, on a connection of its own."""
    copied = connection.copy()
    try:
        with copied.cursor() as cursor:
            cursor.execute("SELECT max(id) FROM pipeline_recomputerun WHERE status = 'done'")
            newest = cursor.fetchone()[0]
        return bool(newest and newest > run)
    finally:
        copied.close()


def _add_uploads(archive: ArchiveWriter) -> int:
    """Everything below UPLOADS but what is only passing through; a file that goes away meanwhile is left out."""
    root = Path(settings.UPLOADS)
    added = 0
    for path in sorted(root.rglob("*")) if root.is_dir() else []:
        inside = path.relative_to(root)
        if path.is_symlink() or not path.is_file() or _PASSING & set(inside.parts) or path.suffix == ".partial":
            continue
        try:
            archive.add_file(f"uploads/{inside.as_posix()}", path)
        except FileNotFoundError:
            continue
        added += 1
    return added


def _server_major() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int / 10000")
        return int(cursor.fetchone()[0])


def _manifest(archive: ArchiveWriter, *, now: datetime, major: int, key: str) -> Manifest:
    with connection.cursor() as cursor:
        cursor.execute("SELECT app || '.' || name FROM django_migrations ORDER BY 1")
        migrations = [name for (name,) in cursor.fetchall()]
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        tables = {}
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")  # noqa: S608 (a name of ours)
            tables[table] = int(cursor.fetchone()[0])
    marker = settings.HOME.demo_marker
    return Manifest(
        format=FORMAT,
        version=settings.VERSION,
        created_at=now.isoformat(),
        postgres_major=major,
        migrations=migrations,
        tables=tables,
        members=archive.members,
        key=key,
        demo=marker.read_text() if settings.DEMO and marker.exists() else "",
    )
