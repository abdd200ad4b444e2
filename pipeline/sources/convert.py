"""Plain tables and a mapping become a company folder, by the conversions the command line uses."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from pipeline.imports.conversion.mapping_source import MappingSource
from pipeline.imports.conversion.provenance import Provenance
from pipeline.imports.conversion.toml_text import mapping_toml
from pipeline.imports.log.conversion import folder_from_log
from pipeline.imports.log.event_log import LogReading
from pipeline.imports.log.mapping import mapping_parse
from pipeline.imports.log.read_csv import csv_cases
from pipeline.imports.log.read_xes import xes_cases
from pipeline.imports.problems import ConversionRefused, ImportUnreadable, Problem
from pipeline.imports.snapshot.conversion import folder_from_snapshot, folder_from_tickets
from pipeline.imports.snapshot.differences import Earlier
from pipeline.imports.snapshot.mapping import snapshot_mapping_parse, tickets_mapping_parse
from pipeline.sources.meaning.mapping_gaps import decided, shape_mistakes

MAPPING_NAME = "the mapping"


@dataclass(frozen=True, kw_only=True)
class Converted:
    """A sentence for everything that was assumed, where each row comes from, and what to read before taking it in."""

    notes: list[str]
    provenance: Provenance
    checks: list[str] = field(default_factory=list)
    shown: datetime | None = None
    """Of a later file of a source, the instant whose state it shows."""


def mapping_check(content: dict[str, Any], *, log: bool, tickets: bool = False) -> None:
    """Raise ImportUnreadable where the mapping contradicts itself; every mistake is named.

    `tickets`: it is one of tickets alone.
    """
    if mistakes := shape_mistakes(content):
        raise ImportUnreadable(" ".join(mistakes))
    plain = decided(content)
    source = MappingSource(MAPPING_NAME, mapping_toml(plain))
    (mapping_parse if log else tickets_mapping_parse if tickets else snapshot_mapping_parse)(plain, source)


def list_convert(tables: Path, content: dict[str, Any], folder: Path, *, earlier: Earlier | None) -> Converted:
    """Write the company folder of a list of deals.

    `earlier` is what earlier files of the source brought, None for its first. Raises ImportUnreadable.
    """
    plain = decided(content)
    mapping = snapshot_mapping_parse(plain, MappingSource(MAPPING_NAME, mapping_toml(plain)))
    report = folder_from_snapshot(tables, mapping, folder, earlier)
    shown = earlier.taken_at if earlier else None
    return Converted(notes=report.notes, provenance=report.provenance, checks=report.checks, shown=shown)


def tickets_convert(
    tables: Path, content: dict[str, Any], folder: Path, *, there: Callable[[Collection[str]], Collection[str]],
    earlier: Earlier | None,
) -> Converted:  # fmt: skip
    """Write the company folder of tickets alone. `there` gives those of some keys that deals have."""
    plain = decided(content)
    mapping = tickets_mapping_parse(plain, MappingSource(MAPPING_NAME, mapping_toml(plain)))
    report = folder_from_tickets(tables, mapping, folder, there, earlier)
    return Converted(notes=report.notes, provenance=report.provenance, checks=report.checks)


def log_convert(path: Path, content: dict[str, Any], folder: Path, *, begun: Mapping[str, str]) -> Converted:
    """Write the company folder of an event log. `begun`: by the keys of deals that are in, where they began."""
    plain = decided(content)
    mapping = mapping_parse(plain, MappingSource(MAPPING_NAME, mapping_toml(plain)))
    reading = LogReading(path.name)
    if path.suffix.lower() == ".csv":
        cases = csv_cases(path, reading, case_column=mapping.log.case, delimiter=mapping.log.delimiter)
    else:
        cases = xes_cases(path, reading)
    notes, provenance = folder_from_log(cases, mapping, folder, reading, begun)
    return Converted(notes=notes, provenance=provenance)


def problems_of(error: ConversionRefused, lines_above: Mapping[str, int]) -> list[Problem]:
    """The problems of a refused conversion at the lines of the files that came: rows above the names are added."""
    return at_source_lines(error.problems.listed, lines_above)


def at_source_lines(problems: Sequence[Problem], lines_above: Mapping[str, int]) -> list[Problem]:
    """Problems of plain tables at the lines of the files that came."""
    return [
        replace(problem, line=problem.line + lines_above.get(problem.file, 0)) if problem.line else problem
        for problem in problems
    ]
