"""What a log holds, and a mapping to start from: guesses by names and order, meant to be edited."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from departments.translation import gettext_noop
from pipeline.imports.log.event_log import Case
from pipeline.imports.log.mapping import LogColumns
from pipeline.imports.problems import ImportUnreadable

_LOSES = re.compile(r"declin|cancel|reject|lost|abort|withdraw|den(y|ied)|refus|abgelehnt|storn", re.IGNORECASE)
_WINS = re.compile(r"approv|won\b|activat|regist|pay(ment)?\b|closed|gewonnen|accepted by customer", re.IGNORECASE)
_AMOUNT = re.compile(r"amount|value|price|betrag|bedrag", re.IGNORECASE)

MOST_VALUES = 60


@dataclass(frozen=True)
class LogSketch:
    """Activities with counts per transition, attribute names, the values of those of events that have few, with their
    events, and a mapping file's text."""

    activities: list[dict[str, Any]]
    attributes: dict[str, list[str]]
    mapping: str
    values: dict[str, dict[str, int]]


def log_sketch(cases: Iterable[Case], columns: LogColumns) -> LogSketch:
    """Read a whole log once and guess."""
    counts: Counter[tuple[str, str]] = Counter()
    places: defaultdict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    case_names: Counter[str] = Counter()
    event_names: Counter[str] = Counter()
    values: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for case in cases:
        case_names.update(case.attributes.keys())
        for place, event in enumerate(case.events):
            activity = event.get(columns.activity)
            counts[activity, event.get(columns.transition).lower()] += 1
            places[activity][0] += place / len(case.events)
            places[activity][1] += 1
            event_names.update(event.attributes.keys())
            for name, value in event.attributes.items():
                if len(values[name]) <= MOST_VALUES:  # one more shows that it has too many
                    values[name][value.strip()] += 1
    if not places:
        raise ImportUnreadable(gettext_noop("The log contains no events; export it again with its events."))
    order = sorted(places, key=lambda name: places[name][0] / places[name][1])
    activities = [
        {"activity": name, "transition": transition, "count": count}
        for name in order
        for (activity, transition), count in sorted(counts.items())
        if activity == name
    ]
    attributes = {"case": sorted(case_names), "event": sorted(event_names)}
    few = {name: dict(found.most_common()) for name, found in values.items() if len(found) <= MOST_VALUES}
    return LogSketch(activities, attributes, _mapping(order, counts, attributes, columns), few)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _key(name: str, taken: set[str]) -> str:
    base = re.sub(r"\W+", "_", name.lower()).strip("_")[:48] or "stage"
    key, number = base if base not in ("lost", "withdrawn") else f"{base}_stage", 2
    while key in taken:
        key, number = f"{base}_{number}", number + 1
    taken.add(key)
    return key


def _mapping(
    order: list[str], counts: Counter[tuple[str, str]], attributes: dict[str, list[str]], columns: LogColumns
) -> str:
    transitions: defaultdict[str, set[str]] = defaultdict(set)
    for activity, transition in counts:
        transitions[activity].add(transition)
    work = [name for name in order if transitions[name] & {"schedule", "start"}]
    steps = [name for name in order if name not in work]
    losses = [name for name in steps if _LOSES.search(name)]
    wins = [name for name in steps if _WINS.search(name) and name not in losses]
    lines = _head_lines(attributes, columns)
    taken: set[str] = set()
    for name in [step for step in steps if step not in losses and step not in wins] or work[:1]:
        lines += ["[[stages]]", f"key = {_quoted(_key(name, taken))}", f"name = {_quoted(name)}", 'owner = "sales"']
        lines += [f"activities = [{_quoted(name)}]", ""]
    listed = ", ".join(_quoted(name) for name in wins)
    lines += ["[[stages]]", f"key = {_quoted(_key('won', taken))}", 'name = "Won"', 'owner = "sales"']
    lines += [f"activities = [{listed}]", "earns = true", "final = true", ""]
    if losses:
        lines += ["[[losses]]", f"activities = [{', '.join(_quoted(name) for name in losses)}]", ""]
    for name in work:
        lines += ["[[handoffs]]", f"activity = {_quoted(name)}", 'department = "sales"', ""]
    return "\n".join(lines)


def _head_lines(attributes: dict[str, list[str]], columns: LogColumns) -> list[str]:
    amount = [f"case:{name.removeprefix('case:')}" for name in attributes["case"] if _AMOUNT.search(name)]
    amount += [f"event:{name}" for name in attributes["event"] if _AMOUNT.search(name)]
    lines = [
        "# A sketch: say who your departments are, merge and order the stages, and delete what is not a stage.",
        f"# Attributes of a case: {', '.join(attributes['case'])}",
        f"# Attributes of an event: {', '.join(attributes['event'])}",
        "",
        "[company]",
        'name = "My company"',
        'reporting_currency = "EUR"',
        'time_zone = "Europe/Berlin"',
        "",
        "[log]",
    ]
    default = LogColumns()
    lines += [
        f"{name} = {_quoted(getattr(columns, name))}"
        for name in ("case", "activity", "time", "end", "transition", "resource", "delimiter")
        if getattr(columns, name) != getattr(default, name)
    ]
    lines += ["", "[opportunity]"]
    if amount:
        lines.append(f"amount = {_quoted(amount[0])}")
    if columns.resource in attributes["event"]:
        lines.append(f"owner = {_quoted('event:' + columns.resource)}")
    lines += ["", "[pipeline]", 'key = "main"', 'name = "Main pipeline"', ""]
    return [*lines, "[[departments]]", 'key = "sales"', 'name = "Sales"', ""]
