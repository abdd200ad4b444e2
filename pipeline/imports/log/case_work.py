"""The work of one case as hand-offs: each activity by its rows, each hand-off with its department."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from departments.translation import gettext_noop
from pipeline.imports.conversion.source_times import Moment, TimeReader
from pipeline.imports.log.event_log import Case, LogEvent, LogReading
from pipeline.imports.log.mapping import LogMapping
from pipeline.imports.log.work import HandOffPart, WorkItem, WorkOfActivity

_NAMED_AT_MOST = 40


@dataclass(frozen=True)
class WorkDone:
    """One hand-off of a deal, with its department."""

    department: str
    kind: str
    item: WorkItem


@dataclass
class WorkReport:
    """What was assumed about hand-offs. `groups`: by attribute and what became of them, the values that the mapping
    gives no department, with their hand-offs."""

    counted: Counter[str]
    groups: dict[tuple[str, str], Counter[str]] = field(default_factory=dict)

    def notes(self) -> list[str]:
        """A sentence for each attribute that has values without a department."""
        return [_group_note(name, department, values) for (name, department), values in self.groups.items()]


class CaseWork:
    """Takes the rows of one case in the order of time."""

    def __init__(
        self, case: Case, mapping: LogMapping, report: WorkReport, moment: Callable[[str, str, int], Moment | None],
        reading: LogReading, times: TimeReader,
    ) -> None:  # fmt: skip
        self._case, self._mapping, self._report = case, mapping, report
        self._moment, self._reading, self._times = moment, reading, times
        self._parts = {part.activity: part for part in mapping.handoffs}
        self._departments = {part.key for part in mapping.departments}
        self._work: dict[str, WorkOfActivity] = {}

    def add(self, activity: str, transition: str, at: datetime, event: LogEvent) -> bool:
        """Take a row in; False where it is no work of the mapping."""
        part, log = self._parts.get(activity), self._mapping.log
        if part is None:
            return False
        work = self._work.setdefault(activity, WorkOfActivity(self._mapping.handoff_rules))
        actor = event.get(log.resource)
        group = attribute(part.department_attribute, self._case, event).strip() if part.department_attribute else ""
        ended = event.get(log.end).strip() if log.end else ""
        if log.end and work.spans(transition) and (ended or not transition):
            until = self._until(ended, at, event.line) if ended else None
            work.add_span(at, until, actor, line=event.line, group=group)
            return True
        return work.add(transition, at, actor, line=event.line, group=group)

    def _until(self, text: str, at: datetime, line: int) -> datetime:
        """When a row ended that began at `at`; refused where that was earlier, and then the start."""
        column = self._mapping.log.end
        moment = self._moment(text, column, line)
        if moment is None:
            return at
        begun = at.astimezone(self._mapping.zone)
        moment = self._times.in_order([Moment(at, begun.date(), bare=False), moment])[1]
        if moment.bare:
            what = gettext_noop("ends have a day without a time; they count from its start, or from the row's own time")
            self._report.counted[what] += 1
            if moment.day == begun.date():
                return max(at, moment.at)
        if moment.at < at:
            reason = gettext_noop("is before the time of its row, {begun}").format(
                begun=begun.isoformat(" ", "minutes")
            )
            self._reading.refuse(line, column, text, reason)
            return at
        return moment.at

    def done(self, ended: datetime | None) -> list[WorkDone]:
        """The hand-offs with a department; those still open when the deal ended are cancelled then."""
        counted, done = self._report.counted, []
        for activity, work in self._work.items():
            counted[gettext_noop("starts or completions without a request are left out")] += work.skipped
            what = gettext_noop(
                "hand-offs come from events without a life-cycle transition; they begin and end at that moment"
            )
            counted[what] += work.momentary
            what = gettext_noop("rows name another department than the first row of their hand-off, which counts")
            counted[what] += work.regrouped
            if ended is not None and self._mapping.handoff_rules.close_with_deal:
                what = gettext_noop("hand-offs were still open when their deal ended and count as cancelled then")
                counted[what] += work.close(ended)
            part = self._parts[activity]
            owned = [(self._department(part, item.group), item) for item in work.items]
            done += [WorkDone(department, part.kind or activity, item) for department, item in owned if department]
        return done

    def _department(self, part: HandOffPart, group: str) -> str:
        if not part.department_attribute:
            return part.department
        department = part.department_values.get(group, "") or (group if group in self._departments else "")
        if not department:
            unmapped = self._report.groups.setdefault((part.department_attribute, part.department), Counter())
            unmapped[group] += 1
        return department or part.department


def attribute(name: str, case: Case, event: LogEvent) -> str:
    """`case:x` of the case, `event:x` of the event, `x` of either."""
    if name in case.attributes or name in event.attributes:
        return case.attributes.get(name) or event.get(name)
    scope, _, bare = name.partition(":")
    if scope == "case":
        return case.attributes.get(bare, "")
    return event.get(bare) if scope == "event" else ""


def _group_note(name: str, department: str, values: Counter[str]) -> str:
    listed = ", ".join(
        f"{f'“{value}”' if value else gettext_noop('no value')} ({count:,})"
        for value, count in values.most_common(_NAMED_AT_MOST)
    )
    if more := len(values) - _NAMED_AT_MOST if len(values) > _NAMED_AT_MOST else 0:
        listed += gettext_noop(" and {more:,} more").format(more=more)
    if department:
        sentence = gettext_noop(
            "Hand-offs by {name} without a department in the mapping count for {department}: {listed}."
        )
        return sentence.format(name=name, department=department, listed=listed)
    sentence = gettext_noop("Hand-offs by {name} without a department in the mapping are left out: {listed}.")
    return sentence.format(name=name, listed=listed)
