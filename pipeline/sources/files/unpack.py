"""The files of one upload: a zip is unpacked, everything else stays as it came."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

from pipeline.imports.files.sources import folder_open
from pipeline.imports.problems import ImportUnreadable

TEXTS, BOOKS, LOGS = (".csv", ".tsv", ".txt", ".tab"), (".xlsx", ".xlsm"), (".xes", ".gz")
_OF_A_FOLDER = {"company.csv", "stages.csv", "events.csv", "opportunities.csv"}


def unpack(original: Path, target: Path) -> list[Path]:
    """The files to read, by name. Zips among the originals are unpacked to `target`, with the guards of imports."""
    files: list[Path] = []
    for path in sorted(original.iterdir()):
        suffix = path.suffix.lower()
        if suffix == ".zip" or (suffix not in BOOKS and zipfile.is_zipfile(path)):
            files += _of_zip(path, target)
        else:
            files.append(path)
    names = [path.name for path in files]
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        raise ImportUnreadable(f"Two of the files are called {doubled[0]}; give one of them another name.")
    readable = [path for path in files if path.suffix.lower() in (*TEXTS, *BOOKS, *LOGS)]
    if not readable:
        listed = ", ".join(names[:10]) or "nothing"
        raise ImportUnreadable(f"There is no file to read: upload CSV, TSV, XLSX or XES files. This holds {listed}.")
    return readable


def _of_zip(path: Path, target: Path) -> list[Path]:
    target.mkdir(parents=True, exist_ok=True)
    unpacked = []
    with folder_open(path) as source:
        if len(_OF_A_FOLDER & set(source.names)) >= 3:
            raise ImportUnreadable(
                f"{path.name} is a company folder, which says by itself what it means. Upload it on the Data page under"
                " “Upload a company folder”."
            )
        for name in source.names:
            if name.lower().endswith(".zip"):
                raise ImportUnreadable(f"{path.name} holds another zip, {name}; unpack that one first.")
            with source.open(name) as packed, (target / name).open("wb") as plain:
                shutil.copyfileobj(packed, plain)
            unpacked.append(target / name)
    return unpacked


def is_log(path: Path) -> bool:
    """Whether a file is an XES log, also a packed one."""
    with path.open("rb") as stream:
        head = stream.read(512)
    if head.startswith(b"\x1f\x8b"):
        return True
    return path.suffix.lower() == ".xes" or head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith((b"<?xml", b"<log"))
