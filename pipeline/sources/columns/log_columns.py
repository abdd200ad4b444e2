"""The columns of an event log in a CSV file that hold its times and amounts: how they are read, and what is open; and
who does the work of a log."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count, takewhile
from typing import Any

from pipeline.imports.log.mapping import LogColumns
from pipeline.sources.columns.numbers import LAKH, SIGNS, signs_listed, signs_of, signs_written

_CASE = re.compile(
    r"^(case|deal|opportunity|application|process|trace)?(concept)?(id|name|key|no|nr|number)$|^case|^fall"
)
_ACTIVITY = re.compile(r"activit|^event$|eventname|^task|^step|vorgang$|aktivit|^tostage$|^stage(name)?$")
_TIME = re.compile(r"timestamp|^time|^date$|completetime|starttime|zeit|occurred|^at$|datum|^start(ed)?(at|on)?$")
_END = re.compile(
    r"^(complete|completed|completion|end|ended|finish|finished|stop)(at|on|date|time|timestamp)?$"
    r"|^(end|abschluss)(e|zeit|datum|zeitpunkt)$"
)
_RESOURCES = ("resource", "orgresource", "user", "owner", "bearbeiter")
_TRANSITIONS = ("lifecycletransition", "transition", "lifecycle")


def log_columns(columns: Mapping[str, dict[str, Any]], rows: int) -> LogColumns | None:
    """Where an event log in a CSV file has case, activity and time, and until when an activity ran; None for a list of
    one row a deal. `columns` by their bare names."""
    # A log has several rows a case.
    repeated = {
        name: c
        for name, c in columns.items()
        if c["kind"] in ("text", "number") and c["filled"] == rows > c["different"] * 1.2 and c["different"] > 1
    }
    case = next((c for name, c in repeated.items() if _CASE.search(name)), None)
    activity = next((c for name, c in columns.items() if _ACTIVITY.search(name) and c["different"] <= 500), None)
    dates = {name: c for name, c in columns.items() if c["kind"] == "date"}
    filled = {name: c for name, c in dates.items() if c["filled"] == rows}
    times = [c for name, c in filled.items() if _TIME.search(name) and not _END.search(name)]
    times += [c for name, c in filled.items() if not _END.search(name)] + list(filled.values())
    if case is None or activity is None or not times or case is activity:
        return None
    time, forms = times[0], times[0]["formats"]
    end = next((c for name, c in dates.items() if _END.search(name) and c is not time), None)
    # Both are read by one format.
    common = [form for form in forms if end is not None and form in end["formats"]]
    standard = LogColumns()
    return LogColumns(
        case=case["name"], activity=activity["name"], time=time["name"], delimiter=",",
        end=end["name"] if end is not None and (common or forms == end["formats"]) else "",
        time_format=next(iter(common or forms), ""),
        resource=next((columns[name]["name"] for name in _RESOURCES if name in columns), standard.resource),
        transition=next((columns[name]["name"] for name in _TRANSITIONS if name in columns), standard.transition),
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class GroupRow:
    """One value of the attribute that says which department does the work, its events, and that department."""

    value: str
    count: int
    department: str


@dataclass(frozen=True, kw_only=True)
class LogWork:
    """Until when activities ran, and by which attribute departments do their work. `several`: the mapping says it
    another way for each activity, which a form does not show."""

    end: str
    attribute: str
    groups: list[GroupRow]
    several: bool


def log_work(content: Mapping[str, Any], values: Mapping[str, Mapping[str, int]]) -> LogWork:
    """What the mapping of a log says of its work; `values` are those of the attributes of its events, with their
    events."""
    ways = [(row.get("department_attribute", ""), row.get("department_values", {})) for row in _work(content)]
    attribute, departments = ways[0] if ways else ("", {})
    counts = values.get(attribute.removeprefix("event:"), {}) if attribute else {}
    groups = [
        GroupRow(value=value, count=counts.get(value, 0), department=departments.get(value, ""))
        for value in dict.fromkeys([*counts, *departments])
        if value
    ]
    several = any(way != ways[0] for way in ways)
    end = content.get("log", {}).get("end", "")
    return LogWork(end=end, attribute=attribute, groups=groups, several=several)


def _work(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = content.get("handoffs", [])
    return rows


def work_posted(posted: Mapping[str, str], before: Mapping[str, Any], content: dict[str, Any]) -> None:
    """What a form says of the departments that do the work of a log: for every activity that is work the same. `before`
    is the mapping that the form showed."""
    shown = log_work(before, {})
    if "work-attribute" not in posted or shown.several:
        return
    attribute = posted["work-attribute"].strip()
    rows = takewhile(lambda place: f"group-{place}-value" in posted, count())
    chosen = {posted[f"group-{n}-value"]: posted.get(f"group-{n}-department", "") for n in rows}
    departments = {value: key for value, key in chosen.items() if key} if attribute == shown.attribute else {}
    for row in _work(content):
        row.pop("department_attribute", None)
        row.pop("department_values", None)
        row |= {"department_attribute": attribute} if attribute else {}
        row |= {"department_values": departments} if departments else {}


def amount_column(content: Mapping[str, Any], columns: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """The column that the mapping of a log names as the amount; None for a list, an XES log, or where there is none."""
    name = content.get("opportunity", {}).get("amount", "")
    return next((c for c in columns if c["name"] in (name, name.removeprefix("event:"))), None) if name else None


def activity_counts(
    content: Mapping[str, Any], activities: Sequence[Mapping[str, Any]], *, apart: bool
) -> dict[str, int]:
    """Events of each activity, and of each transition that the mapping gives a meaning of its own, as
    `activity/transition`; `apart`: of all, where an activity has several."""
    counts = {(row["activity"], row["transition"]): row["count"] for row in activities if row["transition"]}
    parts = [*content.get("stages", []), *content.get("losses", [])]
    split = {entry: entry.rpartition("/") for part in parts for entry in part["activities"]}
    listed: Counter[str] = Counter()
    for row in activities:
        listed[row["activity"]] += row["count"]
    listed |= {
        entry: counts[name, transition.lower()]
        for entry, (name, _, transition) in split.items()
        if (name, transition.lower()) in counts
    }
    several = Counter(name for name, _ in counts)
    meant = {(name, transition.lower()) for name, _, transition in split.values()}
    for (name, transition), number in counts.items() if apart else ():
        if several[name] > 1 and (name, transition) not in meant:
            listed[f"{name}/{transition}"] = number
    return listed


def times_open(content: Mapping[str, Any], columns: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The column of times where several formats read it as different days, and none was chosen."""
    log = content.get("log", {})
    if "opportunity" not in content or log.get("time_format"):
        return []
    return [c for c in columns if c["kind"] == "date" and c["name"] == log.get("time") and c["asks"]]


def numbers_open(content: Mapping[str, Any], columns: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The column of amounts where its numbers could be two different ones, and no sign was chosen."""
    column = amount_column(content, columns)
    if column is None or "decimal_sign" in content.get("log", {}) or column["kind"] != "number":
        return []
    return [column] if column["asks"] else []


def signs_draft(content: dict[str, Any], columns: Sequence[dict[str, Any]]) -> None:
    """Write the signs that read every amount into the mapping of a log, where there is one way to read them."""
    column = amount_column(content, columns)
    if column is not None and column["kind"] == "number" and column["signs"]:
        content.setdefault("log", {}).update(signs_written(signs_of(column["signs"])))


def log_posted(posted: Mapping[str, str], content: dict[str, Any]) -> None:
    """What a form says of the times and numbers of a log."""
    log = content.setdefault("log", {})
    if "log-end" in posted:
        log["end"] = posted["log-end"].strip()
    if chosen := [value for name, value in posted.items() if name.startswith("dates-") and value]:
        log["time_format"] = chosen[0]
    signs = next((signs for signs in SIGNS if "".join(signs_listed(signs)) == posted.get("signs")), None)
    if signs:
        log.pop(LAKH, None)
        log |= signs_written(signs)
