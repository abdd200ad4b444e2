"""Restoring an installation from a backup: checked beforehand, all or nothing, verified afterwards."""

from __future__ import annotations

import shutil
import tempfile
import time
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psycopg
from celery.exceptions import CeleryError
from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from kombu.exceptions import KombuError
from psycopg import sql

from departments.formats import counted
from revenue_health.backup.archive import DATABASE, FOLDERS, KEY, ArchiveReader, archive_reader
from revenue_health.backup.errors import BackupError
from revenue_health.backup.manifest import Manifest
from revenue_health.backup.postgres_tools import restore
from revenue_health.backup.sealing import unseal
from revenue_health.embedded.session import close_connections
from revenue_health.embedded.supervisor import owner_of

CLOSING_SECONDS = 5.0
"""How long a connection of a process that has just ended may still be listed."""
_SIGNS_OF_USE = ("departments_company", "departments_user", "pipeline_opportunity", "review_pack")


@dataclass(frozen=True, kw_only=True)
class Restored:
    """What came back; `migrated` counts migrations applied since the backup's release; `key` says what became of the
    secret key: "restored", "the same", "written to FILE" or "left out" (sessions and links in mails have ended)."""

    version: str
    created_at: str
    tables: int
    rows: int
    files: int
    packs: int
    packs_verified: int
    migrated: int
    key: str
    seconds: float

    def to_dict(self) -> dict[str, object]:
        return asdict(self)


def backup_restore(*, source: Path, passphrase: str, replace: bool, key_file: Path | None = None) -> Restored:
    """Restore a backup into an empty installation, or with `replace` in place of what is there.

    Everything that can be wrong with the file, the versions and the passphrase is found before anything is changed; the
    database changes in one transaction. Raises BackupError.
    """
    begun = time.monotonic()
    with archive_reader(source) as archive, ExitStack() as cleanup:
        manifest = archive.manifest
        _check_versions(manifest)
        _check_target(replace=replace)
        key = unseal(archive.read(KEY), passphrase=passphrase) if passphrase and manifest.key == "sealed" else ""
        staged = {name: _stage(archive, name, folder, cleanup) for name, folder in _folders().items()}
        # Dropping the schema would wait for connections of our own.
        close_connections()
        with archive.open(DATABASE) as stream:
            restore(stream, major=_server_major(), expected_rows=manifest.tables)
        for name, folder in _folders().items():
            _swap(staged[name], folder)
    close_connections()
    migrated = _migrate()
    _forget_the_past()
    _demo_marker(manifest)
    packs, intact = _verify_packs()
    return Restored(
        version=manifest.version,
        created_at=manifest.created_at,
        tables=len(manifest.tables),
        rows=sum(manifest.tables.values()),
        files=sum(1 for name in manifest.members if name.partition("/")[0] in FOLDERS),
        packs=packs,
        packs_verified=intact,
        migrated=migrated,
        key=_use_key(key, key_file),
        seconds=round(time.monotonic() - begun, 2),
    )


def _folders() -> dict[str, Path]:
    return {"uploads": Path(settings.UPLOADS), "custody": Path(settings.CUSTODY_STORE)}


def _server_major() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int / 10000")
        return int(cursor.fetchone()[0])


def _check_versions(manifest: Manifest) -> None:
    """A newer release's tables cannot be read by older code, nor a newer PostgreSQL's dump by an older server."""
    migrations = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    apps = {app for app, _ in (name.split(".", 1) for name in migrations)}
    newer = [name for name in manifest.migrations if name.split(".", 1)[0] in apps and name not in migrations]
    if newer:
        raise BackupError(
            f"The backup is of Revenue Health {manifest.version}, newer than this one ({settings.VERSION}): it has "
            f"{len(newer)} migrations this release does not have, first {newer[0]}. Install {manifest.version} or "
            "later and restore there. Nothing was changed."
        )
    if (major := _server_major()) < manifest.postgres_major:
        raise BackupError(
            f"The backup was made with PostgreSQL {manifest.postgres_major}, this server is {major}. Restore into "
            f"PostgreSQL {manifest.postgres_major} or later. Nothing was changed."
        )


def _check_target(*, replace: bool) -> None:
    """Refuse unless nobody else uses the installation and it is empty, or to be replaced."""
    if settings.EMBEDDED and (owner := owner_of(settings.HOME)) is not None:
        raise BackupError(
            f"Revenue Health runs in this home (process {owner.get('pid')}). Stop it with Ctrl-C there, then restore."
        )
    close_connections()
    with psycopg.connect(**connection.get_connection_params(), autocommit=True) as alone:
        others = _other_connections(alone)
        used = [table for table in _SIGNS_OF_USE if _has_rows(alone, table)]
    if others:
        raise BackupError(
            f"{counted(others, 'other connection uses', 'other connections use')} the database. Stop web, worker and "
            "beat first (docker compose stop web worker beat), then restore. Nothing was changed."
        )
    if used and not replace:
        raise BackupError(
            "This installation holds data already. Restore into an empty one, or add --replace to put the backup in "
            "place of everything here: data, people, packs. Nothing was changed."
        )


def _other_connections(connected: psycopg.Connection[Any]) -> int:
    """How many others work on the database. One that was closed a moment ago takes a moment to be gone."""
    deadline = time.monotonic() + CLOSING_SECONDS
    while True:
        row = connected.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
            "AND backend_type = 'client backend'"
        ).fetchone()
        others = row[0] if row else 0
        if not others or time.monotonic() > deadline:
            return others
        time.sleep(0.1)


def _has_rows(connected: psycopg.Connection[Any], table: str) -> bool:
    name = connected.execute("SELECT to_regclass(%s)", [f"public.{table}"]).fetchone()
    if name is None or name[0] is None:
        return False
    row = connected.execute(sql.SQL("SELECT EXISTS (SELECT 1 FROM {})").format(sql.Identifier(table))).fetchone()
    return bool(row and row[0])


def _stage(archive: ArchiveReader, name: str, folder: Path, cleanup: ExitStack) -> Path:
    """Extract one folder beside its place, before the database changes: a full disk is found out now."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Inside the folder, so that putting the files in place is a rename within one file system.
        staging = Path(cleanup.enter_context(tempfile.TemporaryDirectory(dir=folder, prefix=".restore-")))
        archive.extract_folder(name, staging)
    except OSError as problem:
        raise BackupError(
            f"The files cannot be written to {folder}: {problem.strerror}. Nothing was changed."
        ) from None
    return staging


def _swap(staging: Path, folder: Path) -> None:
    """Put the staged files in place of what is in the folder. The folder itself stays: it may be a mounted volume."""
    for child in folder.iterdir():
        if child == staging:
            continue
        if child.is_dir() and not child.is_symlink():
            shutil.rmtree(child)
        else:
            child.unlink()
    for child in staging.iterdir():
        child.rename(folder / child.name)


def _migrate() -> int:
    """Bring the tables of an older release up to this one; returns how many migrations that took."""
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    call_command("migrate", verbosity=0, interactive=False)
    return len(missing)


def _forget_the_past() -> None:
    """Cached figures and queued tasks are of another database under the same numbers."""
    from revenue_health.celery import app

    cache.clear()
    try:
        app.control.purge()
    except (KombuError, CeleryError, OSError) as problem:
        raise BackupError(
            f"The data are restored, but the queue could not be emptied ({problem}). Empty it before starting the "
            "worker: celery -A revenue_health.celery purge"
        ) from problem


def _demo_marker(manifest: Manifest) -> None:
    """Sign-in without a password belongs to a demo company, not to a home that now holds a real one."""
    if not settings.EMBEDDED:
        return
    if manifest.demo:
        settings.HOME.demo_marker.write_text(manifest.demo)
    else:
        settings.HOME.demo_marker.unlink(missing_ok=True)


def _verify_packs() -> tuple[int, int]:
    """How many packs there are, and how many are what was frozen by their hash."""
    from revenue_health.review.models import Pack
    from revenue_health.review.selectors.packs.archive import verify_pack

    proofs = [verify_pack(pack).intact for pack in Pack.objects.iterator(chunk_size=20)]
    return len(proofs), sum(proofs)


def _use_key(key: str, key_file: Path | None) -> str:
    """Give the installation its old key back where it keeps one; on a server the environment holds it."""
    if not key:
        return "left out"
    if key == settings.SECRET_KEY:
        return "the same"
    if key_file is not None:
        _write_secret(key_file, key)
        return f"written to {key_file}"
    if settings.EMBEDDED_DATABASE:
        _write_secret(settings.HOME.path / "secret_key", key)
        return "restored"
    return "not used: give --key-to FILE, and set SECRET_KEY to what is written there"


def _write_secret(file: Path, key: str) -> None:
    partial = file.with_name(f".{file.name}.new")
    partial.unlink(missing_ok=True)
    partial.touch(mode=0o600)
    partial.write_text(key)
    partial.rename(file)
