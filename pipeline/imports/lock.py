"""One import or undo at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from departments.advisory_locks import AdvisoryLock, session_lock
from departments.translation import gettext_noop
from pipeline.imports.problems import ImportBusy


@contextmanager
def import_lock() -> Iterator[None]:
    """Prevent other imports while this one runs; a second one is refused at once."""
    with session_lock(AdvisoryLock.IMPORT) as taken:
        if not taken:
            raise ImportBusy(gettext_noop("Another import is running. Wait until it has ended, then try again."))
        yield
