"""The history of one deal in a log: a row for each change of stage or amount."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from departments.translation import gettext_noop
from pipeline.imports.log.event_log import LogEvent
from pipeline.imports.log.mapping import LossPart, StagePart

LOST, WITHDRAWN = "lost", "withdrawn"
type StagesByPipeline = Mapping[str, StagePart]


@dataclass(frozen=True, slots=True)
class Move:
    """One row of the history and the line of the event that made it; `pipeline` is that of the stage."""

    at: datetime
    place: str
    amount: str
    reason: str
    actor: str
    line: int
    pipeline: str = ""


def entries_by_transition(entries: Iterable[str]) -> dict[tuple[str, str], str]:
    """Those of a mapping's activities that can be read as `activity/transition`, by these two, the transition in lower
    case."""
    split = ((entry.rpartition("/"), entry) for entry in entries)
    return {(activity, transition.lower()): entry for (activity, _, transition), entry in split if activity}


class Moves:
    """Takes the events of one deal in the order of time.

    `stages`: by activity, the stage it means in each pipeline. A stage of another pipeline takes the deal there; an
    activity that means a stage in several means that of the pipeline the deal is in, at first that of the first one.
    """

    def __init__(
        self,
        *,
        stages: Mapping[str, StagesByPipeline],
        losses: dict[str, LossPart],
        amount: Callable[[LogEvent], str],
        amount_default: str,
        counted: Counter[str],
    ) -> None:
        self.rows: list[Move] = []
        self.ended: datetime | None = None
        self.valued = False
        self._stages, self._losses, self._counted = stages, losses, counted
        self._amount_of, self._amount_default = amount, amount_default
        self._been: set[str] = set()
        self._pipeline = ""
        self._finished: set[str] = set()
        self._gone = False

    def add(self, activity: str, at: datetime, event: LogEvent, *, actor: str) -> bool:
        """Take an event in; False when the mapping has no stage and no loss for its activity."""
        pipeline, stage = self._stage(activity)
        loss = self._losses.get(activity)
        if stage is None and loss is None:
            return False
        last = self.rows[-1] if self.rows else None
        place = stage.key if stage else WITHDRAWN if loss and loss.withdrawn else LOST
        if stage and stage.once and stage.key in self._been and last:
            place, pipeline = last.place, last.pipeline
        own = self._amount_of(event)
        self.valued = self.valued or bool(own)
        amount = own or (last.amount if last else self._amount_default)
        if self._gone or (pipeline or self._pipeline) in self._finished:
            self._count_after_final(place, amount)
            return True
        if last and (last.place, last.amount) == (place, amount):
            return True
        reason = loss.reason if loss else ""
        self.rows.append(Move(at, place, amount, reason, actor, event.line, pipeline))
        self._been.add(place)
        self._pipeline = pipeline or self._pipeline
        self.ended = at if not stage or stage.final else None
        if stage and stage.final:
            self._finished.add(self._pipeline)
        self._gone = not stage and bool(loss and (loss.final or loss.withdrawn))
        return True

    def _stage(self, activity: str) -> tuple[str, StagePart | None]:
        """The stage of an activity, with its pipeline."""
        meant = self._stages.get(activity, {})
        pipeline = self._pipeline if self._pipeline in meant else next(iter(meant), "")
        return pipeline, meant.get(pipeline)

    def _count_after_final(self, place: str, amount: str) -> None:
        last = self.rows[-1]
        if place != last.place:
            self._counted[gettext_noop("moves after a final stage are left out")] += 1
        elif amount != last.amount:
            self._counted[gettext_noop("changes of the amount after a final stage are left out")] += 1
