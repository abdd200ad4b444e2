"""Where a test run writes: into memory where there is plenty.

A run makes and drops some ten thousand tables, each of them three files. On a disk, finding a free place among files
removed a moment ago took an eighth of PostgreSQL's processor time (ext4, `perf record`), and a busy disk more.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

ROOM = 6 * 2**30
"""Bytes to be free: several times what a run has written at its peak."""


def scratch_folder(memory: Path = Path("/dev/shm")) -> Path | None:
    """The file system in memory, where a run may start programs from it and it has room; None for the usual place."""
    if "TMPDIR" in os.environ or not os.access(memory, os.W_OK | os.X_OK):
        return None
    noexec = os.statvfs(memory).f_flag & os.ST_NOEXEC
    return memory if not noexec and shutil.disk_usage(memory).free >= ROOM else None
