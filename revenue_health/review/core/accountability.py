"""The verdict as a value: who moved revenue, what it would have been, the details of sales, and the data behind it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from revenue_health.contribution.core.comparison import Comparison, MoneyInterval, PartyShare
from revenue_health.contribution.core.verdict import Verdict
from revenue_health.review.core.weekly_review import ForecastLine, Headline


@dataclass(frozen=True, kw_only=True)
class JudgedParty:
    """A party that has a share, and what its met baseline says about the plan in words; empty for nothing."""

    party: PartyShare
    share: MoneyInterval
    against_plan: str


class CutState(StrEnum):
    """How far a department's share is cut into its teams or people."""

    NONE = "none"
    ASKED = "asked"
    FAILED = "failed"
    DONE = "done"


@dataclass(frozen=True, kw_only=True)
class GroupShare:
    """The share of one team or person; `share` is None where there are too few deals to say anything."""

    name: str
    deals: float | None
    share: MoneyInterval | None
    verdict: Verdict
    reason: str


@dataclass(frozen=True, kw_only=True)
class DepartmentCut:
    """A department cut one way, `by` team or owner: the largest loss first, those with too few deals last."""

    by: str
    state: CutState = CutState.NONE
    error: str = ""
    groups: tuple[GroupShare, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SalesVerdict:
    """The department everybody looks at: what it did in words, and its cuts. fewest_deals: below, too few to say."""

    key: str
    name: str
    sentences: tuple[str, ...]
    fewest_deals: int
    cuts: tuple[DepartmentCut, ...]


@dataclass(frozen=True, kw_only=True)
class DataQuality:
    """Counts behind the verdicts of one period, and the parts they are of what there is, 0 to 1; None of nothing."""

    lost_count: int
    assumed_count: int
    events: int
    late_events: int
    deals: int
    without_source: int
    without_account: int
    assumed_share: float | None
    late_share: float | None
    without_source_share: float | None
    without_account_share: float | None
    lost_amount: int
    """Money lost in minor units, and of it what names no reason."""
    assumed_amount: int
    as_of: datetime


@dataclass(frozen=True, kw_only=True)
class Accountability:
    """One comparison, judged. method: version of the model. parties: the lowest share first."""

    comparison: Comparison
    currency: str
    method: int
    headline: Headline
    forecast: ForecastLine | None
    """Where the period lands, while it is running."""
    verdicts: tuple[str, ...]
    """What is said of each department and why, and how often the method may be wrong."""
    parties: tuple[JudgedParty, ...]
    unexplained_part: float | None
    """Unexplained as a part of actual revenue, 0 to 1; None where nothing was earned."""
    sales: SalesVerdict | None
    quality: DataQuality
    assumptions: tuple[str, ...]
