"""Where the rows of a generated company folder come from, so that a problem names the file and line of the user."""

from __future__ import annotations

import csv
import re
from array import array
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pipeline.imports.problems import Problem, ProblemList

_HEADER_LINE = 1
_LINE_NAMED = re.compile(r"\bline (\d+)\b")


@dataclass
class _Origin:
    """The source of one generated table: its file, what its columns are called there, and the line of each row."""

    file: str
    columns: Mapping[str, str]
    starts: array[int] = field(default_factory=lambda: array("q"))
    lines: array[int] = field(default_factory=lambda: array("q"))
    next_line: int = 1


class Provenance:
    """The origins of all tables of a folder."""

    def __init__(self) -> None:
        self._origins: dict[str, _Origin] = {}

    def table(self, name: str, file: str, columns: Mapping[str, str]) -> _Origin:
        self._origins[name] = _Origin(file, columns)
        return self._origins[name]

    def source(self, problem: Problem) -> Problem:
        """The same problem at its source; one of the generated header names the source alone."""
        origin = self._origins.get(problem.file)
        if origin is None:
            return problem
        columns = "+".join(origin.columns.get(name) or name for name in problem.column.split("+"))
        # A duplicate names the line in which its key stood first, which is a generated one too.
        reason = _LINE_NAMED.sub(lambda at: f"line {self._line(origin, int(at[1]))}", problem.reason)
        line = self._line(origin, problem.line)
        return replace(problem, file=origin.file, line=line, column=columns, reason=reason)

    @staticmethod
    def _line(origin: _Origin, generated: int) -> int:
        place = bisect_right(origin.starts, generated) - 1
        return origin.lines[place] if place >= 0 and generated > _HEADER_LINE else 0

    def translate(self, problems: ProblemList) -> None:
        """Move all listed problems to their sources; a missing key stands once, with the number of its rows."""
        if not self._origins:
            return
        problems.listed[:] = [self.source(problem) for problem in problems.listed]
        problems.merge_unknown()


class FolderWriter:
    """Writes the tables of a company folder and remembers the source of every row."""

    def __init__(self, folder: Path) -> None:
        self.provenance = Provenance()
        self._folder = folder
        self._stack = ExitStack()
        self._tables: dict[str, tuple[Any, _Origin]] = {}

    def __enter__(self) -> FolderWriter:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def begin(self, name: str, header: Sequence[str], *, source: str, columns: Mapping[str, str] | None = None) -> None:
        """Begin a table; `columns` says what its columns are called in the source."""
        handle = self._stack.enter_context((self._folder / f"{name}.csv").open("w", encoding="utf-8", newline=""))
        self._tables[name] = csv.writer(handle), self.provenance.table(f"{name}.csv", source, columns or {})
        self.row(name, header, 0)

    def row(self, name: str, values: Sequence[Any], line: int) -> None:
        """One row and the line of the source it comes from."""
        writer, origin = self._tables[name]
        writer.writerow(values)
        origin.starts.append(origin.next_line)
        origin.lines.append(line)
        origin.next_line += 1 + sum(value.count("\n") for value in values if isinstance(value, str))
