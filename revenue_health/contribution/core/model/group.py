"""The deals of one group, and all groups together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, reduce

from revenue_health.contribution.core.entry_amounts import EntryAmounts
from revenue_health.contribution.core.flows import FlowArrays
from revenue_health.contribution.core.model.interplay.inflation import Inflation, inflations_of
from revenue_health.contribution.core.model.interplay.load import Load, loads_of
from revenue_health.contribution.core.model.interplay.origins import BySpan, Excess, by_origin, excesses_of


@dataclass(frozen=True, kw_only=True)
class Group:
    """The deals of one group: flows of both spans (all groups share layout and steps), and its plan, if it has one.

    origin: key of the department whose sources the deals came from, '' where it is not known or not one. entries: what
    its deals were entered with and what was left of it, baseline and period; None where nobody knows. origins: of all
    groups together only, what was lost of each origin's deals.
    """

    baseline: FlowArrays
    period: FlowArrays
    target: float | None = None
    origin: str = ""
    entries: tuple[EntryAmounts, EntryAmounts] | None = None
    origins: dict[str, BySpan] = field(default_factory=dict)

    @cached_property
    def loads(self) -> tuple[Load, ...]:
        """Departments that wait because more came; of all groups together only."""
        return loads_of(self.baseline, self.period)

    @cached_property
    def excesses(self) -> tuple[Excess, ...]:
        """What one origin's deals lose beyond the others'; of all groups together only."""
        return excesses_of(self.period.layout, self.origins)

    @cached_property
    def inflations(self) -> tuple[Inflation, ...]:
        """Writers whose entry amounts are blown up; of all groups together only."""
        return inflations_of(self.entries, self.period)

    def in_fewer_buckets(self, buckets: int) -> "Group":
        """The same deals in fewer, larger buckets: faster, wider intervals. One bucket has no interval at all."""
        entries = self.entries
        return replace(
            self,
            baseline=self.baseline.in_fewer_buckets(buckets),
            period=self.period.in_fewer_buckets(buckets),
            entries=entries and (entries[0].in_fewer_buckets(buckets), entries[1].in_fewer_buckets(buckets)),
        )


def joined(groups: Sequence[Group], *, origin: str = "") -> Group:
    """Several groups as one, step by step; it has no plan. origin: of all their deals, '' where it is not one.

    Raises FlowError where groups differ in layout or steps.
    """
    return Group(
        baseline=reduce(FlowArrays.plus, (group.baseline for group in groups)),
        period=reduce(FlowArrays.plus, (group.period for group in groups)),
        origin=origin,
        entries=_entries_of(groups),
    )


def _entries_of(groups: Iterable[Group]) -> tuple[EntryAmounts, EntryAmounts] | None:
    entries = [group.entries for group in groups if group.entries]
    return reduce(lambda one, two: (one[0].plus(two[0]), one[1].plus(two[1])), entries) if entries else None


def whole_of(groups: Iterable[Group]) -> Group:
    """All groups together, the baseline as one step: what each of them leans on. It has no plan.

    Raises FlowError where groups differ in layout or steps.
    """
    every = list(groups)
    return Group(
        baseline=reduce(FlowArrays.plus, (group.baseline.sum_of_steps() for group in every)),
        period=reduce(FlowArrays.plus, (group.period for group in every)),
        entries=_entries_of(every),
        origins=by_origin((group.origin, group.baseline, group.period) for group in every),
    )
