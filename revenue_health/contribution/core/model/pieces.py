"""Where in a department's work its share comes from: the same switch, one stage and one factor at a time.

The share itself is an average over all coalitions. A piece is simpler: the revenue that would be missing (or gained)
had only this department, in this stage, in this factor, been as in the baseline, everyone else as they were. Pieces
rank the evidence; their sum is close to the share but is not it (they leave out what factors do together).
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from revenue_health.contribution.core.model.rates import RatePair, Rates
from revenue_health.contribution.core.model.revenue import everyone, revenue
from revenue_health.contribution.core.solver.backward import FACTORS


@dataclass(frozen=True, kw_only=True)
class Piece:
    """Effect on the period's revenue of one (party, stage, factor); before and after: its rate in the two spans.

    The rate is, by factor: mean amount a day entering (demand), hand-ons over what the baseline's hazards expected
    (waiting; before is 1), amount lost per amount-day (losses), revalued by the party per amount-day (value). Routing
    has no single rate: None.
    """

    party: str
    stage: str
    factor: str
    effect: float
    before: float | None
    after: float | None


def pieces(pair: RatePair) -> tuple[Piece, ...]:
    """All pieces that moved, the largest effect first, in the unit of the amounts; without replicates.

    Effect: revenue as it was less revenue with this one piece as in the baseline, so positive is money gained. One pass
    answers all pieces; a piece whose rates are equal in both spans is left out.
    """
    before, now = pair.baseline.whole(), pair.actual.whole()
    layout, worlds, moved = now.layout, [now], []
    for player, party in enumerate(layout.players):
        for stage, key in enumerate(layout.stages):
            for factor in FACTORS:
                switched, rates = _switched(before, now, player, stage, factor)
                if switched is not None:
                    worlds.append(switched)
                    moved.append((party, key, factor, *rates))
    choice = np.concatenate([everyone(layout, index) for index in range(len(worlds))])
    values = revenue(worlds, choice)[0]
    parts = (
        Piece(party=party, stage=key, factor=factor, effect=float(values[0] - value), before=early, after=late)
        for (party, key, factor, early, late), value in zip(moved, values[1:], strict=True)
    )
    return tuple(sorted(parts, key=lambda piece: -abs(piece.effect)))


def _switched(
    before: Rates, now: Rates, player: int, stage: int, factor: str
) -> tuple[Rates | None, tuple[float | None, float | None]]:
    """The period's rates with one piece as in the baseline (None if it is the same), and the rate before and now."""
    own = np.flatnonzero((now.layout.player_of == player) & (now.layout.stage_of == stage))
    here = np.flatnonzero(now.layout.stage_of == stage)
    every = slice(None)
    arrays: dict[str, tuple[tuple[str, tuple[Any, ...]], ...]] = {
        "demand": (("demand", (every, here, player)),),
        "waiting": tuple((name, (every, own)) for name in ("fresh", "old", "speed")),
        "losses": (("loss", (every, stage, player)),),
        "value": (("growth", (every, here, player)),),
        "routing": (("routing", (every, own)),),
    }
    rates: tuple[float | None, float | None] = (None, None)
    moved = {}
    for name, where in arrays[factor]:
        old, new = getattr(before, name), getattr(now, name).copy()
        if new[where].size and not np.array_equal(old[where], new[where]):
            rates = _rates(old[where], new[where], factor)
            new[where] = old[where]
            moved[name] = new
    if factor == "waiting" and moved:
        rates = (1.0, float(now.pace[0, own].mean()))
    return (replace(now, **moved) if moved else None), rates


def _rates(old: np.ndarray, new: np.ndarray, factor: str) -> tuple[float | None, float | None]:
    if factor == "routing":
        return None, None
    scale = old.shape[1] if factor == "demand" else 1
    return float(old.mean() * scale), float(new.mean() * scale)
