"""What the simulation writes down: events and hand-offs, as columns collected piece by piece."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from pipeline.generator.worktime import Floats, Ints

LOST = -1  # stage number of a lost event
NO_REASON = -1
OUTCOMES = ("", "approved", "returned", "rejected", "cancelled")
OPEN, APPROVED, RETURNED, REJECTED, CANCELLED = range(5)

Columns = dict[str, npt.NDArray[np.generic]]


@dataclass(slots=True)
class Requests:
    """Hand-offs of one stage visit group; `row` numbers the deal within the group. Instants: working seconds."""

    kind: int
    department: str
    row: Ints
    requested: Floats
    started: Floats
    completed: Floats
    due: Floats
    outcome: Ints


@dataclass(slots=True)
class Ledger:
    """Events and hand-offs before the cutoff; later ones never happened yet."""

    cutoff: float
    events: list[Columns] = field(default_factory=list)
    handoffs: list[Columns] = field(default_factory=list)

    def event(
        self, *, deals: Ints, at: Floats, stage: int | Ints, amount: Ints, close: Ints, reason: int | Ints = NO_REASON,
        revenue: int | Ints = 0,
    ) -> None:  # fmt: skip
        """Add events; `revenue` is +1 where the amount is earned by it, -1 where it is lost again."""
        happened = at < self.cutoff
        columns = {"deal": deals, "at": at, "stage": stage, "amount": amount, "close": close, "reason": reason}
        self._add(self.events, columns | {"revenue": revenue}, happened)

    def requests(self, *, deals: Ints, requests: Requests) -> None:
        """Add hand-offs of these deals; what lies after the cutoff is not known: open, or not started."""
        happened = requests.requested < self.cutoff
        completed = np.where(requests.completed < self.cutoff, requests.completed, np.nan)
        columns = {
            "deal": deals[requests.row],
            "kind": requests.kind,
            "requested": requests.requested,
            "started": np.where(requests.started < self.cutoff, requests.started, np.nan),
            "completed": completed,
            "due": requests.due,
            "outcome": np.where(np.isnan(completed), OPEN, requests.outcome),
        }
        self._add(self.handoffs, columns, happened)

    def _add(self, rows: list[Columns], columns: Mapping[str, object], happened: npt.NDArray[np.bool_]) -> None:
        if happened.any():
            whole = {name: np.broadcast_to(np.asarray(column), happened.shape) for name, column in columns.items()}
            rows.append({name: column[happened] for name, column in whole.items()})


def joined(rows: list[Columns], *, by: tuple[str, str]) -> Columns:
    """All pieces as one set of columns, sorted by two of them, ties in the order they were written down."""
    if not rows:
        return {}
    columns: Columns = {name: np.concatenate([piece[name] for piece in rows]) for name in rows[0]}
    # lexsort takes the most important key last.
    order = np.lexsort((columns[by[1]], columns[by[0]]))
    return {name: column[order] for name, column in columns.items()}
