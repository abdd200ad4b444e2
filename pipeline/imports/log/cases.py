"""One case of a log after another as a deal: its fields, its history and its hand-offs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from types import MappingProxyType

from departments.translation import gettext_noop
from pipeline.core.decimal_text import NotDecimal
from pipeline.imports.conversion.source_times import Moment, TimeReader, UnreadableTime
from pipeline.imports.log.amounts import CaseCurrency, number_text, parse_amount
from pipeline.imports.log.case_work import CaseWork, WorkDone, WorkReport, attribute
from pipeline.imports.log.event_log import Case, LogEvent, LogReading
from pipeline.imports.log.mapping import LogMapping, StagePart
from pipeline.imports.log.moves import Move, Moves, entries_by_transition

NOWHERE: Mapping[str, str] = MappingProxyType({})


@dataclass
class LogReport:
    """What was read and what was left out, for the notes of the import. `entries`: what the mapping calls
    `activity/transition` and the log has."""

    cases: int = 0
    events: int = 0
    deals: int = 0
    activities: Counter[str] = field(default_factory=Counter)
    entries: set[str] = field(default_factory=set)
    unmapped: Counter[str] = field(default_factory=Counter)
    counted: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class DealOfCase:
    """What a case becomes."""

    key: str
    line: int
    fields: list[str]
    moves: list[Move]
    work: list[WorkDone]


@dataclass(slots=True)
class _Timed:
    at: datetime
    event: LogEvent


class CaseReader:
    """Reads cases by a mapping. Values that cannot be understood become problems of the reading, with their line."""

    def __init__(
        self, mapping: LogMapping, reading: LogReading, report: LogReport, begun: Mapping[str, str] = NOWHERE
    ) -> None:
        """`begun`: the pipelines in which deals that are in already began, by their keys."""
        log = mapping.log
        self._mapping, self._reading, self._report, self._begun = mapping, reading, report, begun
        self._stages: dict[str, dict[str, StagePart]] = {}
        for stage in mapping.stages:
            for activity in stage.activities:
                self._stages.setdefault(activity, {})[stage.pipeline or mapping.pipeline.key] = stage
        self._losses = {activity: loss for loss in mapping.losses for activity in loss.activities}
        self._entries = entries_by_transition([*self._stages, *self._losses])
        self.work = WorkReport(report.counted)
        self._stage_transitions = {word.lower() for word in log.stage_transitions}
        self._lines: dict[str, int] = {}
        self._refused: set[tuple[int, str]] = set()
        self.times = TimeReader(mapping.zone, [log.time_format] if log.time_format else [])
        self.untimed: list[int] = []
        self.unnamed: list[int] = []

    def read(self, case: Case) -> DealOfCase | None:
        """The deal of a case; None when it never enters a stage or cannot be read."""
        report, log = self._report, self._mapping.log
        report.cases += 1
        report.events += len(case.events)
        name = case.attributes.get(log.case, "")
        key = self._mapping.opportunity.key_prefix + name
        self._check_key(name, key, case.line)
        timed = self._timed(case)
        currency = CaseCurrency(self._mapping)
        moves = Moves(
            stages=self._stages,
            losses=self._losses,
            amount=lambda event: self._amount(case, event, currency),
            amount_default=self._mapping.opportunity.amount_default,
            counted=report.counted,
        )
        work = CaseWork(case, self._mapping, self.work, self.moment, self._reading, self.times)
        for timed_event in timed:
            self._take(timed_event, moves, work)
        if not moves.rows:
            report.counted[gettext_noop("cases never enter a stage and are left out")] += 1
            return None
        report.deals += 1
        if self._mapping.opportunity.amount and not moves.valued:
            report.counted[gettext_noop("cases have no amount; they count with amount_default")] += 1
        events = [timed_event.event for timed_event in timed]
        history = self._since_created(case, events, moves.rows)
        own = self._mapping.pipeline.key
        pipeline = self._begun.get(key) or next((move.pipeline for move in history if move.pipeline), own)
        fields = self._fields(case, events, pipeline, currency)
        return DealOfCase(key, case.line, fields, history, work.done(moves.ended))

    def _take(self, timed_event: _Timed, moves: Moves, work: CaseWork) -> None:
        log, report, event = self._mapping.log, self._report, timed_event.event
        activity, transition = event.get(log.activity), event.get(log.transition).strip().lower()
        report.activities[activity] += 1
        used = work.add(activity, transition, timed_event.at, event)
        entry = self._entries.get((activity, transition), "")
        if entry:
            report.entries.add(entry)
        if entry or not transition or transition in self._stage_transitions:
            actor = event.get(log.resource)
            used = moves.add(entry or activity, timed_event.at, event, actor=actor) or used
        if not used:
            report.unmapped[f"{activity} {transition}".strip() or "(without activity)"] += 1

    def _check_key(self, name: str, key: str, line: int) -> None:
        reading, column = self._reading, self._mapping.log.case
        if not name:
            self.unnamed.append(line)
        elif key in self._lines:
            reading.refuse(
                line,
                column,
                name,
                gettext_noop("is already on line {lines}; a case is one deal").format(lines=self._lines[key]),
            )
        else:
            self._lines[key] = line

    def _timed(self, case: Case) -> list[_Timed]:
        """The events in order of time. Stable: of equal times, of days without a time, and in the hour that comes
        twice, the file's order decides, from its end where it has the newest first."""
        timed: list[_Timed] = []
        latest: dict[date, datetime] = {}
        clocked: set[date] = set()
        bare: list[date] = []
        events = self._readable(case)
        if self.times.newest_first([at for at, _ in events]):
            events.reverse()
            self._report.counted[gettext_noop("cases have their newest event first and are read from their end")] += (
                len(events) > 1
            )
        for moment, (_, event) in zip(self.times.in_order([at for at, _ in events]), events, strict=True):
            at = moment.at
            if moment.bare:
                at = max(at, latest.get(moment.day, at))
                bare.append(moment.day)
            else:
                clocked.add(moment.day)
            latest[moment.day] = max(at, latest.get(moment.day, at))
            timed.append(_Timed(at, event))
        self._report.counted[gettext_noop("events have a day without a time; they count from its start")] += len(bare)
        mixed = sum(day in clocked for day in bare)
        what = gettext_noop(
            "events have no time while others of their deal and day have one; the order of the file decides"
        )
        self._report.counted[what] += mixed
        return sorted(timed, key=lambda timed_event: timed_event.at)

    def _readable(self, case: Case) -> list[tuple[Moment, LogEvent]]:
        """The events that have a time, with it, as the file has them."""
        column, readable = self._mapping.log.time, []
        for event in case.events:
            if not (text := event.get(column).strip()):
                self.untimed.append(event.line)
            elif (moment := self.moment(text, column, event.line)) is not None:
                readable.append((moment, event))
        return readable

    def moment(self, text: str, column: str, line: int) -> Moment | None:
        """The moment a value means, or None and a problem."""
        try:
            return self.times.parse(text)
        except UnreadableTime as error:
            self._reading.refuse(line, column, text, str(error))
            return None

    def _amount(self, case: Case, event: LogEvent, currency: CaseCurrency) -> str:
        name = self._mapping.opportunity.amount
        text = attribute(name, case, event) if name else ""
        if not text.strip():
            return ""
        line = event.line if text == event.get(name.removeprefix("event:")) else case.line
        try:
            amount = parse_amount(number_text(text), self._mapping.signs)
        except NotDecimal as error:
            self._refuse_once(line, name, text, str(error))
            return ""
        currency.add(text, line)
        return amount

    def _refuse_once(self, line: int, column: str, value: str, reason: str) -> None:
        """A case's own amount is read once for each of its events, and is one problem."""
        if (line, column) not in self._refused:
            self._refused.add((line, column))
            self._reading.refuse(line, column, value, reason)

    def _since_created(self, case: Case, events: list[LogEvent], moves: list[Move]) -> list[Move]:
        """The first stage is entered when the deal was created, where that was before its first event."""
        name = self._mapping.opportunity.created
        text = _first_value(name, case, events).strip() if name else ""
        moment = self.moment(text, name, case.line) if text else None
        if moment is None:
            return moves
        first = moves[0]
        if moment.at > first.at and not (moment.bare and moment.day == first.at.astimezone(self._mapping.zone).date()):
            self._report.counted[
                gettext_noop("deals were created after their first event; they count from that event")
            ] += 1
        begin = min(first.at, moment.at, key=lambda at: at.astimezone(UTC))
        return [replace(first, at=begin), *moves[1:]]

    def _fields(self, case: Case, events: list[LogEvent], pipeline: str, currency: CaseCurrency) -> list[str]:
        fields = self._mapping.opportunity

        def text(name: str) -> str:
            return _first_value(name, case, events) if name else ""

        source = text(fields.source)
        money = currency.settle(text(fields.currency_attribute) or fields.currency)
        for line, amount, reason in money.problems:
            self._refuse_once(line, fields.amount, amount, reason)
        return [
            text(fields.name), pipeline, self._owner(case, events), text(fields.team),
            fields.source_values.get(source, source),
            money.code, text(fields.segment),
        ]  # fmt: skip

    def _owner(self, case: Case, events: list[LogEvent]) -> str:
        fields = self._mapping.opportunity
        if not fields.owner:
            return ""
        values = [attribute(fields.owner, case, event) for event in events]
        names = [name for name in values if name and name not in fields.owner_ignore]
        if not names:
            return ""
        if fields.owner_pick == "most":
            return Counter(names).most_common(1)[0][0]
        return names[0 if fields.owner_pick == "first" else -1]


def _first_value(name: str, case: Case, events: list[LogEvent]) -> str:
    return next((value for event in events if (value := attribute(name, case, event))), "")
