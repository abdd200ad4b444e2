"""What a file of an upload is by what stands in it, whatever it is called: a log, a workbook or a text, or what it has
to be saved as before it can be read."""

from __future__ import annotations

import gzip
import zipfile
from pathlib import Path

from departments.translation import gettext_noop
from pipeline.imports.files.wrong_kinds import (
    EMPTY_ZIP,
    HEAD,
    OLD_OFFICE,
    WORKBOOK,
    ZIP,
    as_text,
    is_log,
    kind_by_bytes,
    kind_by_entries,
)
from pipeline.imports.problems import ImportUnreadable

LOG, BOOK, TEXT = "log", "book", "text"
BOOKS = (".xlsx", ".xlsm")
_GZIP = b"\x1f\x8b"
# A workbook with a password is an old Office container with a stream of this name.
_PASSWORD = "EncryptedPackage".encode("utf-16-le")
_SEARCHED = 8 * 1024**2
_MOST_CONTROLS = 0.05
_REMEDY = gettext_noop("Export the list as CSV or XLSX.")


def content_kind(path: Path) -> str:
    """LOG, BOOK or TEXT. Raises ImportUnreadable, saying what the file is and what to do, where it is none."""
    suffix, head = path.suffix.lower(), _head(path)
    if suffix == ".gz" or head.startswith(_GZIP):
        return _packed_kind(path)
    if suffix == ".xes":
        return LOG
    if suffix in BOOKS or is_workbook(path):
        return BOOK
    if why := why_no_table(path):
        raise ImportUnreadable(f"{path.name} {why}")
    return LOG if is_log(as_text(head)) else TEXT


def is_workbook(path: Path) -> bool:
    """Whether a file is an XLSX workbook, also under another name."""
    return WORKBOOK in _entries(path)


def why_no_table(path: Path) -> str:
    """What a file is that holds no table, and what to do; empty where it may hold one."""
    head = _head(path)
    if names := _entries(path):
        what = kind_by_entries(names)
        return f"{what}. {_REMEDY}" if what else ""
    if head.startswith(EMPTY_ZIP):
        return ""
    if head.startswith(ZIP):
        return gettext_noop("is damaged or only half there; upload it again.")
    if head.startswith(OLD_OFFICE):
        with path.open("rb") as stream:
            if _PASSWORD in stream.read(_SEARCHED):
                return gettext_noop("has a password. Save it without a password.")
        return gettext_noop("{head}. Save it as XLSX without a password.").format(head=kind_by_bytes(head))
    if what := kind_by_bytes(head):
        return f"{what}. {_REMEDY}"
    text = as_text(head)
    controls = sum(sign < " " and sign not in "\t\r\n\f\0" for sign in text)
    return (
        gettext_noop("is not a text file; export it again as CSV or XLSX.")
        if controls > _MOST_CONTROLS * len(text)
        else ""
    )


def _head(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(HEAD)


def _packed_kind(path: Path) -> str:
    """Only logs may come as gzip: they are read without unpacking them to the disk."""
    if not _head(path).startswith(_GZIP):
        raise ImportUnreadable(
            gettext_noop("{path} is not packed by gzip, as its name says. Upload it again.").format(path=path.name)
        )
    try:
        with gzip.open(path) as stream:
            head = stream.read(HEAD)
    except Exception as error:  # zlib.error has no base in common with the others
        raise ImportUnreadable(
            gettext_noop("{path} is damaged or only half there; upload it again.").format(path=path.name)
        ) from error
    if not as_text(head).lstrip().startswith("<"):
        raise ImportUnreadable(
            gettext_noop("{path} is packed and holds no XES log. Unpack it, and upload what is in it.").format(
                path=path.name
            )
        )
    return LOG


def _entries(path: Path) -> set[str]:
    try:
        with zipfile.ZipFile(path) as archive:
            return set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return set()
