"""A folder that is written all or nothing: it gets its name only once everything in it is right."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from departments.translation import gettext_noop
from pipeline.imports.problems import ImportUnreadable


@contextmanager
def new_folder(out: Path) -> Iterator[Path]:
    """A folder beside `out` to write into, renamed to `out` at the end and removed on any failure.

    `out` must be new or an empty folder; raises ImportUnreadable where it is not, or cannot be written.
    """
    target = out.resolve()
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise ImportUnreadable(
            gettext_noop("{out} already exists and is not empty; name a new folder.").format(out=out)
        )
    existing = next(parent for parent in target.parents if parent.exists())
    with _sentence(out):
        scratch = Path(tempfile.mkdtemp(prefix=f".{target.name[:100]}-", dir=existing))
    try:
        yield scratch
        with _sentence(out):
            target.parent.mkdir(parents=True, exist_ok=True)
            scratch.chmod(0o777 & ~_umask())
            scratch.replace(target)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


@contextmanager
def _sentence(out: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ImportUnreadable(
            gettext_noop("{out} cannot be written: {strerror}.").format(out=out, strerror=error.strerror)
        ) from error


def _umask() -> int:
    """The mask in force; it can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
