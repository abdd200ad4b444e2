"""The bridge step by step, in minor units: the one order, start and end, impact and mark for every picture of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from revenue_health.contribution.core.verdict import IMPACTS, MARKS, Impact, Verdict

STRATEGY = "strategy"
UNEXPLAINED = "unexplained"


@dataclass(frozen=True, kw_only=True)
class Share:
    """A party's share with its 90 % interval, in minor units."""

    key: str
    name: str
    verdict: Verdict
    amount: int
    low: int | None
    high: int | None


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of the bridge in minor units; it begins where the one before ended.

    low, high: the 90 % interval of `amount`; None for Unexplained, whose `verdict` is None as well.
    """

    key: str
    name: str
    start: int
    amount: int
    low: int | None = None
    high: int | None = None
    verdict: Verdict | None = None

    @property
    def end(self) -> int:
        return self.start + self.amount

    @property
    def half(self) -> int:
        """Half the width of the interval, 0 without one."""
        return 0 if self.low is None or self.high is None else (self.high - self.low) // 2

    @property
    def impact(self) -> Impact:
        return Impact.SOFT if self.verdict is None else IMPACTS.get(self.verdict, Impact.SOFT)

    @property
    def mark(self) -> str:
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


def build_steps(*, planned: bool, start: int, actual: int, shares: Iterable[Share]) -> BridgeSteps:
    """Strategy first, because what the plan adds to the baseline belongs next to the plan; then parties as they come.

    Unexplained is the remainder: rounded by itself it would miss actual by the cents that the shares round away.
    """
    at, steps = start, []
    for share in sorted(shares, key=lambda share: share.key != STRATEGY):
        steps.append(
            Step(
                key=share.key,
                name=share.name,
                start=at,
                amount=share.amount,
                low=share.low,
                high=share.high,
                verdict=share.verdict,
            )
        )
        at += share.amount
    rest = Step(key=UNEXPLAINED, name="Unexplained", start=at, amount=actual - at)
    return BridgeSteps(planned=planned, start=start, parties=tuple(steps), unexplained=rest, actual=actual)
