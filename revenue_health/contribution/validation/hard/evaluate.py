"""What the product says of a simulated company: its bridge, and the verdicts its gates leave."""

from dataclasses import dataclass

from revenue_health.contribution.core.gates.company import GateFigures
from revenue_health.contribution.core.model.bridge import Bridge
from revenue_health.contribution.core.model.groups import bridges
from revenue_health.contribution.core.verdict import Verdict
from revenue_health.contribution.validation.hard.flows import PERIOD, Tables, groups_of, periods_of
from revenue_health.contribution.validation.hard.gates import gates_of

JUDGED = (Verdict.CONTRIBUTES, Verdict.CONTAMINATES)


@dataclass(frozen=True, kw_only=True)
class PartyVerdict:
    """What is said of one party. low, high: its own 90 % interval; all_low, all_high: that of all parties at once.
    since: the earlier quarter from which on it was so, None where it is new."""

    share: float
    low: float
    high: float
    all_low: float
    all_high: float
    verdict: str
    reason: str
    since: str | None = None

    @property
    def judged(self) -> bool:
        """Whether it is called a cause, for good or bad."""
        return self.verdict in JUDGED


@dataclass(frozen=True, kw_only=True)
class Verdicts:
    """What is said of a company: parties by key (departments and the market, `opening` too), in units of money."""

    parties: dict[str, PartyVerdict]
    actual: float
    baseline: float
    unexplained: float
    residual: float


def verdicts_of(tables: Tables, *, gated: bool = True) -> Verdicts:
    """The product's verdicts on the quarter against its default baseline, without a plan.

    gated: False takes each share's own interval for a verdict, in a small part of the time: it shows the shares, and
    what would be said if nothing stood between them and a verdict.
    """
    groups = groups_of(tables, periods_of(tables, PERIOD))
    named = {" by ".join(key): group for key, group in groups.items()}
    company = bridges(groups=named, target=None, factors=gated).company
    parties = _gated(company, gates_of(tables, company, groups)) if gated else _ungated(company)
    return Verdicts(
        parties=parties,
        actual=company.actual,
        baseline=company.baseline_revenue,
        unexplained=company.unexplained.value,
        residual=company.residual(),
    )


def _ungated(company: Bridge) -> dict[str, PartyVerdict]:
    return {
        party.key: PartyVerdict(
            share=party.share.value,
            low=party.share.low,
            high=party.share.high,
            all_low=party.share.low,
            all_high=party.share.high,
            verdict=str(party.judgement.verdict),
            reason=party.judgement.reason,
        )
        for party in company.parties
    }


def _gated(company: Bridge, gates: GateFigures) -> dict[str, PartyVerdict]:
    judged = gates.judgements.parties
    return {
        party.key: PartyVerdict(
            share=party.share.value,
            low=party.share.low,
            high=party.share.high,
            all_low=judged[party.key].low,
            all_high=judged[party.key].high,
            verdict=str(judged[party.key].verdict),
            reason=judged[party.key].reason,
            since=judged[party.key].since,
        )
        for party in company.parties
    }
