"""Company folders uploaded by browser: kept as a zip, looked at by a worker, taken in when a person agrees.

What is known of an upload is a row for a day, under its token; the zip lies under UPLOADS only as long as it is
needed: one that is refused, unreadable or taken in is removed at once.
"""

from __future__ import annotations

import re
import secrets
import shutil
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from departments.core.upload_limits import DISK_LEFT_BYTES, MEGABYTE
from departments.models import User
from pipeline.imports.problems import ImportBusy, ImportProblem
from pipeline.models import Upload
from pipeline.services.imports import company_folder_load
from pipeline.services.imports_result import ImportResult
from pipeline.services.sources.storage import orphaned_folders_remove, sources_bytes

RETENTION = timedelta(days=1)
PROBLEMS_SHOWN = 20
type State = dict[str, Any]
"""`state` is one of Upload.State; `name` the file's; then what came out."""


class UploadRefused(ImportProblem):
    """There is no room for this file now."""


def upload_room_check(*, size: int) -> None:
    """Raise UploadRefused, saying why, if files of this size would exceed the quota or fill the disk.

    The quota counts zips that wait for a decision and all that sources keep.
    """
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    _remove_expired()
    orphaned_folders_remove()
    waiting, sources = sum(file.stat().st_size for file in folder.glob("*.zip")), sources_bytes()
    quota = settings.UPLOAD_QUOTA_MB * MEGABYTE
    if waiting + sources + size > quota:
        raise UploadRefused(
            _(
                "Uploads waiting for a decision take {megabytes} and files of sources {megabytes_2} of "
                "{megabytes_3}, and this one has {megabytes_4}. Remove files of a source that you no "
                "longer need, or take a waiting upload in; one that waits is removed after a day."
            ).format(
                megabytes=_megabytes(waiting),
                megabytes_2=_megabytes(sources),
                megabytes_3=_megabytes(quota),
                megabytes_4=_megabytes(size),
            )
        )
    free = shutil.disk_usage(folder).free
    # Twice: the browser's file is received beside its place.
    if free - 2 * size < DISK_LEFT_BYTES:
        raise UploadRefused(
            _(
                "The disk of the server has {megabytes} free, too little for a file of {megabytes_2}. "
                "Make room there, then upload it again."
            ).format(megabytes=_megabytes(free), megabytes_2=_megabytes(size))
        )


def upload_store(*, pieces: Iterable[bytes], name: str) -> str:
    """Write the zip piece by piece; returns its token."""
    token = secrets.token_hex(12)
    path = _upload_path(token)
    path.parent.mkdir(parents=True, exist_ok=True)
    _remove_expired()
    try:
        with path.open("wb") as target:
            for piece in pieces:
                target.write(piece)
    except OSError:
        path.unlink(missing_ok=True)
        raise
    Upload.objects.create(token=token, name=name, created_at=timezone.now())
    return token


def upload_state(*, token: str) -> State | None:
    """What is known of an upload; None where there is none (any more)."""
    upload = Upload.objects.filter(token=token).first()
    return {"state": upload.state, "name": upload.name} | upload.outcome if upload else None


def upload_check(*, token: str) -> None:
    """See what the zip would do, changing nothing. Raises ImportBusy while another import runs."""
    _load_upload(token, Upload.State.CHECKING, user=None)


def upload_confirm(*, token: str, rename_company: bool = False) -> bool:
    """Whether the zip is to be taken in now: once, and only if it was looked at and nothing in it was refused.

    One that changes the company's name needs `rename_company`, too: it may be another company's.
    """
    checked = Upload.objects.filter(token=token, state=Upload.State.CHECKED, outcome__accepted=True)
    if not rename_company:
        checked = checked.filter(outcome__renames="")
    # One statement looks and writes: of two presses of the button one starts the import.
    return bool(checked.update(state=Upload.State.IMPORTING))


def upload_import(*, token: str, user: User | None) -> None:
    """Take the zip in, once: what came out is written in the transaction of the import. Raises ImportBusy."""
    _load_upload(token, Upload.State.IMPORTING, user=user)


def upload_fail(*, token: str, error: str) -> None:
    """No further attempt is made."""
    open_ones = Upload.objects.filter(token=token, state__in=[Upload.State.CHECKING, Upload.State.IMPORTING])
    if open_ones.update(state=Upload.State.FAILED, outcome={"error": error}):
        _upload_path(token).unlink(missing_ok=True)


def _load_upload(token: str, state: str, *, user: User | None) -> None:
    """Do what the state asks for; an upload that is no longer in it was done before."""
    upload = Upload.objects.filter(token=token, state=state).first()
    if upload is None:
        return
    dry_run = state == Upload.State.CHECKING
    after = Upload.State.CHECKED if dry_run else Upload.State.IMPORTED

    def write(result: ImportResult) -> None:
        Upload.objects.filter(pk=upload.pk).update(state=after, outcome=_outcome_state(result))

    try:
        result = company_folder_load(
            path=_upload_path(token),
            user=user,
            dry_run=dry_run,
            name=upload.name,
            on_done=None if dry_run else write,
            rename_company=dry_run or bool(upload.outcome.get("renames")),
        )
    # An ImportProblem too, but one that passes: the task waits and tries again.
    except ImportBusy:
        raise
    except ImportProblem as problem:
        upload_fail(token=token, error=str(problem))
        return
    if dry_run or not result.accepted:
        write(result)
    if not (dry_run and result.accepted):
        _upload_path(token).unlink(missing_ok=True)


def _outcome_state(result: ImportResult) -> State:
    return {
        "accepted": result.accepted,
        "batch": result.batch,
        "files": result.files,
        "notes": result.notes,
        "renames": result.renames,
        "problem_count": result.problem_count,
        "problems": [str(problem) for problem in result.problems[:PROBLEMS_SHOWN]],
    }


def _remove_expired() -> None:
    """Uploads of yesterday and their zips, and zips that no upload names."""
    Upload.objects.filter(created_at__lt=timezone.now() - RETENTION).delete()
    tokens = set(Upload.objects.values_list("token", flat=True))
    oldest = (timezone.now() - RETENTION).timestamp()
    for file in _folder().glob("*.zip"):
        # A young zip without a row is being written at this moment.
        if file.stem not in tokens and file.stat().st_mtime < oldest:
            file.unlink(missing_ok=True)


def _megabytes(size: int) -> str:
    return _("{size:,.0f} MB").format(size=size / 1024**2)


def _folder() -> Path:
    return Path(settings.UPLOADS) / "uploaded"


def _upload_path(token: str) -> Path:
    # Tokens come out of addresses: no other text may become part of a path.
    if not re.fullmatch(r"[0-9a-f]{24}", token):
        raise ValueError("not an upload's token")
    return _folder() / f"{token}.zip"
