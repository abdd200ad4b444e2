"""The sample company: generated for a look around in an empty installation, and removed without a trace afterwards."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from django.apps import apps
from django.core.cache import cache
from django.db import connection, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from departments.advisory_locks import AdvisoryLock, session_lock
from departments.models import AccessLog, Company, Department, Invitation, Job, Membership, User
from pipeline.custody_store import parts_discard
from pipeline.generator import generate_folder
from pipeline.imports.lock import import_lock
from pipeline.models import DataSource, ImportBatch, Opportunity, SourceMapping, SourcePull, Upload
from pipeline.services.imports import company_folder_load
from pipeline.services.imports_result import ImportResult
from pipeline.services.recompute import recompute

OPPORTUNITIES, SEED, YEARS = 1_500, 1, 3
_OUR_PACKAGES = ("departments", "pipeline", "revenue_health")
_RETAINED: tuple[type[models.Model], ...] = (
    User, Membership, Invitation, AccessLog, Upload, DataSource, SourceMapping, SourcePull, Job,
)  # fmt: skip
"""Accounts, who read what, and files that were uploaded meanwhile are nobody's sample; so are the jobs of those files,
while the jobs of what is removed end by themselves."""
_WAIT = "10s"
_REQUEST = "pipeline.tasks.sample_requested"
"""The task that loads the sample. Names of tasks never change."""


class SampleRefused(Exception):
    """There is real data, or a job is running; nothing was changed."""


def may_load_sample() -> bool:
    """Whether the installation is still empty: no company, no department, no deal."""
    return not (Company.objects.exists() or Department.objects.exists() or Opportunity.objects.exists())


def sample_load(*, user: User | None) -> None:
    """Generate a company up to yesterday, load and compute it. Raises SampleRefused where there is one already."""
    if not may_load_sample():
        raise SampleRefused(_("There is a company already, so the sample cannot be loaded."))
    with TemporaryDirectory() as scratch:
        folder = Path(scratch) / "sample"
        yesterday = timezone.now().date() - timedelta(days=1)
        generate_folder(folder=folder, opportunities=OPPORTUNITIES, seed=SEED, as_of=yesterday, years=YEARS)
        result = company_folder_load(path=folder, user=user, name="sample company", on_done=_mark_sample)
    if not result.accepted:
        raise SampleRefused(_("There is a company already, so the sample cannot be loaded."))
    # It may still say that there is no company.
    cache.clear()
    recompute(trigger="import", user=user, full=True)


def _mark_sample(result: ImportResult) -> None:
    """In the transaction of the import: whatever came in since the button was pressed is never called the sample."""
    if ImportBatch.objects.filter(status=ImportBatch.Status.DONE).exclude(pk=result.batch or 0).exists():
        raise SampleRefused(_("There is a company already, so the sample cannot be loaded."))
    Company.objects.update(sample=True)


def sample_discard() -> None:
    """Remove everything that is here of the sample company: all rows but accounts and uploaded files, and its files.

    Numbers of rows go on, so what is cached of the sample is never taken for something else. Raises SampleRefused
    where the company is not the sample, where something was imported beside it, and while it is being computed.
    """
    with import_lock(), session_lock(AdvisoryLock.RECOMPUTE) as alone:
        if not alone:
            raise SampleRefused(_("The sample is just being calculated. Try again in a minute; nothing was changed."))
        with transaction.atomic():
            _check_is_sample()
            _empty_tables()
        parts_discard(keep=[])
    cache.clear()


def sample_check_removable() -> None:
    """Raises SampleRefused where `sample_discard` would, for what is stored now; changes nothing."""
    with transaction.atomic():
        _check_is_sample()


def _check_is_sample() -> None:
    if not Company.objects.select_for_update().filter(sample=True).exists():
        raise SampleRefused(_("This is not the sample company: your own data are not thrown away here."))
    if ImportBatch.objects.filter(status=ImportBatch.Status.DONE).count() > 1:
        raise SampleRefused(_("Something else was imported beside the sample: undo that import first."))


def _empty_tables() -> None:
    models_of_all = apps.get_models(include_auto_created=True)
    every = [model for model in models_of_all if model.__module__.startswith(_OUR_PACKAGES) and model._meta.managed]
    retained = {model for model in every if _owner_of(model) in _RETAINED}
    # A table that a kept one refers to cannot be emptied in one go, though no row is referred to any more.
    row_by_row = {
        model
        for model in every
        if model not in retained
        and any(model is field.related_model for each in retained for field in each._meta.fields)
    }
    emptied = [model for model in every if model not in retained | row_by_row]
    names = ", ".join(f'"{model._meta.db_table}"' for model in emptied)
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{_WAIT}'")
        # Roles for the whole company stay, those in a department go with it.
        Membership.objects.filter(department__isnull=False).delete()
        Invitation.objects.filter(department__isnull=False).delete()
        # Left over where its worker was killed, it would make the sample anew.
        Job.objects.filter(task=_REQUEST).delete()
        cursor.execute(f"TRUNCATE {names}")
        for model in row_by_row:
            cursor.execute(f'DELETE FROM "{model._meta.db_table}"')  # noqa: S608  (a table of our own)
        # What the deletions themselves wrote into the history.
        cursor.execute(f"TRUNCATE {names}")


def _owner_of(model: type[models.Model]) -> type[models.Model]:
    """The model whose history or whose many-to-many rows these are; else the model itself."""
    owner = getattr(model, "pgh_tracked_model", None) or getattr(model._meta, "auto_created", None)
    return owner if isinstance(owner, type) else model
