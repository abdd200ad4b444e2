"""What the slower gates saw of one department, as its page shows it: other ways to calculate, and earlier quarters."""

from __future__ import annotations

from dataclasses import dataclass

from departments.json_types import Json
from revenue_health.contribution.core.comparison import PartyShare, minor_units
from revenue_health.contribution.models import ScoreRun


@dataclass(frozen=True, kw_only=True)
class OtherWay:
    """One way to calculate: what it does otherwise, in words, and the share in cents. against: with the other sign."""

    name: str
    amount: int
    against: bool


@dataclass(frozen=True, kw_only=True)
class EarlierQuarter:
    """What the method says of an earlier quarter, in cents at the size of the one that is judged. begun: the share has
    been there since it or before."""

    label: str
    amount: int
    begun: bool


@dataclass(frozen=True, kw_only=True)
class PartyEvidence:
    """ways: the lowest share first. quarters: the oldest first. Empty where the gates had no need to look."""

    ways: tuple[OtherWay, ...] = ()
    quarters: tuple[EarlierQuarter, ...] = ()


def party_evidence(score_run: ScoreRun, party: PartyShare) -> PartyEvidence:
    """The evidence on a department that a score run keeps with its gates; none while they have not been asked."""
    gates: Json | None = score_run.gates
    if not gates or party.share is None:
        return PartyEvidence()
    sign = party.share.amount
    shares = [(way["name"], way["shares"].get(party.key, 0.0)) for way in gates["evidence"]["variants"]]
    ways = [
        OtherWay(name=name, amount=minor_units(share) or 0, against=share * sign <= 0)
        for name, share in sorted(shares, key=lambda pair: pair[1])
    ]
    return PartyEvidence(ways=tuple(ways), quarters=tuple(_quarters(gates, party)))


def _quarters(gates: Json, party: PartyShare) -> list[EarlierQuarter]:
    begun, quarters = False, []
    for quarter in gates["evidence"]["quarters"]:
        begun = begun or quarter["label"] == party.since
        amount = minor_units(quarter["parts"].get(party.key, 0.0) * gates["scale"]) or 0
        quarters.append(EarlierQuarter(label=quarter["label"], amount=amount, begun=begun))
    return quarters
