"""What can be wrong with data on its way in: one problem is one value of one line; a refusal collects them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from departments.core.formula_guard import GuardedWriter
from departments.translation import gettext_noop
from pipeline.imports.remedies import remedy_of

LISTED_AT_MOST = 10_000
"""Problems written to the error file; the rest is only counted."""

_LONGEST_VALUE = 200
_IN_A_SENTENCE = 20
_BLANK_ROW = gettext_noop("{file}: {count:,} row in which every field is empty was left out.")
_BLANK_ROWS = gettext_noop("{file}: {count:,} rows in which every field is empty were left out.")
_UNKNOWN = "is not a known"
_PICTURES = {code: 0x2400 + code for code in range(0x20) if code not in (0x09, 0x0A, 0x0D)} | {0x7F: 0x2421}
"""Signs for control characters, so that they can be seen."""


class ImportProblem(Exception):
    """The family of everything that stops an import with a sentence for its reader."""


class ImportBusy(ImportProblem):
    """Another import is running."""


class ImportUnreadable(ImportProblem):
    """The folder, file or mapping as a whole cannot be used."""


class UndoRefused(ImportProblem):
    """The import cannot be undone, and why."""


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One reason to refuse. `line` counts from 1 (the header); 0 and an empty column mean the whole file."""

    file: str
    line: int
    column: str = ""
    value: str = ""
    reason: str

    @property
    def fault(self) -> tuple[str, str, str, str]:
        """What is wrong, whatever the line."""
        return self.file, self.column, self.value, self.reason

    def __str__(self) -> str:
        place = f"{self.file}" + (f" line {self.line}" if self.line else "")
        value = f" “{self.value}”" if self.value else ""
        todo = f"; {self.remedy}" if self.remedy else ""
        return f"{place}: " + f"{self.column}{value} {self.reason}{todo}".strip()

    @property
    def remedy(self) -> str:
        """What to do about it; empty where the reason says so itself."""
        return remedy_of(self.reason)


@dataclass
class ProblemList:
    """The problems of one import: the first ten thousand in full, all of them counted, per file and row."""

    listed: list[Problem] = field(default_factory=list)
    total: int = 0
    rows: Counter[str] = field(default_factory=Counter)
    unusable: set[str] = field(default_factory=set)
    blank_rows: Counter[str] = field(default_factory=Counter)
    """Rows per file in which every field was empty: left out, and worth a note."""
    _lines: dict[str, set[int]] = field(default_factory=dict)

    def add(self, problem: Problem, also: Iterable[int] = ()) -> None:
        """One problem; `also` are more lines that have the very same one."""
        self.total += 1
        lines = self._lines.setdefault(problem.file, set())
        for line in (problem.line, *also):
            if line > 1 and line not in lines:
                lines.add(line)
                self.rows[problem.file] += 1
        if len(self.listed) < LISTED_AT_MOST:
            value = problem.value if len(problem.value) <= _LONGEST_VALUE else problem.value[:_LONGEST_VALUE] + "…"
            self.listed.append(
                Problem(
                    file=problem.file,
                    line=problem.line,
                    column=problem.column,
                    value=value.translate(_PICTURES),
                    reason=problem.reason,
                )
            )

    def extend(self, problems: Iterable[Problem]) -> None:
        for problem in problems:
            self.add(problem)

    def refuse_row(self, file: str, line: int, column: str, value: str, reason: str) -> None:
        self.add(Problem(file=file, line=line, column=column, value=value, reason=reason))

    def refuse_file(self, file: str, reason: str, *, line: int = 0, column: str = "", value: str = "") -> None:
        """A problem that makes the rest of the file unreadable, so that nothing that names its rows is judged."""
        self.unusable.add(file)
        self.add(Problem(file=file, line=line, column=column, value=value, reason=reason))

    def notes(self, file: str) -> list[str]:
        """What of a file was left out without being wrong."""
        count = self.blank_rows[file]
        if not count:
            return []
        text = _BLANK_ROW if count == 1 else _BLANK_ROWS
        return [text.format(file=file, count=count)]

    def __bool__(self) -> bool:
        return self.total > 0

    def merge_unknown(self) -> None:
        """Let a missing key stand once, with the number of its rows, instead of once for every row that names it, and
        what several rows of a folder say of one value of their source once."""
        counts = Counter(problem.fault for problem in self.listed)
        merged: dict[object, Problem] = {}
        for problem in self.listed:
            many = problem.reason.startswith(_UNKNOWN) and problem.value != "" and counts[problem.fault] > 1
            reason = f"{problem.reason} ({counts[problem.fault]:,} rows)" if many else problem.reason
            merged.setdefault(problem.fault if many else (problem.line, problem.fault), replace(problem, reason=reason))
        self.total -= len(self.listed) - len(merged)
        self.listed[:] = merged.values()

    def sentence(self) -> str:
        """The first problems and how many there are, for an error of one text."""
        if self.total == 1:
            return f"{self.listed[0]}."
        first = "\n".join(f"  {problem}" for problem in self.listed[:_IN_A_SENTENCE])
        rest = self.total - _IN_A_SENTENCE
        more = "\n  " + gettext_noop("… and {count:,} more").format(count=rest) if rest > 0 else ""
        return gettext_noop("{count:,} problems:").format(count=self.total) + f"\n{first}{more}"

    def write(self, path: Path) -> None:
        """The error file: file, line, column, value, reason, what to do, in order of file and line."""
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as handle:
            writer = GuardedWriter(handle)
            writer.writerow(["file", "line", "column", "value", "reason", gettext_noop("what to do")])
            for problem in sorted(self.listed, key=lambda listed: (listed.file, listed.line)):
                line = str(problem.line) if problem.line else ""
                writer.writerow([problem.file, line, problem.column, problem.value, problem.reason, problem.remedy])
            if self.total > len(self.listed):
                more = self.total - len(self.listed)
                writer.writerow(
                    [
                        "",
                        "",
                        "",
                        "",
                        gettext_noop("{more} more problems are not listed").format(more=more),
                        gettext_noop("mend these first"),
                    ]
                )


class ConversionRefused(ImportUnreadable):
    """A log or an export has values that cannot be understood; each is named with its file and line."""

    def __init__(self, problems: ProblemList) -> None:
        self.problems = problems
        super().__init__(problems.sentence())
