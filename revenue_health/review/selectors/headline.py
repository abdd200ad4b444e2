"""The sentences on top of a review: made from shares and verdicts, and never saying more than the intervals allow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from departments.formats import MINUS, grouped, money_in_words
from revenue_health.contribution.core.comparison import Comparison, MoneyInterval, PartyKind, minor_units
from revenue_health.contribution.core.verdict import Verdict
from revenue_health.contribution.selectors.comparison.sentences import listed
from revenue_health.review.core.weekly_review import Headline

ON_PLAN = 0.005
"""A gap below this part of the plan is none to speak of (the model's materiality)."""
MOST = 0.5
"""`Explain most of it` is said only when even the ends of the intervals nearest to zero make more than this part, and
when what no department did (strategy, market, opening pipeline) did not move revenue further the same way."""
WATCHED = "sales"
"""The department the board looks at: when it cannot be distinguished from zero, that is said by name."""


@dataclass(frozen=True, kw_only=True)
class _Party:
    """A department that has a share."""

    key: str
    name: str
    verdict: Verdict
    share: MoneyInterval

    @property
    def amount(self) -> float:
        return self.share.amount

    @property
    def nearest(self) -> float:
        """The share at the end of its interval that is nearest to zero."""
        return min(abs(self.share.low), abs(self.share.high))


def headline(comparison: Comparison | None, *, label: str, currency: str, scoring: bool = False) -> Headline:
    """What a review says first: how far from plan, who explains it beyond doubt, and of whom that cannot be said."""
    if comparison is None and scoring:
        return Headline(message=f"{label} is being scored now; who moved it will be known in a minute or two.")
    if comparison is None:
        return Headline(message=f"{label} is not scored yet, so nothing can be said about who moved it.")
    gap, share = comparison.gap, comparison.gap_part
    sentences = [_gap_sentence(comparison, gap, share, currency)]
    parties = [
        _Party(key=party.key, name=party.name, verdict=party.verdict, share=party.share)
        for party in comparison.departments
        if party.share
    ]
    if not comparison.departments:
        return Headline(message=sentences[0], under=("No department has a share: nothing to compare with.",))
    sure = [party for party in parties if party.verdict in (Verdict.CONTRIBUTES, Verdict.CONTAMINATES)]
    unclear = [party for party in comparison.departments if party.verdict == Verdict.CANNOT_TELL]
    names = {party.key: party.name for party in unclear}
    under = []
    if not sure:
        sentences.append("No department’s share is distinguishable from zero.")
    else:
        largest_first = sorted(sure, key=lambda party: -abs(party.amount))
        along = [party for party in largest_first if (party.amount < 0) == (gap < 0)]
        against = [party for party in largest_first if party not in along]
        on_plan = share is None or abs(share) < ON_PLAN
        cause = _cause(along, gap, names, _other_parties(comparison, gap))
        # Whoever is beyond doubt moved revenue the other way.
        against_gap = f"No department {'contaminates' if gap < 0 else 'contributes'}{' beyond doubt' if names else ''}."
        sentences.append(_beneath(sure) if on_plan else cause or against_gap)
        under += [_with_amounts(side, currency) for side in (along, against) if side]
    if stretch := _stretch(comparison, gap, currency):
        under.append(stretch)
    if sure and len(unclear) > 1:
        under.append(f"Not distinguishable from zero: {listed(list(names.values()))}.")
    return Headline(message=" ".join(sentence for sentence in sentences if sentence), under=tuple(under))


def _gap_sentence(comparison: Comparison, gap: float, share: float | None, currency: str) -> str:
    when = " to date" if comparison.running else ""
    if share is None or abs(share) < ON_PLAN:
        where = "On plan" if comparison.planned else "On its baseline"
        return f"{where}{when}: {_money(comparison.actual, currency)} won."
    name = "plan" if comparison.planned else "its baseline"
    part = f"{MINUS if share < 0 else '+'}{grouped(abs(share) * 100)} %"
    side = "under" if gap < 0 else "over"
    return f"{_money(abs(gap), currency)} {side} {name}{when} ({part})."


def _other_parties(comparison: Comparison, gap: float) -> float:
    """How far the parties that are no department moved revenue the way the gap went."""
    others = (party for party in comparison.parties if party.kind != PartyKind.INTERNAL)
    amounts = [party.share.amount if party.share else 0.0 for party in others]
    return sum(abs(amount) for amount in amounts if (amount < 0) == (gap < 0))


def _cause(along: Sequence[_Party], gap: float, unclear: dict[str, str], others: float) -> str:
    if not along:
        return ""
    names = listed([party.name for party in along])
    several = len(along) > 1
    # Even if every share lay at the end of its interval that is nearest to zero.
    least = sum(party.nearest for party in along)
    if least > MOST * abs(gap) and sum(abs(party.amount) for party in along) > others:
        verb = f"explain{'' if several else 's'} most of it"
    elif gap < 0:
        verb = f"contaminate{'' if several else 's'}"
    else:
        verb = f"contribute{'' if several else 's'}"
    single = next(iter(unclear.values())) if len(unclear) == 1 else ""
    name = unclear.get(WATCHED, single)
    tail = f"; {_inside(name)} cannot be distinguished from zero" if name else ""
    return f"{names} {verb}{tail}."


def _beneath(sure: Sequence[_Party]) -> str:
    """On plan, there is no gap to explain, but there may be work that cancels out."""
    clauses = []
    for verdict, verb in ((Verdict.CONTAMINATES, "contaminate"), (Verdict.CONTRIBUTES, "contribute")):
        if names := [party.name for party in sure if party.verdict == verdict]:
            clauses.append(f"{listed(names)} {verb}{'' if len(names) > 1 else 's'}")
    return f"Beneath it, {' and '.join(clauses)}."


def _with_amounts(side: Sequence[_Party], currency: str) -> str:
    named = [
        f"{party.name} {_money(party.amount, currency)} "
        f"({_money(party.share.low, currency)} to {_money(party.share.high, currency)})"
        for party in side
    ]
    verb = "Contaminates" if side[0].amount < 0 else "Contributes"
    return f"{verb if len(side) == 1 else verb[:-1]}: {listed(named)}."


def _stretch(comparison: Comparison, gap: float, currency: str) -> str:
    """The plan beyond what the company has ever done, where even the careful end of it is most of the gap."""
    share = comparison.share_of(PartyKind.STRATEGY)
    if share is None or gap >= 0 or share.high >= 0:
        return ""
    stretch = f"The plan asks {_money(abs(share.amount), currency)} more than the company’s baseline (Strategy)"
    if abs(share.amount) > abs(gap):
        part = ", more than the whole gap"  # a part cannot be most of what it exceeds
    else:
        part = ", most of the gap" if -share.high > MOST * abs(gap) else ""
    # The fuller pipeline the period began with, where that is beyond doubt, offsets the stretch of the plan.
    opening = comparison.share_of(PartyKind.OPENING)
    back = opening and opening.low > 0 and f"; a fuller opening pipeline gave {_money(opening.amount, currency)} back"
    return f"{stretch}{part}{back or ''}."


def _money(amount: float, currency: str) -> str:
    return money_in_words(minor_units(amount), currency)


def _inside(name: str) -> str:
    """A name inside a sentence: `sales`, but `IT` and `Customer Service` stay."""
    return name.lower() if name.isalpha() and name.istitle() else name
