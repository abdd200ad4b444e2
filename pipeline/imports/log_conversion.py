"""An event log becomes a company folder, which is then loaded like any other."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from pipeline.imports.event_log import Case
from pipeline.imports.log_mapping import LogMapping, LossPart, StagePart
from pipeline.imports.log_work import WorkOfActivity
from pipeline.imports.problems import ImportUnreadable

LOST = "lost"
_HANDOFF_COLUMNS = (
    "key",
    "opportunity",
    "department",
    "kind",
    "requested_at",
    "started_at",
    "completed_at",
    "outcome",
    "assignee",
)


@dataclass
class LogReport:
    """What was read and what was left out, for the notes of the import."""

    cases: int = 0
    events: int = 0
    left_out: int = 0
    after_final: int = 0
    closed: int = 0
    skipped: int = 0
    unmapped: Counter[str] = field(default_factory=Counter)

    def notes(self) -> list[str]:
        notes = [f"The log holds {self.cases:,} cases with {self.events:,} events."]
        if self.unmapped:
            listed = ", ".join(f"{name} ({count:,})" for name, count in self.unmapped.most_common(40))
            notes.append(f"Activities the mapping does not use: {listed}.")
        for count, what in (
            (self.left_out, "cases never enter a stage and are left out"),
            (self.after_final, "moves after a final stage are left out"),
            (self.skipped, "starts or completions without a request are left out"),
            (self.closed, "hand-offs were still open when their deal ended and count as cancelled then"),
        ):
            if count:
                notes.append(f"{count:,} {what}.")
        return notes


def folder_from_log(cases: Iterable[Case], mapping: LogMapping, folder: Path) -> LogReport:
    """Write the company folder of a log, one case at a time."""
    structure_write(mapping, folder)
    report = LogReport()
    with ExitStack() as stack:
        writers = {
            name: csv.writer(stack.enter_context((folder / f"{name}.csv").open("w", encoding="utf-8", newline="")))
            for name in ("opportunities", "events", "handoffs")
        }
        writers["opportunities"].writerow(["key", "name", "pipeline", "owner", "team", "source", "currency", "segment"])
        writers["events"].writerow(["opportunity", "occurred_at", "stage", "amount", "reason", "actor"])
        writers["handoffs"].writerow(_HANDOFF_COLUMNS)
        reader = _CaseReader(mapping, report)
        for case in cases:
            rows = reader.read(case)
            for name, lines in rows.items():
                writers[name].writerows(lines)
    return report


def structure_write(mapping: LogMapping, folder: Path) -> None:
    """The small tables, straight from the mapping."""
    company, pipe = mapping.company, mapping.pipeline
    _table(
        folder / "company.csv",
        "name reporting_currency time_zone fiscal_year_start_month",
        [[company.name, company.reporting_currency, company.time_zone, company.fiscal_year_start_month]],
    )
    _table(folder / "departments.csv", "key name kind", [[d.key, d.name, d.kind] for d in mapping.departments])
    _table(folder / "pipelines.csv", "key name", [[pipe.key, pipe.name]])
    stages = [
        [pipe.key, s.key, s.name, place, s.owner, int(s.earns), "" if s.time_limit_days is None else s.time_limit_days]
        for place, s in enumerate(mapping.stages, 1)
    ]
    _table(folder / "stages.csv", "pipeline key name position owner_department earns time_limit_days", stages)
    for name, rows in (("loss_reasons", mapping.loss_reasons), ("sources", mapping.sources)):
        _table(folder / f"{name}.csv", "key name department", [[r.key, r.name, r.department] for r in rows])


def _table(path: Path, header: str, rows: list[list[Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows([header.split(), *rows])


class _CaseReader:
    """Turns one case after another into rows."""

    def __init__(self, mapping: LogMapping, report: LogReport) -> None:
        self._mapping, self._report = mapping, report
        self._stages = {activity: stage for stage in mapping.stages for activity in stage.activities}
        self._losses = {activity: loss for loss in mapping.losses for activity in loss.activities}
        self._work = {part.activity: part for part in mapping.handoffs}
        self._stage_transitions = {word.lower() for word in mapping.log.stage_transitions}
        self._key_attribute = mapping.log.case
        self._zone = mapping.zone

    def read(self, case: Case) -> dict[str, list[list[Any]]]:
        report, log = self._report, self._mapping.log
        report.cases += 1
        report.events += len(case.events)
        key = self._mapping.opportunity.key_prefix + case.attributes.get(self._key_attribute, "")
        # Stable: of equal stamps the file's order decides.
        timed = sorted(((self._at(event, key), event) for event in case.events), key=lambda pair: pair[0])
        work: dict[str, WorkOfActivity] = {}
        moves = _Moves(self, case, key)
        for at, event in timed:
            activity, transition = event.get(log.activity, ""), event.get(log.transition, "").lower()
            used = False
            if activity in self._work:
                items = work.setdefault(activity, WorkOfActivity(self._mapping.handoff_rules))
                used = items.add(transition, at, event.get(log.resource, ""))
            if not transition or transition in self._stage_transitions:
                used = moves.add(activity, at, event) or used
            if not used:
                report.unmapped[f"{activity} {transition}".strip()] += 1
        if not moves.rows:
            report.left_out += 1
            return {}
        return {
            "opportunities": [self._opportunity(case, key, [event for _, event in timed])],
            "events": moves.rows,
            "handoffs": self._handoffs(key, work, moves.ended),
        }

    def _at(self, event: dict[str, str], key: str) -> datetime:
        text = event.get(self._mapping.log.time, "")
        return self.instant(text, f"an event of case {key}")

    def instant(self, text: str, what: str) -> datetime:
        form = self._mapping.log.time_format
        try:
            at = datetime.strptime(text, form) if form else datetime.fromisoformat(text)  # noqa: DTZ007
        except ValueError:
            raise ImportUnreadable(f"The time “{text[:60]}” of {what} cannot be read; see time_format.") from None
        return at if at.tzinfo else at.replace(tzinfo=self._zone)

    def stage_of(self, activity: str) -> StagePart | None:
        return self._stages.get(activity)

    def loss_of(self, activity: str) -> LossPart | None:
        return self._losses.get(activity)

    def _opportunity(self, case: Case, key: str, events: list[dict[str, str]]) -> list[Any]:
        fields, pipeline = self._mapping.opportunity, self._mapping.pipeline

        def text(name: str) -> str:
            return next((value for event in events if (value := attribute(name, case, event))), "") if name else ""

        source = text(fields.source)
        currency = text(fields.currency_attribute) or fields.currency or self._mapping.company.reporting_currency
        return [
            key, text(fields.name), pipeline.key, self._owner(case, events), text(fields.team),
            fields.source_values.get(source, source), currency, text(fields.segment),
        ]  # fmt: skip

    def _owner(self, case: Case, events: list[dict[str, str]]) -> str:
        fields = self._mapping.opportunity
        if not fields.owner:
            return ""
        names = [
            name
            for event in events
            if (name := attribute(fields.owner, case, event)) and name not in fields.owner_ignore
        ]
        if not names:
            return ""
        if fields.owner_pick == "most":
            return Counter(names).most_common(1)[0][0]
        return names[0 if fields.owner_pick == "first" else -1]

    def _handoffs(self, key: str, work: dict[str, WorkOfActivity], ended: datetime | None) -> list[list[Any]]:
        rows: list[list[Any]] = []
        for activity, items in work.items():
            part = self._work[activity]
            self._report.skipped += items.skipped
            if ended is not None and self._mapping.handoff_rules.close_with_deal:
                self._report.closed += items.close(ended)
            for item in items.items:
                times = [item.requested, item.started, item.completed]
                rows.append(
                    [f"{key}-{len(rows) + 1}", key, part.department, part.kind or activity]
                    + [at.isoformat() if at else "" for at in times]
                    + [item.outcome, item.assignee]
                )
        return rows

    def count_after_final(self) -> None:
        self._report.after_final += 1

    @property
    def mapping(self) -> LogMapping:
        return self._mapping


def attribute(name: str, case: Case, event: dict[str, str]) -> str:
    """`case:x` of the case, `event:x` of the event, `x` of either."""
    if name in case.attributes or name in event:
        return case.attributes.get(name) or event.get(name, "")
    scope, _, bare = name.partition(":")
    if scope == "case":
        return case.attributes.get(bare, "")
    return event.get(bare, "") if scope == "event" else ""


class _Moves:
    """The history of one deal: a row for each change of stage or amount."""

    def __init__(self, reader: _CaseReader, case: Case, key: str) -> None:
        self.rows: list[list[Any]] = []
        self.ended: datetime | None = None
        self._reader, self._case, self._key = reader, case, key
        self._now: tuple[str, str] | None = None
        self._been: set[str] = set()
        self._final = False

    def add(self, activity: str, at: datetime, event: dict[str, str]) -> bool:
        """Take an event in; False when the mapping has no stage and no loss for its activity."""
        stage, loss = self._reader.stage_of(activity), self._reader.loss_of(activity)
        if stage is None and loss is None:
            return False
        place = stage.key if stage else LOST
        if stage and stage.once and stage.key in self._been:
            place = self._now[0] if self._now else place
        amount = self._amount(event)
        if self._final:
            if self._now and place != self._now[0]:
                self._reader.count_after_final()
            return True
        if self._now == (place, amount):
            return True
        if not self.rows:
            at = self._created(at)
        resource = event.get(self._reader.mapping.log.resource, "")
        self.rows.append([self._key, at.isoformat(), place, amount, loss.reason if loss else "", resource])
        self._now = (place, amount)
        self._been.add(place)
        ends = stage.final if stage else True
        self.ended = at if ends else None
        self._final = stage.final if stage else bool(loss and loss.final)
        return True

    def _amount(self, event: dict[str, str]) -> str:
        fields = self._reader.mapping.opportunity
        found = attribute(fields.amount, self._case, event) if fields.amount else ""
        return found or (self._now[1] if self._now else fields.amount_default)

    def _created(self, first: datetime) -> datetime:
        """The deal's own date of creation, where it has one before its first event."""
        name = self._reader.mapping.opportunity.created
        text = attribute(name, self._case, {}) if name else ""
        return min(first, self._reader.instant(text, f"case {self._key} ({name})")) if text else first
