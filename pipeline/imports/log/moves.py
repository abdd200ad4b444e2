"""The history of one deal in a log: a row for each change of stage or amount."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from pipeline.imports.log.event_log import LogEvent
from pipeline.imports.log.mapping import LossPart, StagePart

LOST, WITHDRAWN = "lost", "withdrawn"


@dataclass(frozen=True, slots=True)
class Move:
    """One row of the history and the line of the event that made it."""

    at: datetime
    place: str
    amount: str
    reason: str
    actor: str
    line: int


class Moves:
    """Takes the events of one deal in the order of time."""

    def __init__(
        self,
        *,
        stages: dict[str, StagePart],
        losses: dict[str, LossPart],
        amount: Callable[[LogEvent], str],
        amount_default: str,
        counted: Counter[str],
    ) -> None:
        self.rows: list[Move] = []
        self.ended: datetime | None = None
        self._stages, self._losses, self._counted = stages, losses, counted
        self._amount_of, self._amount_default = amount, amount_default
        self._now: tuple[str, str] | None = None
        self._been: set[str] = set()
        self._final = False

    def add(self, activity: str, at: datetime, event: LogEvent, *, actor: str) -> bool:
        """Take an event in; False when the mapping has no stage and no loss for its activity."""
        stage, loss = self._stages.get(activity), self._losses.get(activity)
        if stage is None and loss is None:
            return False
        place = stage.key if stage else WITHDRAWN if loss and loss.withdrawn else LOST
        if stage and stage.once and stage.key in self._been:
            place = self._now[0] if self._now else place
        amount = self._amount_of(event) or (self._now[1] if self._now else self._amount_default)
        if self._final:
            self._count_after_final(place, amount)
            return True
        if self._now == (place, amount):
            return True
        self.rows.append(Move(at, place, amount, loss.reason if loss else "", actor, event.line))
        self._now = (place, amount)
        self._been.add(place)
        ends = stage.final if stage else True
        self.ended = at if ends else None
        self._final = stage.final if stage else bool(loss and (loss.final or loss.withdrawn))
        return True

    def _count_after_final(self, place: str, amount: str) -> None:
        if self._now and place != self._now[0]:
            self._counted["moves after a final stage are left out"] += 1
        elif self._now and amount != self._now[1]:
            self._counted["changes of the amount after a final stage are left out"] += 1
