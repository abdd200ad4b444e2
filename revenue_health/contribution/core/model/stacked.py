"""Groups of deals side by side: their rates one behind the other where replicates of one group would be.

Everything a game does is done replicate by replicate, so many small companies are solved as one in a fraction of the
time: what is spent on each array is spent once for all of them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from itertools import batched
from typing import Any

import numpy as np

from revenue_health.contribution.core.flows import Floats
from revenue_health.contribution.core.model.game import Game
from revenue_health.contribution.core.model.interplay.worlds import Interplay
from revenue_health.contribution.core.model.rates import RatePair, Rates

MOST = 64
"""Groups in one game: beyond, their arrays leave the processor's cache."""


def point_shares_of(pairs: Iterable[RatePair]) -> Floats:
    """Shares [P + 1] of the departments, the market and the opening pipeline, last, summed over the whole of several
    groups of one layout and period; in the unit of the amounts."""
    alike: dict[bytes, list[RatePair]] = {}
    for pair in pairs:
        alike.setdefault(_ties(pair.interplay), []).append(pair)
    games = (_stacked(part) for same in alike.values() for part in batched(same, MOST))
    return np.asarray(sum(Game(game).point_shares().sum(axis=0) for game in games))


def _ties(interplay: Interplay | None) -> bytes:
    """Who acts on whose factors: only groups in which that is the same are one game. Loads are of all groups."""
    return interplay.other.tobytes() if interplay else b""


def _stacked(pairs: Sequence[RatePair]) -> RatePair:
    first = pairs[0]
    both = [pair.interplay for pair in pairs if pair.interplay]
    return RatePair(
        baseline=_rates([pair.baseline for pair in pairs]),
        actual=_rates([pair.actual for pair in pairs]),
        interplay=first.interplay
        and replace(
            first.interplay, own=_rates([one.own for one in both]), others=_rates([one.others for one in both])
        ),
    )


def _rates(parts: Sequence[Rates]) -> Rates:
    """The wholes of several rates as replicates."""
    names = [field.name for field in fields(Rates) if field.name not in ("layout", "step_days")]
    stacks: dict[str, Any] = {name: np.concatenate([getattr(part, name)[:1] for part in parts]) for name in names}
    return replace(parts[0], **stacks)
