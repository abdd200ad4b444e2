"""Work items of one activity of a case as hand-offs: what a mapping says of them, and from the transitions of the
activity to requests and their ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from departments.translation import gettext_noop
from pipeline.imports.conversion.mapping_checks import MappingMistakes, check_names, check_once


@dataclass(frozen=True, kw_only=True)
class HandOffPart:
    """A kind of work item and the department that does it.

    `department_attribute`: the attribute of the rows (a group, a line, a role) that says which department that is, by
    `department_values`; `department` is that of all other values, and without one they are left out.
    """

    activity: str
    department: str = ""
    kind: str = ""
    department_attribute: str = ""
    department_values: dict[str, str] = field(default_factory=dict)


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


def work_check(
    mistakes: MappingMistakes, parts: Sequence[HandOffPart], rules: HandOffRules, departments: Sequence[str]
) -> None:
    """What a mapping says of hand-offs fits together; every mistake is named."""
    check_names(mistakes, "handoffs", "department", parts, departments, "department")
    check_once(mistakes, "handoffs", "activity", [part.activity for part in parts])
    for place, part in enumerate(parts, 1):
        if not part.department and not part.department_attribute:
            mistakes.add("handoffs", "department", "", gettext_noop("is missing; name one, or an attribute"), place)
        if part.department_values and not part.department_attribute:
            reason = gettext_noop("is given without the attribute that has these values")
            mistakes.add("handoffs", "department_values", "", reason, place)
        for department in part.department_values.values():
            if department not in departments:
                listed = ", ".join(departments)
                reason = gettext_noop("is not a department of the mapping ({listed})").format(listed=listed)
                mistakes.add("handoffs", "department_values", department, reason, place)
    mistakes.one_of("handoff_rules", "without_request", rules.without_request, ("start", "skip"))
    mistakes.one_of("handoff_rules", "repeat", rules.repeat, ("last", "each"))


@dataclass(slots=True)
class WorkItem:
    """One hand-off in the making. `group`: what the attribute of the department says on its first row that has one."""

    requested: datetime
    started: datetime | None = None
    completed: datetime | None = None
    outcome: str = ""
    assignee: str = ""
    line: int = 0
    group: str = ""


class WorkOfActivity:
    """The work items of one activity in one case, fed row by row in time order.

    A request opens an item. A start begins the oldest item not begun; with none it resumes the last one (`repeat`
    "last") or is a request of its own. A completion ends the item being worked on, else the oldest open one. An event
    without a transition completes what is open; with nothing open it is a hand-off of that moment, since nobody can
    know since when the work was waiting. A row with a start and an end is one piece of work: that of the oldest item
    not begun, else one of its own.
    """

    def __init__(self, rules: HandOffRules) -> None:
        self.items: list[WorkItem] = []
        self.skipped = self.momentary = self.regrouped = 0
        self._rules = rules
        self._requested, self._started, self._completed, self._cancelled = (
            {transition.lower() for transition in transitions}
            for transitions in (rules.requested, rules.started, rules.completed, rules.cancelled)
        )
        self._line = 0
        self._running: WorkItem | None = None

    def add(self, transition: str, at: datetime, actor: str, *, line: int = 0, group: str = "") -> bool:
        """Take one transition in; False when it means nothing for hand-offs."""
        self._line = line
        if not transition:
            item = self._moment(at, actor)
        elif transition in self._requested:
            item = WorkItem(at, line=line)
            self.items.append(item)
        elif transition in self._started:
            item = self._start(at, actor)
        elif transition in self._completed:
            item = self._end(at, actor, "")
        elif transition in self._cancelled:
            item = self._end(at, actor, "cancelled")
        else:
            return False
        self._group(item, group)
        return True

    def spans(self, transition: str) -> bool:
        """Whether a row of this transition can be work that ran from its time to its end."""
        return not transition or transition in self._started or transition in self._completed

    def add_span(
        self, at: datetime, ended: datetime | None, actor: str, *, line: int = 0, group: str = ""
    ) -> None:  # fmt: skip
        """Take in a row of work that began at `at` and ended at `ended`; None where it still runs."""
        self._line = line
        item = self._waiting() or self._unrequested(at)
        if item is None:
            return
        item.started, item.completed = at, ended
        item.assignee = actor or item.assignee
        if ended is None:
            self._running = item
        self._group(item, group)

    def _group(self, item: WorkItem | None, group: str) -> None:
        if item is None or not group:
            return
        self.regrouped += item.group not in ("", group)
        item.group = item.group or group

    def _waiting(self) -> WorkItem | None:
        """The oldest item that nobody has begun."""
        return next((item for item in self.items if item.started is None and item.completed is None), None)

    def _moment(self, at: datetime, actor: str) -> WorkItem | None:
        if any(item.completed is None for item in self.items):
            return self._end(at, actor, "")
        self.momentary += 1
        item = WorkItem(at, started=at, completed=at, assignee=actor, line=self._line)
        self.items.append(item)
        return item

    def _start(self, at: datetime, actor: str) -> WorkItem | None:
        item = self._waiting()
        if item is None and self.items and (self._rules.repeat == "last" or self.items[-1].completed is None):
            item = self.items[-1]
        if item is None:
            item = self._unrequested(at)
        if item is None:
            return None
        item.started = item.started or at
        item.assignee = actor or item.assignee
        self._running = item
        return item

    def _end(self, at: datetime, actor: str, outcome: str) -> WorkItem | None:
        waiting = next((item for item in self.items if item.completed is None), None)
        item = self._running or waiting
        if item is None and self.items and self._rules.repeat == "last":
            item = self.items[-1]
        if item is None:
            item = self._unrequested(at)
        if item is None:
            return None
        item.completed, item.outcome = at, outcome
        item.assignee = actor or item.assignee
        self._running = None
        return item

    def _unrequested(self, at: datetime) -> WorkItem | None:
        if self._rules.without_request == "skip":
            self.skipped += 1
            return None
        item = WorkItem(at, line=self._line)
        self.items.append(item)
        return item

    def close(self, at: datetime) -> int:
        """Cancel what was requested before the deal ended and never completed; returns how many."""
        count = 0
        for item in self.items:
            if item.completed is None and item.requested <= at and (item.started is None or item.started <= at):
                item.completed, item.outcome = at, "cancelled"
                count += 1
        return count
