"""The sentences on top of a review: made from shares and verdicts, and never saying more than the gates allow."""

from __future__ import annotations

from collections.abc import Sequence

from departments.formats import MINUS, grouped
from revenue_health.contribution.core.comparison import Comparison, PartyKind, PartyShare
from revenue_health.contribution.core.verdict import Verdict
from revenue_health.contribution.selectors.comparison.sentences import (
    largest_first,
    listed,
    money,
    nobody_named,
    past_sentence,
    verb_of,
    verdict_in_full,
    visible,
    who_does_what,
    without_verdict,
)
from revenue_health.review.core.weekly_review import Headline

ON_PLAN = 0.005
"""A gap below this part of the plan is none to speak of (the model's materiality)."""
MOST = 0.5
"""`Explain most of it` is said only when even the ends of the intervals nearest to zero make more than this part, and
when nothing cancels: all other parts of the gap, added without their signs, are smaller than the gap."""
WATCHED = "sales"
"""The department the board looks at: when it gets no verdict, that is said by name."""


def headline(comparison: Comparison | None, *, label: str, currency: str, scoring: bool = False) -> Headline:
    """What a review says first: how far from plan, which departments passed every gate, what would overturn that, of
    whom nothing can be said, and how often the method may be wrong."""
    if comparison is None and scoring:
        return Headline(message=f"{label} is being scored now; who moved it will be known in a minute or two.")
    if comparison is None:
        return Headline(message=f"{label} is not scored yet, so nothing can be said about who moved it.")
    gap, share = comparison.gap, comparison.gap_part
    sentence = _gap_sentence(comparison, gap, share, currency)
    if not comparison.departments:
        return Headline(message=sentence, under=("No department has a share: nothing to compare with.",))
    named = largest_first(party for party in comparison.departments if party.named)
    along = [party for party in named if (_amount(party) < 0) == (gap < 0)]
    against = [party for party in named if party not in along]
    if not named:
        cause = nobody_named(comparison.departments)
    elif share is None or abs(share) < ON_PLAN:
        cause = f"Beneath it, {' and '.join(who_does_what(named))}."
    else:
        cause = _cause(comparison, along, against, currency)
    under = [verdict_in_full(party, currency) for party in (*along, *against)]
    under += [_stretch(comparison, gap, currency), *without_verdict(comparison, currency), past_sentence(comparison)]
    return Headline(message=f"{sentence} {cause}", under=tuple(each for each in under if each))


def _gap_sentence(comparison: Comparison, gap: float, share: float | None, currency: str) -> str:
    when = " to date" if comparison.running else ""
    if share is None or abs(share) < ON_PLAN:
        where = "On plan" if comparison.planned else "On its baseline"
        return f"{where}{when}: {money(comparison.actual, currency)} won."
    name = "plan" if comparison.planned else "its baseline"
    part = f"{MINUS if share < 0 else '+'}{grouped(abs(share) * 100)} %"
    side = "under" if gap < 0 else "over"
    return f"{money(abs(gap), currency)} {side} {name}{when} ({part})."


def _amount(party: PartyShare) -> float:
    return party.share.amount if party.share else 0.0


def _cause(comparison: Comparison, along: Sequence[PartyShare], against: Sequence[PartyShare], currency: str) -> str:
    gap = comparison.gap
    if not along:
        verb = verb_of(Verdict.CONTAMINATES if gap < 0 else Verdict.CONTRIBUTES, 1)
        return f"No department clearly {verb}; {' and '.join(who_does_what(against))}."
    names, largest = listed([party.name for party in along]), money(_amount(along[0]), currency)
    if _explain_most(comparison, along, gap):
        clause = f"{names} explain{'' if len(along) > 1 else 's'} most of it"
    elif len(along) == 1:
        clause = f"The largest clear {'cost' if gap < 0 else 'gain'} is {along[0].name}’s: {largest}"
    else:
        verb = verb_of(along[0].judgement, len(along))
        clause = f"{names} {verb}; the largest of these shares is {along[0].name}’s: {largest}"
    return f"{clause}{_of_watched(comparison, currency)}."


def _explain_most(comparison: Comparison, along: Sequence[PartyShare], gap: float) -> bool:
    """Even at the careful ends of intervals that hold for all at once, and with nothing that cancels."""
    least = sum(min(abs(party.interval.low), abs(party.interval.high)) for party in along if party.interval)
    keys = {party.key for party in along}
    rest = sum(abs(_amount(party)) for party in comparison.parties if party.key not in keys)
    return least > MOST * abs(gap) and rest + abs(comparison.unexplained.amount) < abs(gap)


def _of_watched(comparison: Comparison, currency: str) -> str:
    unclear = [party for party in comparison.departments if party.judgement == Verdict.CANNOT_TELL]
    watched = [party for party in unclear if party.key == WATCHED] or (unclear if len(unclear) == 1 else [])
    if not watched:
        return ""
    margin = comparison.past.margin if comparison.past else 0.0
    return f"; of {_inside(watched[0].name)}, {visible(watched[0], currency, margin) or 'nothing can be said'}"


def _stretch(comparison: Comparison, gap: float, currency: str) -> str:
    """The plan beyond what the company has ever done, where even the careful end of it is most of the gap."""
    share = comparison.share_of(PartyKind.STRATEGY)
    if share is None or gap >= 0 or share.high >= 0:
        return ""
    stretch = f"The plan asks {money(abs(share.amount), currency)} more than the company’s baseline (Strategy)"
    if abs(share.amount) > abs(gap):
        part = ", more than the whole gap"  # a part cannot be most of what it exceeds
    else:
        part = ", most of the gap" if -share.high > MOST * abs(gap) else ""
    # The fuller pipeline the period began with, where that is clear, offsets the stretch of the plan.
    opening = comparison.share_of(PartyKind.OPENING)
    back = opening and opening.low > 0 and f"; a fuller opening pipeline gave {money(opening.amount, currency)} back"
    return f"{stretch}{part}{back or ''}."


def _inside(name: str) -> str:
    """A name inside a sentence: `sales`, but `IT` and `Customer Service` stay."""
    return name.lower() if name.isalpha() and name.istitle() else name
