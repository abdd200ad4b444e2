"""A comparison as a value: the revenue of a period against its plan and its baseline, and every party's share of it.

Amounts are the model's floats in units of the reporting currency. They are rounded to cents in one place, by
`minor_units` and `MoneyInterval.minor`: whoever rounds again, or rounds sums, misses the cent.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from departments.periods import Period
from revenue_health.contribution.core.gates.gate import GateName, Gates, PastCheck
from revenue_health.contribution.core.verdict import IMPACTS, MARKS, UNCLEAR, Impact, Verdict

MINOR_UNITS = 100
"""Cents of a unit of the reporting currency."""


class PartyKind(StrEnum):
    """Who a share belongs to: a department, or one of the parties that are no department."""

    INTERNAL = "internal"
    MARKET = "market"
    OPENING = "opening"
    STRATEGY = "strategy"


def minor_units(amount: float | None) -> int | None:
    """Units to cents, half to even; None for what is undefined or not finite."""
    return None if amount is None or not math.isfinite(amount) else round(amount * MINOR_UNITS)


@dataclass(frozen=True, kw_only=True)
class MinorInterval:
    """An amount with its 90 % interval in cents; an end is None where the model found none."""

    amount: int
    low: int | None
    high: int | None

    @property
    def half(self) -> int | None:
        """Half the width of the interval."""
        return None if self.low is None or self.high is None else (self.high - self.low) // 2


@dataclass(frozen=True, kw_only=True)
class MoneyInterval:
    """An amount with its 90 % interval as the model computed it; nan where it found none."""

    amount: float
    low: float
    high: float

    @property
    def minor(self) -> MinorInterval:
        """The same in cents, each figure rounded by itself. Raises ValueError for an amount that is not finite."""
        return MinorInterval(
            amount=round(self.amount * MINOR_UNITS), low=minor_units(self.low), high=minor_units(self.high)
        )


@dataclass(frozen=True, kw_only=True)
class LoadedStage:
    """A stage in which a department waits longer because more came: its name, and before and now the deals that arrived
    and that were handed on, a day, and that were waiting."""

    stage: str
    arrivals: tuple[float, float]
    hand_ons: tuple[float, float]
    queue: tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class PartyShare:
    """What one party moved revenue by: a department, the market, the opening pipeline or the strategy.

    share: None for the strategy without a plan. score: the share as percent of the plan (without one: of the
    baseline's revenue). switch: what the party's own play changed while all others played as they did.
    had_met_baseline: actual less that; both are None for the strategy, and in figures of releases that did not know
    them. factors: parts of the share by factor, None where it was not split. deals: hand-ons, losses and entries.
    simultaneous: the share with the interval that holds for all departments at once. gates: what each gate says of a
    verdict; None in figures of releases that had none, and where nobody is judged. tipping_point: part of the records
    (0 to 1) that would have to be wrong for the verdict to fall. pace, load: parts of waiting, the department's own and
    what others brought; None where they were not told apart. since: label of the first of the earlier quarters from
    which on the share was there. loads: stages in which the department waits longer because more came.
    """

    key: str
    name: str
    kind: PartyKind
    share: MoneyInterval | None
    score: float | None
    switch: MoneyInterval | None
    had_met_baseline: MoneyInterval | None
    verdict: Verdict
    reason: str
    factors: dict[str, float | None]
    deals: float | None
    simultaneous: MoneyInterval | None = None
    gates: Gates | None = None
    tipping_point: float | None = None
    pace: float | None = None
    load: float | None = None
    since: str | None = None
    loads: tuple[LoadedStage, ...] = ()

    @property
    def judgement(self) -> Verdict:
        """What is said of the party. The market, the opening pipeline and the strategy are no departments, whatever
        an earlier release said of them, and whoever failed a gate is not named."""
        if self.kind != PartyKind.INTERNAL:
            return Verdict.NOT_JUDGED
        failed = any(gate.passed is False for gate in (self.gates or {}).values())
        return Verdict.CANNOT_TELL if failed and self.verdict in IMPACTS else self.verdict

    @property
    def named(self) -> bool:
        """Whether the party is a department that contributes or contaminates."""
        return self.share is not None and self.judgement in IMPACTS

    @property
    def checking(self) -> bool:
        """Whether the slower gates have not spoken yet: nobody is named before they have."""
        gates = {name: gate.passed for name, gate in (self.gates or {}).items()}
        clear = self.judgement == Verdict.CANNOT_TELL and gates.get(GateName.INTERVAL)
        return bool(clear) and None in gates.values() and False not in gates.values()

    @property
    def interval(self) -> MoneyInterval | None:
        """The share with the interval that sentences quote: the one for all departments at once where it is known."""
        return self.simultaneous or self.share

    @property
    def impact(self) -> Impact:
        """The colour role of the verdict."""
        return IMPACTS.get(self.judgement, Impact.SOFT)

    @property
    def mark(self) -> str:
        """The shape beside the verdict."""
        return MARKS[self.judgement]

    @property
    def short_reason(self) -> str:
        """The reason where the verdict stands beside it already."""
        return self.reason.removeprefix(UNCLEAR)


@dataclass(frozen=True, kw_only=True)
class BridgeFigures:
    """The way from the plan to actual revenue, of the company or of one group of its deals.

    target: the plan to date, None without one: the bridge then starts at the baseline's revenue. modelled_actual: what
    the model makes of everybody as they were. strategy: the plan's stretch beyond the baseline, None without a plan.
    parties: departments first, as the model orders them, the strategy last.
    """

    target: float | None
    actual: float
    baseline_revenue: float
    modelled_actual: float
    parties: tuple[PartyShare, ...]
    strategy: float | None
    unexplained: MoneyInterval

    @property
    def planned(self) -> bool:
        """Whether there is a plan to start from."""
        return self.target is not None

    @property
    def start(self) -> float:
        """What the bridge starts from: the plan, without one the baseline's revenue."""
        return self.baseline_revenue if self.target is None else self.target

    @property
    def gap(self) -> float:
        """Actual less what the bridge starts from, in units; what is not finite counts as nothing."""
        start, actual = (value if math.isfinite(value) else 0.0 for value in (self.start, self.actual))
        return actual - start

    @property
    def gap_part(self) -> float | None:
        """The gap as a part of what the bridge starts from; None of nothing."""
        return self.gap / self.start if self.start and math.isfinite(self.start) else None

    def share_of(self, kind: PartyKind) -> MoneyInterval | None:
        """The share of the one party of a kind, such as the strategy; None where it has none."""
        return next((party.share for party in self.parties if party.kind == kind), None)

    @property
    def departments(self) -> tuple[PartyShare, ...]:
        """The parties that are departments."""
        return tuple(party for party in self.parties if party.kind == PartyKind.INTERNAL)

    @property
    def named(self) -> tuple[PartyShare, ...]:
        """The departments that passed every gate, the largest share in either direction first."""
        sized = [(abs(party.share.amount), party) for party in self.departments if party.named and party.share]
        return tuple(party for _, party in sorted(sized, key=lambda pair: -pair[0]))

    def party(self, key: str) -> PartyShare | None:
        """The party of that key, None where the comparison has none."""
        return next((party for party in self.parties if party.key == key), None)


@dataclass(frozen=True, kw_only=True)
class GroupComparison(BridgeFigures):
    """One group of deals (a segment, a team, an owner); `key` is empty for deals that name none."""

    key: str


@dataclass(frozen=True, kw_only=True)
class Comparison(BridgeFigures):
    """A period against its baseline (None: too little history), as known on the day `as_of`.

    running: the period is not over. target_period: the plan of the whole period. won, reversed: what was earned and
    what was taken back, whose difference is `actual`; None where they were not read. players: parties without the
    strategy. replicates: behind the intervals. baseline_rule: how the baseline was chosen, in words; empty in figures
    of earlier releases. reasons: what the reader must know. by: what `groups` were cut by, empty where they were not.
    past: what the method says of earlier quarters; None in figures of releases that did not ask.
    """

    period: Period
    baseline: Period | None
    baseline_rule: str = ""
    as_of: date
    running: bool
    target_period: float | None
    won: float | None = None
    reversed: float | None = None
    players: int
    replicates: int
    reasons: tuple[str, ...]
    by: str = ""
    groups: tuple[GroupComparison, ...] = ()
    past: PastCheck | None = None
