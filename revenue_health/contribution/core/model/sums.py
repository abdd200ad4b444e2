"""What rates are taken from: flows summed over buckets of deals, for the replicates of one group or for many groups."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from revenue_health.contribution.core.flows import Floats, FlowArrays, Layout
from revenue_health.contribution.core.intervals import replicated
from revenue_health.contribution.core.model import hazards

_FLOWS = ("held", "handed_on", "lost", "revalued", "entered", "taken_back", "opening")


@dataclass(frozen=True, kw_only=True)
class Sums:
    """Sums [R, W, ...] of the flows of the same name by step, [R, ...] of routed and opening; count [R, J]: hand-ons.

    apart: whether each row is a group of its own; else they are replicates of one group, whose first row is the whole.
    """

    layout: Layout
    step_days: Floats
    held: Floats
    handed_on: Floats
    routed: Floats
    lost: Floats
    revalued: Floats
    entered: Floats
    taken_back: Floats
    opening: Floats
    count: Floats
    apart: bool = False

    @property
    def days(self) -> float:
        """Length of the span."""
        return float(self.step_days.sum())

    @cached_property
    def ever_held(self) -> NDArray[np.bool_]:
        """bool[R, J]: whether anything was ever held in a custody; replicates of one group say what their whole
        says, [1, J]."""
        rows = self.held if self.apart else self.held[:1]
        return np.asarray(rows.any(axis=(1, 3)))

    def plus(self, other: "Sums", weight: float) -> "Sums":
        """With the one row of other sums added to each row, `weight` times."""
        names = (*_FLOWS, "routed", "count")
        mixed = {name: getattr(self, name) + weight * getattr(other, name) for name in names}
        return replace(self, **mixed)

    def floored(self) -> "Sums":
        """Holds that took no measurable time count as held for an hour, for hand-ons and losses alike."""
        held = self.held.copy()
        held[..., 0] = np.maximum(held[..., 0], self.handed_on[..., 0] / hazards.FASTEST)
        return replace(self, held=held)


def sums_of(flows: FlowArrays) -> Sums:
    """The whole of one group and its replicates."""
    sums: dict[str, Any] = {name: replicated(getattr(flows, name)) for name in _FLOWS}
    return Sums(
        layout=flows.layout,
        step_days=flows.step_days,
        routed=replicated(flows.routed.sum(axis=1)),
        count=replicated(flows.handed_on_count.sum(axis=1)),
        **sums,
    ).floored()


def sums_apart(groups: Sequence[FlowArrays], *, in_one_step: bool = False) -> Sums:
    """The wholes of several groups of one layout and steps, a row each, not floored yet. in_one_step: as if the span
    had a single step."""
    first = groups[0]

    def rows(name: str) -> Floats:
        sums = np.stack([getattr(flows, name).sum(axis=0) for flows in groups])
        return sums.sum(axis=1, keepdims=True) if in_one_step and name != "opening" else sums

    sums: dict[str, Any] = {name: rows(name) for name in _FLOWS}
    return Sums(
        layout=first.layout,
        step_days=first.step_days.sum(keepdims=True) if in_one_step else first.step_days,
        routed=rows("routed").sum(axis=1),
        count=rows("handed_on_count").sum(axis=1),
        apart=True,
        **sums,
    )
