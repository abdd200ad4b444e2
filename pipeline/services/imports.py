"""Importing a company folder, all or nothing."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from django.db import Error, connection, transaction
from django.utils import timezone

from departments.models import Company, User
from departments.people.demo import demo_sign_in_close
from pipeline.imports.bulk.load import bulk_load
from pipeline.imports.conversion.provenance import Provenance
from pipeline.imports.failures import named_failure
from pipeline.imports.files.error_files import errors_path
from pipeline.imports.files.sources import FolderSource, folder_open
from pipeline.imports.folder.checks import files_check, rows_check
from pipeline.imports.folder.format import BY_NAME, FILES, FileFormat
from pipeline.imports.folder.staging import Progress, Staging, file_stage
from pipeline.imports.lock import import_lock
from pipeline.imports.merge.after_merge import analyze_after_import, analyze_new, opportunities_touch, truth_check
from pipeline.imports.merge.company import company_check, company_merge, company_row, company_zone
from pipeline.imports.merge.entries import entries_merge
from pipeline.imports.merge.events import events_merge
from pipeline.imports.merge.merge import Outcome, file_merge, temporary_tables
from pipeline.imports.merge.owners import owner_notes
from pipeline.imports.merge.repointed import accounts_repoint
from pipeline.imports.new_tables.first_load import NewTables, new_tables_begin
from pipeline.imports.problems import ImportBusy, ImportProblem, ImportUnreadable, ProblemList
from pipeline.models import ImportBatch
from pipeline.services.imports_result import ImportResult
from pipeline.signals import plan_imported

logger = logging.getLogger(__name__)
_STAGING_SHARE = 0.6
_LOCK_WAIT = "30s"
_MERGES = {"company.csv": company_merge, "events.csv": events_merge, "entries.csv": entries_merge}


class _Stop(Exception):
    """Leaves the transaction so that nothing of it stays."""


def company_folder_load(
    *,
    path: Path,
    user: User | None = None,
    dry_run: bool = False,
    progress: Progress | None = None,
    kind: ImportBatch.Kind = ImportBatch.Kind.FOLDER,
    name: str | None = None,
    notes: Sequence[str] = (),
    provenance: Provenance | None = None,
    rename_company: bool = False,
    on_done: Callable[[ImportResult], None] | None = None,
) -> ImportResult:
    """Load a company folder (or a zip of one) as one transaction; `on_done` commits with it or not at all.

    A single refused row refuses all of it: then only the ImportBatch and its error file stay. `provenance` names the
    sources of a generated folder. Raises ImportBusy when another import runs, ImportUnreadable without a folder.
    """
    advance = progress or (lambda step, share: None)
    if not path.exists():
        raise ImportUnreadable(f"There is no folder or zip {path}.")
    with import_lock():
        _mark_dead()
        batch = ImportBatch(kind=kind, name=(name or path.resolve().name)[:300], started_at=timezone.now(), user=user)
        if not dry_run:
            batch.save()
        staging = Staging(zone="UTC", problems=ProblemList(), notes=list(notes), rename_company=rename_company)
        work = _Work(batch, staging, advance, provenance or Provenance())
        result = _attempt(work, path, dry_run=dry_run, on_done=on_done)
    if result.accepted and not dry_run:
        demo_sign_in_close()
        analyze_after_import(
            {name: counts["new"] for name, counts in result.files.items() if name not in work.new_tables.files}
        )
    advance("done", 1.0)
    return result


def _attempt(work: _Work, path: Path, *, dry_run: bool, on_done: Callable[[ImportResult], None] | None) -> ImportResult:
    """The transaction: committed together with its result when nothing is wrong and it is meant, else rolled back."""
    try:
        with transaction.atomic():
            if dry_run:
                # Inside the transaction, so that not even a killed dry run leaves an import that seems to be running.
                work.batch.save()
            _load_files(work, path)
            if work.staging.problems or dry_run:
                raise _Stop
            result = _finish_import(work, dry_run=False)
            if on_done:
                on_done(result)
            work.new_tables.finish()
            return result
    except _Stop:
        pass
    except ImportBusy as busy:
        _fail(work.batch, busy, dry_run=dry_run)
        raise
    except ImportProblem as problem:
        work.staging.problems.refuse_file(work.batch.name, str(problem))
    except Exception as error:
        named = named_failure(error)
        _fail(work.batch, named or error, dry_run=dry_run)
        if named:
            raise named from error
        raise
    return _finish_import(work, dry_run=dry_run)


def _mark_dead() -> None:
    """An import that is still marked as started while we hold the lock has died; its transaction is gone."""
    ImportBatch.objects.filter(status=ImportBatch.Status.STARTED).update(
        status=ImportBatch.Status.FAILED,
        finished_at=timezone.now(),
        error="It ended before it was finished; nothing was kept.",
    )


def _fail(batch: ImportBatch, error: Exception, *, dry_run: bool) -> None:
    named = isinstance(error, ImportProblem)
    logger.error("import %s failed", batch.pk, exc_info=not named)
    if dry_run:
        return
    try:
        batch.status, batch.finished_at = ImportBatch.Status.FAILED, timezone.now()
        batch.error = str(error) if named else f"{type(error).__name__}: {error}"[:2_000]
        batch.save()
    except Error:
        # The connection is gone; the next import marks this one as dead.
        logger.warning("import %s could not be marked as failed", batch.pk)


@dataclass
class _Work:
    """One load on its way."""

    batch: ImportBatch
    staging: Staging
    progress: Progress
    provenance: Provenance
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    new_tables: NewTables = field(default_factory=NewTables)
    touched: int = 0

    def step(self, name: str, share: float) -> None:
        logger.info("import %s: %s", self.batch.pk, name)
        self.progress(name, share)


def _load_files(work: _Work, path: Path) -> None:
    staging = work.staging
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '192MB'")
        # How long we wait for other writers; how long pages wait for us, see departments/web/lock_waits.py.
        cursor.execute(f"SET LOCAL lock_timeout = '{_LOCK_WAIT}'")
        # Left over only where several loads share one outer transaction.
        cursor.execute(f"DROP TABLE IF EXISTS {', '.join(temporary_tables())}")
    with folder_open(path) as source, staging:
        files = files_check(staging, source.names, first_load=not Company.objects.exists())
        staging.zone = company_zone(company_row(source))
        loaded = bulk_load(staging, source, files, batch=work.batch.pk, progress=work.step)
        if loaded is None:
            _stage_all(work, source, files)
    if loaded is not None:
        work.staging, work.outcomes = loaded.staging, loaded.outcomes
        work.new_tables, work.touched = loaded.new_tables, loaded.touched
    elif not _check_and_merge(work):
        return
    if "plan.csv" in work.staging.files:
        plan_imported.send(ImportBatch)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _check_and_merge(work: _Work) -> bool:
    """What is staged, into the truth; whether nothing is wrong with it."""
    staging = work.staging
    work.step("checking", _STAGING_SHARE)
    rows_check(staging)
    company_check(staging)
    if staging.problems:
        return False
    _merge_all(work)
    work.step("checking the whole", 0.93)
    truth_check(staging, work.batch.pk)
    if staging.problems:
        return False
    work.touched = opportunities_touch(staging, work.batch.pk)
    return True


def _stage_all(work: _Work, source: FolderSource, files: list[FileFormat]) -> None:
    total = max(1, sum(source.size(file.name) for file in files))
    seen = 0
    for file in files:

        def advance(count: int, name: str = file.name) -> None:
            nonlocal seen
            seen += count
            work.progress(f"reading {name}", min(1.0, seen / total) * _STAGING_SHARE)

        work.step(f"reading {file.name}", min(1.0, seen / total) * _STAGING_SHARE)
        try:
            with source.open(file.name) as stream:
                file_stage(work.staging, file, stream, advance=advance)
        except ImportUnreadable as problem:
            work.staging.problems.refuse_file(file.name, str(problem))


def _merge_all(work: _Work) -> None:
    """In the order of FILES, so that what is named is there before what names it."""
    owner_notes(work.staging)
    work.new_tables = new_tables_begin({name: staged.read for name, staged in work.staging.files.items()})
    for position, file in enumerate(FILES):
        staged = work.staging.files.get(file.name)
        if staged is None:
            continue
        work.step(f"writing {file.name}", _STAGING_SHARE + (0.9 - _STAGING_SHARE) * position / len(FILES))
        merge = _MERGES.get(file.name, file_merge)
        work.outcomes[file.name] = merge(staged, work.batch.pk)
        work.new_tables.index(file.name)
        analyze_new(file.name, work.outcomes[file.name].new)
    work.new_tables.check_references()
    accounts_repoint(work.staging, work.batch.pk)


def _finish_import(work: _Work, *, dry_run: bool) -> ImportResult:
    """Write down what happened: counts, notes, error file."""
    batch, problems = work.batch, work.staging.problems
    work.provenance.translate(problems)
    names = [
        name for name in BY_NAME if name in work.staging.files or name in problems.rows or name in problems.unusable
    ]
    counts = {name: _file_counts(work, name) for name in names}
    refused = bool(problems)
    status = ImportBatch.Status.REFUSED if refused else ImportBatch.Status.DONE
    errors_file = None
    if refused:
        target = errors_path(batch=None if dry_run else batch.pk)
        problems.write(target)
        errors_file = str(target)
    if not dry_run:
        batch.status, batch.files, batch.notes = status, counts, work.staging.notes
        batch.errors_file, batch.finished_at = errors_file or "", timezone.now()
        batch.error = str(problems.listed[0])[:2_000] if refused else ""
        batch.save()
    logger.info("import %s: %s", batch.pk, status)
    return ImportResult(
        batch=None if dry_run else batch.pk,
        status=str(status),
        files=counts,
        errors_file=errors_file,
        notes=work.staging.notes,
        dry_run=dry_run,
        problems=problems.listed,
        problem_count=problems.total,
        touched=0 if refused else work.touched,
        renames=work.staging.renames,
    )


def _file_counts(work: _Work, name: str) -> dict[str, int]:
    staged = work.staging.files.get(name)
    outcome = Outcome() if work.staging.problems else work.outcomes.get(name, Outcome())
    return {
        "read": staged.read if staged else 0,
        "new": outcome.new,
        "changed": outcome.changed,
        "unchanged": outcome.unchanged,
        "refused": work.staging.problems.rows[name],
    }
