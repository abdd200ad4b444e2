"""The values of a company folder checked without loading it, so that a conversion can name its own sources."""

from __future__ import annotations

from pathlib import Path

from pipeline.imports.folder.format import BY_NAME
from pipeline.imports.folder.staging import Staging, file_check
from pipeline.imports.problems import ProblemList


def values_check(folder: Path, *, zone: str) -> ProblemList:
    """The problems of single values in all files of a folder."""
    problems = ProblemList()
    with Staging(zone=zone, problems=problems) as staging:
        for path in sorted(folder.glob("*.csv")):
            with path.open("rb") as stream:
                file_check(staging, BY_NAME[path.name], stream)
    return problems
