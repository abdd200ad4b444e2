"""The bridge step by step, in minor units: the one order, start and end, impact and mark for every picture of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from revenue_health.contribution.core.comparison import BridgeFigures, PartyKind, PartyShare, minor_units
from revenue_health.contribution.core.verdict import IMPACTS, MARKS, Impact, Verdict

UNEXPLAINED = "unexplained"


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of the bridge in minor units; it begins where the one before ended.

    low, high: the 90 % interval of `amount`, for all departments at once where it is known; None for Unexplained, whose
    `verdict` is None as well. nobodys: no department's doing, so never judged. reason: why a department has no verdict.
    """

    key: str
    name: str
    start: int
    amount: int
    low: int | None = None
    high: int | None = None
    verdict: Verdict | None = None
    nobodys: bool = False
    reason: str = ""

    @property
    def end(self) -> int:
        """Where it ends, so where the next one begins, in minor units."""
        return self.start + self.amount

    @property
    def half(self) -> int:
        """Half the width of the interval, 0 without one."""
        return 0 if self.low is None or self.high is None else (self.high - self.low) // 2

    @property
    def impact(self) -> Impact:
        """How it is coloured; soft where nothing can be said, as for Unexplained."""
        return Impact.SOFT if self.verdict is None else IMPACTS.get(self.verdict, Impact.SOFT)

    @property
    def mark(self) -> str:
        """The sign of its verdict, empty for Unexplained."""
        return "" if self.verdict is None else MARKS[self.verdict]


@dataclass(frozen=True, kw_only=True)
class BridgeSteps:
    """From the plan (without one: the baseline) to actual: `start` and all amounts add up to `actual` exactly."""

    planned: bool
    start: int
    parties: tuple[Step, ...]
    unexplained: Step
    actual: int

    @property
    def first(self) -> str:
        """What the bridge starts from."""
        return "Plan" if self.planned else "Baseline"

    @property
    def steps(self) -> tuple[Step, ...]:
        """Every step, Unexplained as the last."""
        return (*self.parties, self.unexplained)


def bridge_steps(comparison: BridgeFigures) -> BridgeSteps:
    """The steps of a comparison, or of one group of it."""
    return build_steps(
        planned=comparison.planned,
        start=minor_units(comparison.start) or 0,
        actual=minor_units(comparison.actual) or 0,
        parties=comparison.parties,
    )


def build_steps(*, planned: bool, start: int, actual: int, parties: Iterable[PartyShare]) -> BridgeSteps:
    """Strategy first, because what the plan adds to the baseline belongs next to the plan; then parties as they come.

    start, actual: in minor units. A party without a share has no step. Unexplained is the remainder: rounded by itself
    it would miss actual by the cents that the shares round away.
    """
    at, steps = start, []
    for party in sorted(parties, key=lambda party: party.kind != PartyKind.STRATEGY):
        if party.share is None:
            continue
        share = (party.interval or party.share).minor
        steps.append(
            Step(
                key=party.key,
                name=party.name,
                start=at,
                amount=share.amount,
                low=share.low,
                high=share.high,
                verdict=party.judgement,
                nobodys=party.kind != PartyKind.INTERNAL,
                reason="" if party.kind != PartyKind.INTERNAL or party.named else party.short_reason,
            )
        )
        at += share.amount
    rest = Step(key=UNEXPLAINED, name="Unexplained", start=at, amount=actual - at, nobodys=True)
    return BridgeSteps(planned=planned, start=start, parties=tuple(steps), unexplained=rest, actual=actual)
