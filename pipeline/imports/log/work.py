"""Work items of one case as hand-offs: from the life-cycle transitions of an activity to requests and their ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pipeline.imports.log.mapping import HandOffRules


@dataclass(slots=True)
class WorkItem:
    """One hand-off in the making."""

    requested: datetime
    started: datetime | None = None
    completed: datetime | None = None
    outcome: str = ""
    assignee: str = ""
    line: int = 0


class WorkOfActivity:
    """The work items of one activity in one case, fed transition by transition in time order.

    A request opens an item. A start begins the oldest item not begun; with none it resumes the last one (`repeat`
    "last") or is a request of its own. A completion ends the item being worked on, else the oldest open one. An event
    without a transition completes what is open; with nothing open it is a hand-off of that moment, since nobody can
    know since when the work was waiting.
    """

    def __init__(self, rules: HandOffRules) -> None:
        self.items: list[WorkItem] = []
        self.skipped = self.momentary = 0
        self._rules = rules
        self._requested, self._started, self._completed, self._cancelled = (
            {transition.lower() for transition in transitions}
            for transitions in (rules.requested, rules.started, rules.completed, rules.cancelled)
        )
        self._line = 0
        self._running: WorkItem | None = None

    def add(self, transition: str, at: datetime, actor: str, *, line: int = 0) -> bool:
        """Take one transition in; False when it means nothing for hand-offs."""
        self._line = line
        if not transition:
            self._moment(at, actor)
        elif transition in self._requested:
            self.items.append(WorkItem(at, line=line))
        elif transition in self._started:
            self._start(at, actor)
        elif transition in self._completed:
            self._end(at, actor, "")
        elif transition in self._cancelled:
            self._end(at, actor, "cancelled")
        else:
            return False
        return True

    def _moment(self, at: datetime, actor: str) -> None:
        if any(item.completed is None for item in self.items):
            self._end(at, actor, "")
            return
        self.momentary += 1
        self.items.append(WorkItem(at, started=at, completed=at, assignee=actor, line=self._line))

    def _start(self, at: datetime, actor: str) -> None:
        waiting = next((item for item in self.items if item.started is None and item.completed is None), None)
        item = waiting
        if item is None and self.items and (self._rules.repeat == "last" or self.items[-1].completed is None):
            item = self.items[-1]
        if item is None:
            item = self._unrequested(at)
        if item is None:
            return
        item.started = item.started or at
        item.assignee = actor or item.assignee
        self._running = item

    def _end(self, at: datetime, actor: str, outcome: str) -> None:
        waiting = next((item for item in self.items if item.completed is None), None)
        item = self._running or waiting
        if item is None and self.items and self._rules.repeat == "last":
            item = self.items[-1]
        if item is None:
            item = self._unrequested(at)
        if item is None:
            return
        item.completed, item.outcome = at, outcome
        item.assignee = actor or item.assignee
        self._running = None

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
