"""Parsing a workbook in a process of its own: whoever sent it, the web process loses no time and no memory to it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from departments.scorecards.core.score_file.archive import workbook_examine
from departments.scorecards.core.score_file.sheet import FileUnreadable, Sheet
from departments.scorecards.core.score_file.workbook import unpacked

SECONDS = 30
"""By the clock; of a processor it gets fewer, see the module it runs."""
AT_ONCE, WAIT_SECONDS = 2, 10
"""Workbooks that one web process has parsed at the same time: of its threads, the others serve pages."""
_MODULE = "departments.scorecards.core.score_file.workbook"
_places = threading.BoundedSemaphore(AT_ONCE)


class ReadersBusy(FileUnreadable):
    """Too many workbooks are being read at this moment."""

    def __init__(self) -> None:
        super().__init__(_("Other workbooks are being read right now. Choose the file again in a minute."))


def workbook_read(data: bytes) -> list[Sheet]:
    """The visible sheets of an XLSX file; FileUnreadable where it is broken, too large, or takes too long."""
    workbook_examine(data)
    if not _places.acquire(timeout=WAIT_SECONDS):
        raise ReadersBusy
    try:
        answer = _parsed(data)
    finally:
        _places.release()
    if "refused" in answer:
        raise FileUnreadable(answer["refused"])
    return [unpacked(sheet) for sheet in answer["sheets"]]


def _parsed(data: bytes) -> dict[str, Any]:
    """The output of a subprocess that sees no settings and no secrets: its environment has only the paths."""
    environment = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and module; the file goes in by standard input
            [sys.executable, "-m", _MODULE],
            input=data,
            capture_output=True,
            timeout=SECONDS,
            cwd=settings.BASE_DIR,
            env=environment | {"PYTHONUTF8": "1"},
            check=False,
        )
    except subprocess.TimeoutExpired as problem:
        raise FileUnreadable(
            _("Reading the workbook took longer than {seconds} seconds.").format(seconds=SECONDS)
        ) from problem
    if done.returncode != 0:
        raise FileUnreadable(
            _("Reading the workbook took too much time or memory. Keep only the sheet of the scorecard.")
        )
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer
