"""The mapping file of an event log: how activities become stages, losses and hand-offs. See docs/import.md."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pipeline.imports.problems import ImportUnreadable


@dataclass(frozen=True, kw_only=True)
class LogColumns:
    """Where a log keeps case, activity, time, life-cycle transition and resource; how its times are written."""

    case: str = "concept:name"
    activity: str = "concept:name"
    time: str = "time:timestamp"
    transition: str = "lifecycle:transition"
    resource: str = "org:resource"
    delimiter: str = ","
    time_format: str = ""
    time_zone: str = ""
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
    name: str
    reporting_currency: str
    time_zone: str
    fiscal_year_start_month: int = 1


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
    """A stage and what enters it. `final`: nothing moves a deal out again. `once`: entering again is no move."""

    key: str
    name: str
    owner: str
    activities: list[str] = field(default_factory=list)
    earns: bool = False
    time_limit_days: float | None = None
    final: bool = False
    once: bool = False


@dataclass(frozen=True, kw_only=True)
class LossPart:
    """Activities that lose a deal, for a reason if one is known. `final`: it cannot come back."""

    activities: list[str]
    reason: str = ""
    final: bool = False


@dataclass(frozen=True, kw_only=True)
class OwnedPart:
    """A loss reason or a source and the department it belongs to."""

    key: str
    name: str
    department: str


@dataclass(frozen=True, kw_only=True)
class HandOffPart:
    """A kind of work item and the department that does it."""

    activity: str
    department: str
    kind: str = ""


@dataclass(frozen=True, kw_only=True)
class HandOffRules:
    """Which transitions request, start and complete work, and what happens where they are missing or repeated.

    without_request: "start" (the first start or completion requests it) or "skip".
    repeat: "last" (start and complete again belongs to the same hand-off until the next request) or "each".
    close_with_deal: what is still open when its deal ends is cancelled then.
    """

    requested: list[str] = field(default_factory=lambda: ["schedule"])
    started: list[str] = field(default_factory=lambda: ["start", "resume"])
    completed: list[str] = field(default_factory=lambda: ["complete"])
    cancelled: list[str] = field(default_factory=lambda: ["withdraw", "ate_abort", "pi_abort"])
    without_request: str = "start"
    repeat: str = "last"
    close_with_deal: bool = True


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
}
_NEEDED = ("company", "departments", "pipeline", "stages")


def mapping_read(path: Path) -> LogMapping:
    """Read a mapping file; raises ImportUnreadable with the place of a mistake."""
    return mapping_parse(toml_read(path))


def toml_read(path: Path) -> dict[str, Any]:
    """A TOML file as plain values."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ImportUnreadable(f"The mapping {path} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ImportUnreadable(f"The mapping {path.name} is no TOML: {error}") from error


def mapping_parse(data: dict[str, Any]) -> LogMapping:
    """Check a mapping's words and types."""
    unknown = sorted(set(data) - set(_TABLES) - set(_LISTS))
    if unknown:
        raise ImportUnreadable(f"The mapping has an unknown part [{unknown[0]}].")
    for name in _NEEDED:
        if name not in data:
            raise ImportUnreadable(f"The mapping lacks its part [{name}].")
    parts: dict[str, Any] = {name: part_of(kind, data.get(name, {}), f"[{name}]") for name, kind in _TABLES.items()}
    for name, kind in _LISTS.items():
        rows = data.get(name, [])
        if not isinstance(rows, list):
            raise ImportUnreadable(f"The mapping's part [{name}] is a list: write [[{name}]].")
        parts[name] = [part_of(kind, row, f"[[{name}]] {place}") for place, row in enumerate(rows, 1)]
    mapping = LogMapping(**parts)
    _check(mapping)
    return mapping


def part_of[Part](kind: Callable[..., Part], data: Any, place: str) -> Part:
    """One part of a mapping as its dataclass; unknown, missing and mistyped words are named."""
    if not isinstance(data, dict):
        raise ImportUnreadable(f"The mapping's {place} is no table.")
    known = {one.name: one for one in fields(kind)}  # type: ignore[arg-type]
    for name, value in data.items():
        if name not in known:
            raise ImportUnreadable(f"The mapping's {place} has an unknown word “{name}”; it knows {', '.join(known)}.")
        if not _fits(str(known[name].type), value):
            raise ImportUnreadable(f"The mapping's {place}: “{name}” should be {known[name].type}, not {value!r}.")
    for name, one in known.items():
        if name not in data and one.default is MISSING and one.default_factory is MISSING:
            raise ImportUnreadable(f"The mapping's {place} lacks “{name}”.")
    return kind(**data)


def _fits(wanted: str, value: Any) -> bool:
    if wanted.startswith("list"):
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    if wanted.startswith("dict"):
        return isinstance(value, dict) and all(isinstance(item, str) for item in value.values())
    if wanted.startswith("float"):
        return isinstance(value, int | float) and not isinstance(value, bool)
    types: dict[str, type] = {"str": str, "int": int, "bool": bool}
    return type(value) is types[wanted]


def _check(mapping: LogMapping) -> None:
    """One activity means one thing; words of the rules are known; the time zone exists."""
    seen: dict[str, str] = {}
    for place, activities in [(f"stage {stage.key}", stage.activities) for stage in mapping.stages] + [
        ("a loss", loss.activities) for loss in mapping.losses
    ]:
        for activity in activities:
            if activity in seen:
                raise ImportUnreadable(f"The mapping says of activity “{activity}” both {seen[activity]} and {place}.")
            seen[activity] = place
    for word, value, allowed in (
        ("without_request", mapping.handoff_rules.without_request, ("start", "skip")),
        ("repeat", mapping.handoff_rules.repeat, ("last", "each")),
        ("owner_pick", mapping.opportunity.owner_pick, ("first", "last", "most")),
    ):
        if value not in allowed:
            raise ImportUnreadable(f"The mapping's “{word}” is one of {', '.join(allowed)}, not “{value}”.")
    if len(mapping.log.delimiter) != 1:
        raise ImportUnreadable("The mapping's “delimiter” is one character.")
    try:
        _ = mapping.zone
    except (KeyError, ValueError, OSError):
        raise ImportUnreadable("The mapping names no time zone of the IANA database, such as Europe/Berlin.") from None
