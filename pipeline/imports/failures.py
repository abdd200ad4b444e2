"""Failures that are not the data's fault and have one remedy."""

from __future__ import annotations

import errno

from psycopg.errors import DiskFull

from departments.translation import gettext_noop
from departments.web.lock_waits import is_lock_conflict
from pipeline.imports.problems import ImportBusy, ImportProblem, ImportUnreadable

DISK_FULL = gettext_noop("The disk is full, so nothing was loaded. Free some space, then load it again.")
LOCKED = gettext_noop(
    "Somebody is changing rows that this import changes, so nothing was loaded. Load it again in a moment."
)


def named_failure(error: Exception) -> ImportProblem | None:
    """The sentence for a failure that has a remedy; None for a bug of ours."""
    if is_disk_full(error):
        return ImportUnreadable(DISK_FULL)
    if is_lock_conflict(error):
        return ImportBusy(LOCKED)
    return None


def is_disk_full(error: BaseException | None) -> bool:
    """Whether a failure, or what led to it, is that the database or this machine has no room left."""
    while error is not None:
        if isinstance(error, DiskFull) or (isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)):
            return True
        error = error.__cause__ or error.__context__
    return False
