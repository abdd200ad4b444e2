"""The mapping file of an event log: how activities become stages, losses and hand-offs. See docs/import.md."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from departments.translation import gettext_noop
from pipeline.core.decimal_text import NumberSigns
from pipeline.imports.conversion.mapping_checks import (
    MappingMistakes,
    check_stage_pipelines,
    check_structure,
)
from pipeline.imports.conversion.mapping_source import NO_SOURCE, MappingSource, mapping_source, toml_parse
from pipeline.imports.log.work import HandOffPart, HandOffRules, work_check
from pipeline.imports.problems import ImportUnreadable


@dataclass(frozen=True, kw_only=True)
class LogColumns:
    """Where a log keeps case, activity, time, life-cycle transition and resource; how its times are written.

    `end`: where a row says until when its activity ran, which began at `time`; empty where rows are moments.
    """

    case: str = "concept:name"
    activity: str = "concept:name"
    time: str = "time:timestamp"
    end: str = ""
    transition: str = "lifecycle:transition"
    resource: str = "org:resource"
    delimiter: str = ","
    time_format: str = ""
    time_zone: str = ""
    decimal_sign: str = "."
    thousands_sign: str = ""
    lakh: bool = False
    stage_transitions: list[str] = field(default_factory=lambda: ["complete"])


@dataclass(frozen=True, kw_only=True)
class OpportunityFields:
    """Where a deal's fields come from: `case:x`, `event:x`, or `x` (the case, else the event)."""

    amount: str = ""
    amount_default: str = "0"
    created: str = ""
    name: str = ""
    owner: str = ""
    owner_pick: str = "last"
    owner_ignore: list[str] = field(default_factory=list)
    team: str = ""
    segment: str = ""
    source: str = ""
    source_values: dict[str, str] = field(default_factory=dict)
    currency: str = ""
    currency_attribute: str = ""
    key_prefix: str = ""


@dataclass(frozen=True, kw_only=True)
class CompanyPart:
    """The row of company.csv. Of its fiscal year, what a mapping does not say stays as it is."""

    name: str
    reporting_currency: str
    time_zone: str
    fiscal_year_start_month: int = 1
    fiscal_periods: str = ""
    fiscal_year_end_weekday: str = ""
    fiscal_year_end_rule: str = ""
    fiscal_year_named_after: str = ""


FISCAL_CHOICES = ("fiscal_periods", "fiscal_year_end_weekday", "fiscal_year_end_rule", "fiscal_year_named_after")


@dataclass(frozen=True, kw_only=True)
class DepartmentPart:
    key: str
    name: str
    kind: str = "internal"


@dataclass(frozen=True, kw_only=True)
class PipelinePart:
    key: str
    name: str


@dataclass(frozen=True, kw_only=True)
class StagePart:
    """A stage of the named pipeline, or of the first one, and what enters it. `final`: nothing moves a deal out again,
    but into another pipeline. `once`: entering again is no move."""

    key: str
    name: str
    owner: str
    activities: list[str] = field(default_factory=list)
    earns: bool = False
    time_limit_days: float | None = None
    final: bool = False
    once: bool = False
    pipeline: str = ""


@dataclass(frozen=True, kw_only=True)
class LossPart:
    """Activities that lose a deal, for a reason if one is known. `final`: it cannot come back. `withdrawn`: it is not
    lost, but deleted or entered by mistake; it cannot come back either."""

    activities: list[str]
    reason: str = ""
    final: bool = False
    withdrawn: bool = False


@dataclass(frozen=True, kw_only=True)
class OwnedPart:
    """A loss reason or a source and the department it belongs to."""

    key: str
    name: str
    department: str


@dataclass(frozen=True, kw_only=True)
class LogMapping:
    """Everything a mapping file says."""

    company: CompanyPart
    departments: list[DepartmentPart]
    pipeline: PipelinePart
    stages: list[StagePart]
    log: LogColumns
    opportunity: OpportunityFields
    losses: list[LossPart]
    loss_reasons: list[OwnedPart]
    sources: list[OwnedPart]
    handoffs: list[HandOffPart]
    handoff_rules: HandOffRules
    pipelines: list[PipelinePart] = field(default_factory=list)
    source: MappingSource = NO_SOURCE

    @property
    def all_pipelines(self) -> list[PipelinePart]:
        """The pipeline and, of a log of several, the others."""
        return [self.pipeline, *self.pipelines]

    @property
    def signs(self) -> NumberSigns:
        """How the numbers of the log are written."""
        return NumberSigns(self.log.decimal_sign, self.log.thousands_sign, lakh=self.log.lakh)

    def attributes(self) -> Iterator[tuple[str, str, str]]:
        """Part, word and name of every attribute of the log that must exist.

        Life cycle and resource are optional as long as they carry their standard names.
        """
        standard = LogColumns()
        for word in ("case", "activity", "time", "end", "transition", "resource"):
            name = getattr(self.log, word)
            if word in ("case", "activity", "time") or (name and name != getattr(standard, word)):
                yield "log", word, name
        for word in ("amount", "created", "name", "owner", "team", "segment", "source", "currency_attribute"):
            if name := getattr(self.opportunity, word):
                yield "opportunity", word, name
        for name in dict.fromkeys(part.department_attribute for part in self.handoffs if part.department_attribute):
            yield "handoffs", "department_attribute", name

    @property
    def zone(self) -> ZoneInfo:
        """The zone of stamps that do not name one."""
        return ZoneInfo(self.log.time_zone or self.company.time_zone)


_TABLES: dict[str, type] = {
    "company": CompanyPart,
    "pipeline": PipelinePart,
    "log": LogColumns,
    "opportunity": OpportunityFields,
    "handoff_rules": HandOffRules,
}
_LISTS: dict[str, type] = {
    "departments": DepartmentPart,
    "stages": StagePart,
    "losses": LossPart,
    "loss_reasons": OwnedPart,
    "sources": OwnedPart,
    "handoffs": HandOffPart,
    "pipelines": PipelinePart,
}
_NEEDED = ("company", "departments", "pipeline", "stages")


def mapping_read(path: Path) -> LogMapping:
    """Read a mapping file; raises ImportUnreadable with the place of a mistake."""
    source = mapping_source(path)
    return mapping_parse(toml_parse(source), source)


def mapping_parse(data: dict[str, Any], source: MappingSource = NO_SOURCE) -> LogMapping:
    """Check a mapping's words and types."""
    unknown = sorted(set(data) - set(_TABLES) - set(_LISTS))
    if unknown:
        raise ImportUnreadable(gettext_noop("The mapping has an unknown part [{unknown}].").format(unknown=unknown[0]))
    for name in _NEEDED:
        if name not in data:
            raise ImportUnreadable(gettext_noop("The mapping lacks its part [{name}].").format(name=name))
    parts: dict[str, Any] = {name: part_of(kind, data.get(name, {}), f"[{name}]") for name, kind in _TABLES.items()}
    for name, kind in _LISTS.items():
        parts[name] = parts_of(kind, data.get(name, []), name)
    mapping = LogMapping(**parts, source=source)
    _check_mapping(mapping)
    return mapping


def parts_of(kind: Callable[..., Any], rows: Any, name: str) -> list[Any]:
    """A list of parts, such as all [[stages]]."""
    if not isinstance(rows, list):
        raise ImportUnreadable(
            gettext_noop("The mapping's part [{name}] is a list: write [[{name}]].").format(name=name)
        )
    return [part_of(kind, row, f"[[{name}]] {place}") for place, row in enumerate(rows, 1)]


def part_of[Part](kind: Callable[..., Part], data: Any, place: str) -> Part:
    """One part of a mapping as its dataclass; unknown, missing and mistyped words are named."""
    if not isinstance(data, dict):
        raise ImportUnreadable(gettext_noop("The mapping's {place} is not a table.").format(place=place))
    # Every kind is one of the dataclasses of this format; a class as a callable does not say so.
    by_name = {definition.name: definition for definition in fields(kind)}  # type: ignore[arg-type]
    for name, value in data.items():
        if name not in by_name:
            text = gettext_noop("The mapping's {place} has an unknown word “{name}”; it knows {listed}.")
            raise ImportUnreadable(text.format(place=place, name=name, listed=", ".join(by_name)))
        if not _fits_type(str(by_name[name].type), value):
            text = gettext_noop("The mapping's {place}: “{name}” should be {type}, not {value!r}.")
            raise ImportUnreadable(text.format(place=place, name=name, type=by_name[name].type, value=value))
    for name, definition in by_name.items():
        if name not in data and definition.default is MISSING and definition.default_factory is MISSING:
            raise ImportUnreadable(gettext_noop("The mapping's {place} lacks “{name}”.").format(place=place, name=name))
    return kind(**data)


def _fits_type(annotation: str, value: Any) -> bool:
    if annotation.startswith("list"):
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    if annotation.startswith("dict"):
        return isinstance(value, dict) and all(isinstance(item, str) for item in value.values())
    if annotation.startswith("float"):
        return isinstance(value, int | float) and not isinstance(value, bool)
    return type(value) is {"str": str, "int": int, "bool": bool}[annotation]


def _check_mapping(mapping: LogMapping) -> None:
    """What the parts say fits together; every mistake is named."""
    mistakes = MappingMistakes(mapping.source)
    check_structure(mapping, mistakes, owned_elsewhere=True)
    check_stage_pipelines(mapping.all_pipelines, mapping.stages, mistakes)
    work_check(mistakes, mapping.handoffs, mapping.handoff_rules, [part.key for part in mapping.departments])
    mistakes.one_of("opportunity", "owner_pick", mapping.opportunity.owner_pick, ("first", "last", "most"))
    mistakes.number("opportunity", "amount_default", mapping.opportunity.amount_default)
    log = mapping.log
    if log.end and log.end == log.time:
        mistakes.add("log", "end", log.end, gettext_noop("is the attribute of the time, too"))
    mistakes.delimiter("log", log.delimiter)
    mistakes.signs("log", mapping.signs)
    mistakes.time_formats("log", "time_format", [log.time_format] if log.time_format else [])
    if log.time_zone:
        mistakes.clock("log", log.time_zone)
    mistakes.refuse()
