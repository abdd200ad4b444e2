"""Groups of deals side by side: each a row where the replicates of one group would be.

Everything a game does is done replicate by replicate, so many groups are solved as one in a fraction of the time: what
an array costs is paid once for all of them. For shares without intervals; `groups` says what a group's rates are.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import batched

import numpy as np

from revenue_health.contribution.core.flows import Floats
from revenue_health.contribution.core.model.game import Game
from revenue_health.contribution.core.model.groups import Group, as_origin, group_rates, is_all, lean_weight
from revenue_health.contribution.core.model.interplay.worlds import with_interplay
from revenue_health.contribution.core.model.options import ModelOptions
from revenue_health.contribution.core.model.rates import RatePair, rates_of, with_entries_of
from revenue_health.contribution.core.model.sums import sums_apart

MOST = 64
"""Groups in one game: beyond, their arrays leave the processor's cache."""


def point_shares_of(groups: Iterable[Group], *, together: Group, options: ModelOptions) -> Floats:
    """Shares [P + 1] of the departments, the market and the opening pipeline, last, summed over the groups; in the unit
    of the amounts.

    groups: each in one bucket, of one layout and the same steps. together: `whole_of` all of them.
    """
    games = (Game(pair, apart=True) for pair in _pairs(list(groups), together, options))
    return np.asarray(sum(game.point_shares().sum(axis=0) for game in games))


def _pairs(groups: Sequence[Group], together: Group, options: ModelOptions) -> Iterator[RatePair]:
    """The rates of all groups, as many in one pair as go together: who acts on whose factors follows from the origin
    of the deals, and who is all there is leans on nobody."""
    by_origin: dict[str, list[Group]] = {}
    for group in groups:
        if is_all(group, together):
            yield group_rates(group=group, together=together, options=options)
        else:
            by_origin.setdefault(group.origin if options.origin and together.excesses else "", []).append(group)
    for origin, same in by_origin.items():
        for part in batched(same, MOST):
            yield _stacked(part, origin, together, options)


def _stacked(groups: Sequence[Group], origin: str, together: Group, options: ModelOptions) -> RatePair:
    """The rates of several groups that lean on all of them, a row each: see `group_rates`."""
    excesses = together.excesses if options.origin else ()
    own = [excess for excess in excesses if excess.told_apart and excess.origin == origin]
    company = as_origin(together, own)
    before = sums_apart([group.baseline for group in groups], in_one_step=True)
    now = sums_apart([group.period for group in groups])
    mixed = rates_of(
        before.plus(sums_apart([company.baseline]), lean_weight(company.baseline)).floored(),
        now.plus(sums_apart([company.period]), lean_weight(company.period)).floored(),
        options,
    )
    return with_interplay(
        with_entries_of(mixed, before=before.floored(), now=now.floored()),
        origin=origin,
        loads=together.loads if options.load else (),
        excesses=excesses,
        inflations=together.inflations if options.inflation else (),
    )
