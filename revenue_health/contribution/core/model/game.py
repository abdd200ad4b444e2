"""Who can switch what between baseline and actual: the game whose Shapley shares the bridge shows."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from revenue_health.contribution.core.flows import Floats, Ints
from revenue_health.contribution.core.model.interplay.worlds import TIED, WORLD
from revenue_health.contribution.core.model.rates import RatePair, Rates
from revenue_health.contribution.core.model.revenue import revenue
from revenue_health.contribution.core.model.shares import (
    Shares,
    all_coalitions,
    outside,
    owen_factors,
    shares_of,
    shares_of_pairs,
)
from revenue_health.contribution.core.solver.backward import FACTORS

SEED = 1953
"""Of the sampled orders: the same input gives the same shares."""


class Game:
    """Players: departments and the market, the opening pipeline (number P), then the loads (see `load`).

    A player whose play is equal in every replicate, and who does nothing to another's, sits out. apart: each replicate
    is a group of its own, see `stacked`.
    """

    def __init__(self, pair: RatePair, *, apart: bool = False) -> None:
        self.apart = apart
        self.layout = pair.baseline.layout
        self.interplay = pair.interplay
        both = self.interplay
        self.worlds = (pair.baseline, pair.actual, *((both.own, both.others) if both else ()))
        self.whole = tuple(world.whole() for world in self.worlds)
        self.players = len(self.layout.players) + 1 + (len(both.loads) if both else 0)
        self.moved_in = self._moved(self.worlds)
        self.moved = self.moved_in.any(axis=0)
        self.active = [player for player in range(self.players) if self.moved[player].any()]
        self.load_names = self._load_names()

    def _load_names(self) -> tuple[str, ...]:
        loads = self.interplay.loads if self.interplay else ()
        return tuple(f"load:{self.layout.stages[load.stage]}:{self.layout.players[load.player]}" for load in loads)

    def point_shares(self) -> Floats:
        """Shares [R, P + 1] of the departments, the market and the opening pipeline; players are taken as meeting in
        pairs (`shares_of_pairs`)."""
        shares = shares_of_pairs(self._worth, len(self.active), self.moved_in[:, self.active].any(axis=2))
        parties = len(self.layout.players) + 1
        result = np.zeros((shares.shares.shape[0], parties))
        for at, player in enumerate(self.active):
            if player < parties:
                result[:, player] += shares.shares[:, at]
        for player in range(parties):
            result[:, player] += self.loads_of(player, shares)[0]
        return result

    def loads_of(self, player: int, shares: Shares) -> tuple[Floats, float, float]:
        """Of a party: what it brought to others' waits [R], what others brought to its own, the sampling error of the
        first, all in money."""
        brought, moved, variance = np.zeros(shares.ends.shape[0]), 0.0, 0.0
        for place, load in enumerate(self.interplay.loads if self.interplay else ()):
            extra = len(self.layout.players) + 1 + place
            if extra not in self.active:
                continue
            at = self.active.index(extra)
            replicates, part = shares.shares[:, at], load.brought[player]
            brought += part * replicates
            variance += (part * float(shares.sampling_error[at])) ** 2
            if player == load.player:
                moved += (1 - part) * float(replicates[0])
        return brought, moved, variance**0.5

    def shares(self, *, pairs: bool = False) -> Shares:
        """The shares of the active players. pairs: see `shares_of_pairs`."""
        if pairs:
            return shares_of_pairs(self._worth, len(self.active))
        whole = self._worth_of_whole if self.worlds[0].replicates > 1 else None
        return shares_of(self._worth, len(self.active), np.random.default_rng(SEED), whole=whole)

    def _worth(self, coalitions: Ints) -> Floats:
        """R [R, C] of coalitions int[C, n] over the active players, 1 who plays as it did, 0 as in the baseline."""
        return revenue(self.worlds, self._choice(self._switches(coalitions)), apart=self.apart)

    def _worth_of_whole(self, coalitions: Ints) -> Floats:
        return revenue(self.whole, self._choice(self._switches(coalitions)))

    def _switches(self, coalitions: Ints) -> Ints:
        switches = np.zeros((coalitions.shape[0], self.players, len(FACTORS)), dtype=np.int64)
        switches[:, self.active] = coalitions[:, :, None]
        return switches

    def _choice(self, switches: Ints) -> Ints:
        """The worlds played, int[C, P + 1, 5], of switches int[C, players, 5]."""
        choice = switches[:, : len(self.layout.players) + 1].copy()
        if self.interplay:
            for player, factor in np.argwhere(self.interplay.other >= 0):
                other = switches[:, self.interplay.other[player, factor], TIED[factor]]
                choice[:, player, factor] = WORLD[switches[:, player, factor], other]
        return choice

    def switches(self, shares: Shares, *, loads: bool = True) -> Floats:
        """R(everybody) - R(everybody but one) for each active player, [R, n]; with `loads` who brings most of a load
        takes it along."""
        count = len(self.active)
        but_one = 1 - np.eye(count, dtype=np.int64)
        for place, load in enumerate(self.interplay.loads if self.interplay and loads else ()):
            most, extra = int(np.argmax(load.brought)), len(self.layout.players) + 1 + place
            if most in self.active and extra in self.active:
                but_one[self.active.index(most), self.active.index(extra)] = 0
        without = shares.ends[:, 2 : 2 + count].copy()
        # Whoever takes a load along leaves with it: those coalitions are not among the ends.
        several = np.flatnonzero((but_one == 0).sum(axis=1) > 1)
        if several.size:
            without[:, several] = self._worth(but_one[several])
        return np.asarray(shares.ends[:, 1:2] - without)

    def own_shares(self, shares: Shares) -> list[Floats]:
        """By player, the opening pipeline last, the replicates [R] of its share without what it brought to others."""
        none = np.zeros(shares.ends.shape[0])
        places = {player: at for at, player in enumerate(self.active)}
        return [
            self.zero_where_equal(player, shares.shares[:, places[player]] if player in places else none)
            for player in range(len(self.layout.players) + 1)
        ]

    def zero_where_equal(self, player: int, replicates: Floats) -> Floats:
        """A share is exactly zero where the play of the whole is equal, not merely to rounding."""
        if self.moved_in[0, player].any():
            return replicates
        return np.concatenate([[0.0], replicates[1:]])

    def factors(self, shares: Sequence[float], *, in_pairs: bool) -> list[dict[str, float]]:
        """Owen shares by factor name of every player with a share, each summing to it; the opening pipeline, the last
        one, has a single factor. in_pairs: see `Shares`."""
        cut = [dict.fromkeys(FACTORS, 0.0) for _ in self.layout.players]
        moved = {player: np.flatnonzero(self.moved[player]) for player in range(len(cut)) if shares[player]}
        rows = {
            player: self._factor_rows(player, factors, in_pairs) for player, factors in moved.items() if factors.size
        }
        if rows:
            choice = self._choice(np.concatenate([switches for switches, _ in rows.values()]))
            ends = np.cumsum([switches.shape[0] for switches, _ in rows.values()])
            values = np.split(revenue(self.whole, choice)[0], ends[:-1])
            for (player, (_, weights)), part in zip(rows.items(), values, strict=True):
                amounts = owen_factors(part, weights, moved[player].size, shares[player])
                cut[player] |= {FACTORS[at]: float(amount) for at, amount in zip(moved[player], amounts, strict=True)}
        return [*cut, {"opening": shares[-1]}]

    def _factor_rows(self, player: int, factors: Ints, in_pairs: bool) -> tuple[Ints, Floats]:
        """Switches of the factors' coalitions with each of the others', and the weights of these."""
        others, weights = outside(len(self.active), self.active.index(player), in_pairs=in_pairs)
        switched = all_coalitions(factors.size)
        switches = self._switches(np.repeat(others, switched.shape[0], axis=0))
        switches[:, player, factors] = np.tile(switched, (others.shape[0], 1))
        return switches, weights

    def _moved(self, worlds: tuple[Rates, ...]) -> NDArray[np.bool_]:
        """bool[R, players, 5]: the factors a player's switch changes; the opening pipeline's is in column 0."""
        count = len(self.layout.players)
        moved = np.zeros((worlds[0].replicates, self.players, len(FACTORS)), dtype=bool)
        for player in range(count + 1):
            moved[:, player] = _differs(worlds[0], worlds[1], player)
        if self.interplay:
            before, now, own, others = worlds
            for player, factor in np.argwhere(self.interplay.other >= 0):
                moved[:, player, factor] = (_differs(before, own, player) | _differs(others, now, player))[:, factor]
                acts = (_differs(before, others, player) | _differs(own, now, player))[:, factor]
                moved[:, self.interplay.other[player, factor], TIED[factor]] |= acts
        return moved


def _differs(before: Rates, now: Rates, player: int) -> NDArray[np.bool_]:
    """bool[R, 5]: the factors of a player in which two worlds differ."""
    layout = before.layout
    differs = np.zeros((before.replicates, len(FACTORS)), dtype=bool)

    def differ(name: str, index: tuple[object, ...]) -> NDArray[np.bool_]:
        unequal = getattr(before, name)[index] != getattr(now, name)[index]
        return np.asarray(unequal.reshape(before.replicates, -1).any(axis=1))

    every = slice(None)
    if player == len(layout.players):
        differs[:, 0] = differ("opening", (every,))
        return differs
    own = layout.player_of == player
    differs[:, 0] = differ("demand", (every, every, player))
    for name in ("fresh", "old", "speed"):
        differs[:, 1] |= differ(name, (every, own))
    differs[:, 2] = differ("loss", (every, every, player)) | differ("reversed", (every, player))
    differs[:, 3] = differ("growth", (every, every, player))
    differs[:, 4] = differ("routing", (every, own))
    return differs
