"""What a hard company is made of: its path from lead to customer, who loses what, and what may change when.

Days are counted from the first day of the period judged (day 0). Everything below is our own invention; no figure was
taken from a company that the method was tried on.
"""

from dataclasses import dataclass, field
from math import inf
from typing import Literal

DEPARTMENTS = ("marketing", "sales", "legal", "finance", "production", "service", "market")
"""In order of their ids, which begin at 1. The last one is external."""
STAGES = ("lead", "qualified", "solution", "contract", "won", "customer")
OWNERS = ("marketing", "sales", "sales", "sales", "production", "service")
EARNS = "won"
SOURCES = ("campaign", "outbound", "unknown")
SOURCE_DEPARTMENT = {"campaign": "marketing", "outbound": "sales", "unknown": None}
ENTRY_STEP = {"campaign": 0, "outbound": 1, "unknown": 0}
DEALS_A_DAY = {"campaign": 22.0, "outbound": 13.5, "unknown": 4.0}
HISTORY_DAYS = 1250
"""Simulated days before the period: three years to compare with, and a quarter in which the pipeline fills."""
PERIOD_DAYS = 92
OLD_CUSTOMERS = 17_000
"""Customers the company has when its history begins."""
REVISION_MEAN, REVISION_SD = -0.03, 0.08
"""Sales writes what was agreed when a deal is won: a relative change of the amount."""


@dataclass(frozen=True)
class Step:
    """Work of one department inside a stage. days: mean; chance: of deals that need it; asked: by a hand-off."""

    stage: str
    department: str
    days: float
    chance: float = 1.0
    asked: bool = False


STEPS = (
    Step("lead", "marketing", 8.0),
    Step("qualified", "sales", 11.0),
    Step("solution", "sales", 5.0),
    Step("solution", "production", 9.0, chance=0.8, asked=True),
    Step("solution", "sales", 3.0, chance=0.8),  # what came back from production: the same deals
    Step("contract", "sales", 4.0),
    Step("contract", "legal", 8.0, asked=True),
    Step("contract", "finance", 5.0, chance=0.7, asked=True),
    Step("won", "production", 13.0),
    Step("won", "service", 7.0, asked=True),
)
LOSSES = {
    "lead": {"marketing": 0.018, "sales": 0.005, "market": 0.007},
    "qualified": {"marketing": 0.005, "sales": 0.017, "market": 0.006},
    "solution": {"production": 0.006, "sales": 0.013, "market": 0.005},
    "contract": {"legal": 0.005, "finance": 0.004, "sales": 0.007, "market": 0.005},
    "won": {"production": 0.0015, "service": 0.0012},
    "customer": {"service": 0.00018, "market": 0.00008},
}
"""Losses a day by cause, for a deal in the stage; of the last stage, for as long as it is a customer."""

type What = Literal["pace", "loss", "demand", "size", "reviewers"]


@dataclass(frozen=True, kw_only=True)
class Change:
    """One thing that is different during `windows` of days, [from, until).

    who: departments whose doing it is; it happens in the worlds in which all of them changed, with nobody in every
    world (a season). what, factor: pace of work, hazard of losses, number or size of deals entering, reviewers of the
    queue. department: whose pace, or the cause of the losses; empty: everybody's. stages: empty: all. source: of the
    deals concerned; empty: all. of_new: concerns deals that entered within the windows, whenever.
    """

    who: tuple[str, ...]
    what: What
    factor: float
    department: str = ""
    stages: tuple[str, ...] = ()
    source: str = ""
    windows: tuple[tuple[float, float], ...] = ((0.0, inf),)
    of_new: bool = False


@dataclass(frozen=True, kw_only=True)
class Records:
    """How the books differ from what happened. Nobody's play: the truth is the same without.

    lies, lies_since: part of the losses for sales' reasons that is booked on others, from which day on. unlogged,
    unlogged_since: part of legal's hand-offs that is never logged. inflated: what sales adds to the amounts of deals it
    enters from day 0 on, taken back when they are won. moved: how the work in the stage `solution` went over to
    production on day 0: by hand-offs, or with the stage's owner.
    """

    lies: float = 0.0
    lies_since: float = 0.0
    unlogged: float = 0.0
    unlogged_since: float = 0.0
    inflated: float = 0.0
    moved: Literal["", "handoffs", "owner"] = ""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of hard company.

    changes, records: see there. truth_of: another kind with the same doings, whose truth it shares. scale: of demand
    and of the old customers. churn: factor on losses of customers. amount_mean, amount_sd: log-normal amounts (sd of
    the logarithm). reviewers: legal is a queue with so many; 0: everybody works on all deals at once. frailty: shape
    of the gamma that deals' loss hazards differ by; 0: they do not. slow_with_size: elasticity of the time to work on
    a deal in its amount. whale: one deal of this amount is lost for a reason of legal's. old_customers: at the start.
    stretch: everything takes so many times as long, losses included (no part of what the truth is known by).
    """

    name: str
    says: str
    changes: tuple[Change, ...] = ()
    records: Records = Records()
    truth_of: str = ""
    scale: float = 1.0
    churn: float = 1.0
    amount_mean: float = 7_000.0
    amount_sd: float = 0.8
    reviewers: int = 0
    frailty: float = 0.0
    slow_with_size: float = 0.0
    whale: float = 0.0
    old_customers: int = OLD_CUSTOMERS
    stretch: float = field(default=1.0, repr=False)

    @property
    def doers(self) -> tuple[str, ...]:
        """The departments whose doing changed, in order."""
        there = {name for change in self.changes for name in change.who}
        return tuple(name for name in DEPARTMENTS if name in there)

    def world(self, coalition: frozenset[str]) -> tuple[Change, ...]:
        """What is different when only these departments changed."""
        return tuple(change for change in self.changes if coalition.issuperset(change.who))
