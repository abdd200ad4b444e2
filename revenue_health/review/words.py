"""The sentences on top of a review: made from figures and verdicts, and never saying more than the intervals allow.

Pure: figures as `contributions_json` makes them go in, words come out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from departments.formats import MINUS, grouped, money_in_words
from revenue_health.contribution.selectors.comparison.sentences import listed, minor

type Json = dict[str, Any]

CONTRIBUTES, CONTAMINATES, CANNOT_TELL = "contributes", "contaminates", "cannot tell"
ON_PLAN = 0.005
"""A gap below this part of the plan is none to speak of (the model's materiality)."""
MOST = 0.5
"""`Explain most of it` is said only when even the ends of the intervals nearest to zero make more than this part, and
when what no department did (strategy, market, opening pipeline) did not move revenue further the same way."""
WATCHED = "sales"
"""The department the board looks at: when it cannot be told from zero, that is said by name."""


@dataclass(frozen=True, kw_only=True)
class Headline:
    """The largest text of the page, and the smaller sentences under it."""

    message: str
    under: tuple[str, ...] = ()


def headline(bridge: Json | None, *, label: str, currency: str, scoring: bool = False) -> Headline:
    """What a review says first: how far from plan, who explains it beyond doubt, and of whom that cannot be said."""
    if bridge is None and scoring:
        return Headline(message=f"{label} is being scored now; who moved it is known in a minute or two.")
    if bridge is None:
        return Headline(message=f"{label} is not scored yet, so nothing can be said of who moved it.")
    gap, share = _gap(bridge)
    sentences = [_gap_sentence(bridge, gap, share, currency)]
    under = []
    parties = [party for party in bridge["parties"] if party["kind"] == "internal"]
    sure = [party for party in parties if party["verdict"] in (CONTRIBUTES, CONTAMINATES)]
    unclear = [party for party in parties if party["verdict"] == CANNOT_TELL]
    if not parties:
        return Headline(message=sentences[0], under=("No department has a share: nothing to compare with.",))
    if not sure:
        sentences.append("No department’s share can be told from zero.")
    else:
        along, against = _sides(sure, gap)
        on_plan = share is None or abs(share) < ON_PLAN
        sentences.append(
            _beneath(sure) if on_plan else _cause(along, gap, unclear, _nobodys(bridge, gap)) or _nobody(unclear, gap)
        )
        under += [_with_amounts(side, currency) for side in (along, against) if side]
    if stretch := _stretch(bridge, gap, currency):
        under.append(stretch)
    if sure and len(unclear) > 1:
        under.append(f"Cannot be told from zero: {listed([party['name'] for party in unclear])}.")
    return Headline(message=" ".join(sentence for sentence in sentences if sentence), under=tuple(under))


def _gap(bridge: Json) -> tuple[float, float | None]:
    """Actual minus plan (or baseline), and as a part of it."""
    base = bridge["baseline_revenue"] if bridge["target"] is None else bridge["target"]
    gap = (bridge["actual"] or 0.0) - (base or 0.0)
    return gap, gap / base if base else None


def _gap_sentence(bridge: Json, gap: float, share: float | None, currency: str) -> str:
    when = " to date" if bridge["running"] else ""
    name = "its baseline" if bridge["target"] is None else "plan"
    if share is None or abs(share) < ON_PLAN:
        where = "on its baseline" if bridge["target"] is None else "on plan"
        return f"{_upper(where)}{when}: {_money(bridge['actual'], currency)} won."
    part = f"{MINUS if share < 0 else '+'}{grouped(abs(share) * 100)} %"
    side = "under" if gap < 0 else "over"
    return f"{_money(abs(gap), currency)} {side} {name}{when} ({part})."


def _sides(sure: list[Json], gap: float) -> tuple[list[Json], list[Json]]:
    """Who moved revenue the way the gap went, and who against it; the largest first."""
    order = sorted(sure, key=lambda party: -abs(party["amount"]))
    along = [party for party in order if (party["amount"] < 0) == (gap < 0)]
    return along, [party for party in order if party not in along]


def _nobodys(bridge: Json, gap: float) -> float:
    """How far the parties that are no department moved revenue the way the gap went."""
    amounts = [float(party["amount"] or 0.0) for party in bridge["parties"] if party["kind"] != "internal"]
    return sum(abs(amount) for amount in amounts if (amount < 0) == (gap < 0))


def _cause(along: list[Json], gap: float, unclear: list[Json], nobodys: float) -> str:
    if not along:
        return ""
    names = listed([party["name"] for party in along])
    several = len(along) > 1
    # Even if every share lay at the end of its interval that is nearest to zero.
    least = sum(min(abs(party["low"]), abs(party["high"])) for party in along)
    if least > MOST * abs(gap) and sum(abs(party["amount"]) for party in along) > nobodys:
        verb = f"explain{'' if several else 's'} most of it"
    elif gap < 0:
        verb = f"contaminate{'' if several else 's'}"
    else:
        verb = f"contribute{'' if several else 's'}"
    watched = next((party for party in unclear if party["key"] == WATCHED), None)
    name = watched["name"] if watched else unclear[0]["name"] if len(unclear) == 1 else ""
    tail = f"; {_inside(name)} cannot be told from zero" if name else ""
    return f"{names} {verb}{tail}."


def _beneath(sure: list[Json]) -> str:
    """On plan, there is no gap to explain, but there may be work that cancels out."""
    told = []
    for verdict, verb in ((CONTAMINATES, "contaminate"), (CONTRIBUTES, "contribute")):
        if names := [party["name"] for party in sure if party["verdict"] == verdict]:
            told.append(f"{listed(names)} {verb}{'' if len(names) > 1 else 's'}")
    return f"Beneath it, {' and '.join(told)}."


def _nobody(unclear: list[Json], gap: float) -> str:
    """Whoever is beyond doubt moved revenue the other way."""
    side = "contaminates" if gap < 0 else "contributes"
    but = " beyond doubt" if unclear else ""
    return f"No department {side}{but}."


def _with_amounts(side: Sequence[Json], currency: str) -> str:
    named = [
        f"{party['name']} {_money(party['amount'], currency)} "
        f"({_money(party['low'], currency)} to {_money(party['high'], currency)})"
        for party in side
    ]
    verb = "Contaminates" if side[0]["amount"] < 0 else "Contributes"
    return f"{verb if len(side) == 1 else verb[:-1]}: {listed(named)}."


def _stretch(bridge: Json, gap: float, currency: str) -> str:
    """The plan beyond what the company has ever done, where even the careful end of it is most of the gap."""
    party = next((one for one in bridge["parties"] if one["kind"] == "strategy"), None)
    if party is None or party["amount"] is None or gap >= 0 or party["high"] >= 0:
        return ""
    asked = f"The plan asks {_money(abs(party['amount']), currency)} more than the company’s baseline (Strategy)"
    if abs(party["amount"]) > abs(gap):
        part = ", more than the whole gap"  # a part cannot be most of what it exceeds
    else:
        part = ", most of the gap" if -party["high"] > MOST * abs(gap) else ""
    return f"{asked}{part}{_given_back(bridge, currency)}."


def _given_back(bridge: Json, currency: str) -> str:
    """The fuller pipeline the period began with, where that is beyond doubt: it offsets the stretch of the plan."""
    opening = next((one for one in bridge["parties"] if one["kind"] == "opening"), None)
    if opening is None or opening["amount"] is None or opening["low"] <= 0:
        return ""
    return f"; a fuller opening pipeline gave {_money(opening['amount'], currency)} back"


def _money(amount: float | None, currency: str) -> str:
    return money_in_words(minor(amount), currency)


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _inside(name: str) -> str:
    """A name inside a sentence: `sales`, but `IT` and `Customer Service` stay."""
    return name.lower() if name.isalpha() and name.istitle() else name
