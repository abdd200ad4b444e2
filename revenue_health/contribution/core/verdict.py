"""The verdict: contributes, contaminates, or cannot tell, and why not. Its words are chosen where it is written."""

from dataclasses import dataclass
from enum import StrEnum

from departments.translation import gettext_noop
from revenue_health.contribution.core.intervals import Interval

MATERIALITY = 0.005
"""Shares below this part of the plan (or, without one, of the baseline's revenue) are nobody's business."""
FEWEST_DEALS = 30
"""Deals a department must have handed on, lost or brought in during the period before it is judged."""


UNCLEAR = "cannot tell: "
"""Prefix of the reason where no verdict is given."""


class Verdict(StrEnum):
    """The possible verdicts on a party."""

    CONTRIBUTES = "contributes"
    CONTAMINATES = "contaminates"
    CANNOT_TELL = "cannot tell"
    NOT_JUDGED = "not judged"
    """What is not a department gets no verdict, nor does a department whose work moved."""


class Impact(StrEnum):
    """The colour role of a share; also its class in stylesheets and its name in frozen packs."""

    GOOD = "good"
    BAD = "bad"
    SOFT = "soft"


MARKS = {Verdict.CONTRIBUTES: "▲", Verdict.CONTAMINATES: "▼", Verdict.CANNOT_TELL: "?", Verdict.NOT_JUDGED: ""}
"""The shape beside a verdict: it must be legible without colour."""
IMPACTS = {Verdict.CONTRIBUTES: Impact.GOOD, Verdict.CONTAMINATES: Impact.BAD}
"""Colour is for what is beyond doubt; any other verdict stays soft."""


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """A verdict and the sentence that explains it."""

    verdict: Verdict
    reason: str


def judge(
    *,
    share: Interval,
    scale: float,
    deals: float,
    replicates: int,
    in_baseline: bool = True,
    materiality: float = MATERIALITY,
    fewest_deals: int = FEWEST_DEALS,
) -> Judgement:
    """Judge one party.

    share: amount with its 90 % interval. scale: the plan, or the baseline's revenue without a plan. deals: number
    of the party's hand-ons, losses and entries in the period. in_baseline: the baseline holds anything to compare with.
    """
    if not in_baseline:
        return _cannot(gettext_noop("the baseline has nothing of this department to compare with"))
    if deals < fewest_deals:
        return _cannot(
            gettext_noop("only {deals:.0f} deals in the period, fewer than {fewest_deals}").format(
                deals=deals, fewest_deals=fewest_deals
            )
        )
    if replicates < 3:
        return _cannot(gettext_noop("too few groups of deals for an interval"))
    if share.low <= 0 <= share.high:
        return _cannot(gettext_noop("the interval includes zero"))
    if abs(share.value) <= materiality * abs(scale):
        return _cannot(gettext_noop("the share is below {materiality:.1%} of the plan").format(materiality=materiality))
    if share.value > 0:
        return Judgement(verdict=Verdict.CONTRIBUTES, reason=gettext_noop("the whole interval is above zero"))
    return Judgement(verdict=Verdict.CONTAMINATES, reason=gettext_noop("the whole interval is below zero"))


def _cannot(why: str) -> Judgement:
    return Judgement(verdict=Verdict.CANNOT_TELL, reason=f"{UNCLEAR}{why}")
