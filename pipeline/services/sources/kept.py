"""The files of uploads on disk: as they came, and as plain tables. They stay, for mended mappings."""

from __future__ import annotations

import re
import secrets
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

from django.conf import settings
from django.utils.text import get_valid_filename

MOST_FILES = 40


def pull_folder(token: str) -> Path:
    """The folder of one upload."""
    if not re.fullmatch(r"[0-9a-f]{24}", token):
        raise ValueError("not a pull's token")
    return Path(settings.UPLOADS) / "sources" / token


def original_folder(token: str) -> Path:
    return pull_folder(token) / "original"


def tables_folder(token: str) -> Path:
    return pull_folder(token) / "tables"


def files_keep(files: Sequence[tuple[str, Iterable[bytes]]]) -> str:
    """Write the files piece by piece; returns the token. Nothing stays where writing fails."""
    token = secrets.token_hex(12)
    folder = original_folder(token)
    folder.mkdir(parents=True)
    try:
        for name, pieces in files:
            with (folder / safe_name(name)).open("xb") as target:
                for piece in pieces:
                    target.write(piece)
    except OSError:
        shutil.rmtree(pull_folder(token), ignore_errors=True)
        raise
    return token


def safe_name(name: str) -> str:
    """A file's name that stays inside a folder and is readable."""
    return get_valid_filename(Path(name).name or "file.csv").lstrip(".")[-150:] or "file.csv"


def pull_remove(token: str) -> None:
    shutil.rmtree(pull_folder(token), ignore_errors=True)
