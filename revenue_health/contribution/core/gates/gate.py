"""What a gate says, and what is said of a party when all have spoken."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from departments.translation import gettext_noop
from revenue_health.contribution.core.verdict import UNCLEAR, Verdict


class GateName(StrEnum):
    """The gates in the order in which they are asked."""

    DATA = "data"
    INTERVAL = "interval"
    PLACEBO = "placebo"
    MULTIVERSE = "multiverse"
    RECORDS = "records"


@dataclass(frozen=True, kw_only=True)
class Gate:
    """One gate's answer. passed: None while it has not been checked. detail: what it saw, as a sentence without its
    full stop."""

    passed: bool | None
    detail: str


ALONE = gettext_noop("alone or only together with another, no record shows")
"""What no gate can answer: two that fail only together leave the same records as one that fails by itself."""
UNCHECKED = Gate(passed=None, detail=gettext_noop("not checked yet"))

type Gates = Mapping[GateName, Gate]


@dataclass(frozen=True, kw_only=True)
class Judged:
    """All that is said of one party beside its share.

    low, high: the simultaneous 90 % interval of the share, in its unit. tipping_point: the smallest part of the records
    (0 to 1) that would have to be wrong for the verdict to fall; None where no part would do, or nothing was judged.
    since: label of the earliest quarter from which on the share was there, None where it is new or not known.
    """

    verdict: Verdict
    reason: str
    low: float
    high: float
    gates: Gates
    tipping_point: float | None = None
    since: str | None = None


@dataclass(frozen=True, kw_only=True)
class PastCheck:
    """What the method says of the company's own past. margin: distance from zero, in money, that a whole interval must
    keep. quarters: earlier quarters that were read, None where they are not yet. cases: (quarter, department) pairs in
    them. named: of these, how many the interval alone would have named. most_named: how many all five gates would have
    named at most, None where that is not known."""

    margin: float
    quarters: int | None
    cases: int
    named: int
    most_named: int | None = None


def verdict_of(share: float, gates: Gates) -> tuple[Verdict, str]:
    """The verdict on a share and the sentence that explains it: all gates must have let it through."""
    for name in GateName:
        gate = gates.get(name, UNCHECKED)
        if gate.passed is False:
            return Verdict.CANNOT_TELL, f"{UNCLEAR}{gate.detail}"
    if any(gates.get(name, UNCHECKED).passed is None for name in GateName):
        return Verdict.CANNOT_TELL, UNCLEAR + gettext_noop("the share is clear, but its checks are not done yet")
    verdict = Verdict.CONTRIBUTES if share > 0 else Verdict.CONTAMINATES
    return verdict, f"{gettext_noop('all five gates are passed')}; {ALONE}"
