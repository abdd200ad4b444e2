"""The files of one upload: a zip is unpacked, everything else stays as it came."""

from __future__ import annotations

import shutil
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from departments.translation import gettext_noop
from pipeline.imports.files.sources import folder_open
from pipeline.imports.problems import ImportUnreadable
from pipeline.sources.files.content import BOOKS, is_workbook, why_no_table

READ = (".csv", ".tsv", ".txt", ".tab", ".xls", *BOOKS, ".xes", ".gz")
"""An export called .xls may be anything: what is in it decides."""
_OF_A_FOLDER = {"company.csv", "stages.csv", "events.csv", "opportunities.csv"}


@dataclass(frozen=True)
class Unpacked:
    """The files to read, by name, and the names of those that are left out."""

    files: list[Path]
    left_out: list[str]


def unpack(original: Path, target: Path) -> Unpacked:
    """The files of an upload. Zips among the originals are unpacked to `target`, with the guards of imports."""
    files: list[Path] = []
    for path in sorted(original.iterdir()):
        suffix = path.suffix.lower()
        # Workbooks are zips, too.
        if (suffix == ".zip" or (suffix not in BOOKS and zipfile.is_zipfile(path))) and not is_workbook(path):
            files += _of_zip(path, target)
        else:
            files.append(path)
    names = [path.name for path in files]
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        raise ImportUnreadable(
            gettext_noop("Two of the files are called {doubled}; give one of them another name.").format(
                doubled=doubled[0]
            )
        )
    readable = [path for path in files if path.suffix.lower() in READ or is_workbook(path)]
    left_out = [path for path in files if path not in readable]
    if not readable:
        _refuse_all(left_out)
    return Unpacked(readable, [path.name for path in left_out])


def _refuse_all(files: list[Path]) -> NoReturn:
    """Nothing can be read: of one file say what it is."""
    why = why_no_table(files[0]) if len(files) == 1 else ""
    if why:
        raise ImportUnreadable(f"{files[0].name} {why}")
    listed = ", ".join(path.name for path in files[:10]) or "nothing"
    raise ImportUnreadable(
        gettext_noop(
            "There is no file to read: upload CSV, TSV, XLSX or XES files, under names that end so. This "
            "holds {listed}."
        ).format(listed=listed)
    )


def _of_zip(path: Path, target: Path) -> list[Path]:
    if why := why_no_table(path):
        raise ImportUnreadable(f"{path.name} {why}")
    target.mkdir(parents=True, exist_ok=True)
    unpacked = []
    with folder_open(path) as source:
        if len(_OF_A_FOLDER & set(source.names)) >= 3:
            raise ImportUnreadable(
                gettext_noop(
                    "{path} is a company folder, which says by itself what it means. Upload it on the Data page "
                    "under “Upload a company folder”."
                ).format(path=path.name)
            )
        for name in source.names:
            if name.lower().endswith(".zip"):
                raise ImportUnreadable(
                    gettext_noop("{path} holds another zip, {name}; unpack that one first.").format(
                        path=path.name, name=name
                    )
                )
            with source.open(name) as packed, (target / name).open("wb") as plain:
                shutil.copyfileobj(packed, plain)
            unpacked.append(target / name)
    return unpacked
