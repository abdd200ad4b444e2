"""The files of uploads on disk: as they came, and as plain tables.

What came stays, for mended mappings, until a person removes it; the tables are made of it again when they are needed.
"""

from __future__ import annotations

import re
import secrets
import shutil
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from django.conf import settings
from django.utils.text import get_valid_filename

from pipeline.models import SourcePull

MOST_FILES = 40
_WRITING_SECONDS = 24 * 3600
"""An upload that writes has no row yet; after a day its process is dead."""


def pull_folder(token: str) -> Path:
    """The folder of one upload."""
    if not re.fullmatch(r"[0-9a-f]{24}", token):
        raise ValueError("not a pull's token")
    return _root() / token


def _root() -> Path:
    return Path(settings.UPLOADS) / "sources"


def original_folder(token: str) -> Path:
    return pull_folder(token) / "original"


def tables_folder(token: str) -> Path:
    return pull_folder(token) / "tables"


def files_store(files: Sequence[tuple[str, Iterable[bytes]]]) -> str:
    """Write the files piece by piece; returns the token. Nothing stays where writing fails."""
    token = secrets.token_hex(12)
    folder = original_folder(token)
    folder.mkdir(parents=True)
    try:
        for name, pieces in files:
            # x: of two files with one name neither may replace the other unseen.
            with (folder / safe_name(name)).open("xb") as target:
                for piece in pieces:
                    target.write(piece)
    except OSError:
        shutil.rmtree(pull_folder(token), ignore_errors=True)
        raise
    return token


def safe_name(name: str) -> str:
    """A file's name that stays inside a folder and is readable."""
    # Of a long name the end stays, which says what kind of file it is.
    return get_valid_filename(Path(name).name or "file.csv").lstrip(".")[-150:] or "file.csv"


def pull_remove(token: str) -> None:
    """Everything of one upload."""
    shutil.rmtree(pull_folder(token), ignore_errors=True)


def tables_remove(token: str) -> None:
    """The tables alone: nothing reads them once the files are in, and reading the files again makes them anew."""
    shutil.rmtree(tables_folder(token), ignore_errors=True)


def has_files(token: str) -> bool:
    """Whether the files of an upload are still there as they came."""
    return original_folder(token).is_dir()


def pull_bytes(token: str) -> int:
    """What one upload takes on the disk, 0 where its files were removed."""
    return _bytes_below(pull_folder(token))


def sources_bytes() -> int:
    """What the uploads of all sources take on the disk."""
    return _bytes_below(_root())


def orphaned_folders_remove() -> None:
    """Delete folders that belong to no upload, from the day after they were written."""
    root = _root()
    if not root.is_dir():
        return
    tokens = set(SourcePull.objects.values_list("token", flat=True))
    for folder in root.iterdir():
        if folder.name not in tokens and folder.stat().st_mtime < time.time() - _WRITING_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)


def _bytes_below(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size if path.is_file() else 0
        except FileNotFoundError:
            continue  # a worker has just removed it
    return total
