"""Failures that are nobody's fault in the data and have one remedy."""

from __future__ import annotations

import errno

from psycopg.errors import DiskFull

DISK_FULL = "The disk is full, so nothing was loaded. Free some space, then load it again."


def is_disk_full(error: BaseException | None) -> bool:
    """Whether a failure, or what led to it, is that the database or this machine has no room left."""
    while error is not None:
        if isinstance(error, DiskFull) or (isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)):
            return True
        error = error.__cause__ or error.__context__
    return False
