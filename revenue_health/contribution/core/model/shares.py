"""Who moved revenue by how much: Shapley shares of players, and Owen shares of a department's factors.

A player's share is what switching its play from baseline to actual changes, averaged over the orders in which the
players could have been switched: free of order, adding up exactly, zero for who did nothing. Within a department the
factors (demand, waiting, losses, value, routing) share the department's own switch the same way, so cutting a
department into more factors never changes its share.

Coalitions double with every player, so all of them are only computed for the whole. How far a replicate's share is
from the whole's is read from each player joining nobody and joining everybody, whose mean is the Shapley value of any
game in which players meet in pairs; so is how factors divide a share. Where the whole itself is no such game, every
replicate gets every coalition.
Sources: Shapley (1953); Owen, Mathematical Economics and Game Theory (1977) 76; Shorrocks, Journal of Economic
Inequality 11 (2013) 99; antithetic sampling: Mitchell et al., JMLR 23 (2022) 43.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from math import factorial

import numpy as np
from numpy.typing import NDArray

from revenue_health.contribution.core.flows import Floats, Ints
from revenue_health.contribution.core.intervals import standard_error

EXACT_UP_TO = 10
"""Players for which all coalitions are computed; above, orders are sampled."""
SAMPLED_PAIRS = 64
"""Pairs of an order and its reverse, when sampling."""

OFF = 0.1
"""Part of its standard error by which a share may differ from that of a game in which players meet in pairs."""

type Bits = Ints
type Worth = Callable[[Bits], Floats]
"""Coalitions, int[C, n] of 0 (baseline) and 1 (actual), to values [R, C]."""


@dataclass(frozen=True, kw_only=True)
class Shares:
    """shares [R, n]: amounts; sampling_error [n]: standard error of sampled orders, zero when exact; coalitions, values
    [C]: the working of the whole; ends [R, 2n + 2]: values of `end_coalitions`. in_pairs: whether players meet in
    pairs, as far as the replicates can tell."""

    shares: Floats
    sampling_error: Floats
    coalitions: Bits
    values: Floats
    ends: Floats
    in_pairs: bool


def all_coalitions(players: int) -> Bits:
    """Every subset, int[2^n, n]; row index in binary, first player the highest bit."""
    return np.array(list(product((0, 1), repeat=players)), dtype=np.int64).reshape(2**players, players)


def shapley_weights(players: int) -> Floats:
    """Weight of a coalition of each size, for a player outside it: s! (n - s - 1)! / n!."""
    return np.array([factorial(s) * factorial(players - s - 1) / factorial(players) for s in range(players)])


def exact_shapley(values: Floats, players: int) -> Floats:
    """Shapley shares [R, n] from the values [R, 2^n] of `all_coalitions`, in the values' unit.

    A player's share is the mean of what its joining adds over all orders of the players (Shapley 1953); the shares of a
    replicate add up to the value of everybody less that of nobody. No players: [R, 0].
    """
    if players == 0:
        return np.zeros((values.shape[0], 0))
    cube = values.reshape(values.shape[0], *([2] * players))
    sizes = np.array([sum(bits) for bits in product((0, 1), repeat=players - 1)], dtype=np.int64)
    weights = shapley_weights(players)[sizes]
    shares = [
        (np.take(cube, 1, axis=player + 1) - np.take(cube, 0, axis=player + 1)).reshape(values.shape[0], -1) @ weights
        for player in range(players)
    ]
    return np.stack(shares, axis=1)


def orders(players: int, pairs: int, rng: np.random.Generator) -> Ints:
    """Random orders of the players followed by their reverses (antithetic: Mitchell et al. 2022), int[2 pairs, n]."""
    sampled = np.array([rng.permutation(players) for _ in range(pairs)], dtype=np.int64)
    return np.concatenate([sampled, sampled[:, ::-1]])


def sampled_coalitions(order: Ints) -> Bits:
    """The chain of coalitions along each order, int[orders, n + 1, n]: nobody first, everybody last."""
    count, players = order.shape
    chain = np.zeros((count, players + 1, players), dtype=np.int64)
    for step in range(players):
        chain[:, step + 1] = chain[:, step]
        chain[np.arange(count), step + 1, order[:, step]] = 1
    return chain


def end_coalitions(players: int) -> Bits:
    """Nobody, everybody, everybody but each player, each player alone: int[2n + 2, n]."""
    one = np.eye(players, dtype=np.int64)
    nobody = np.zeros((1, players), dtype=np.int64)
    return np.concatenate([nobody, nobody + 1, 1 - one, one])


def shares_of(
    worth: Worth, players: int, rng: np.random.Generator, pairs: int = SAMPLED_PAIRS, whole: Worth | None = None
) -> Shares:
    """Shapley shares: exact up to `EXACT_UP_TO` players, else by antithetic orders, with their standard error.

    worth: values [R, C] of coalitions int[C, n]. whole: the first replicate alone, values [1, C]; without it, or where
    players do not meet in pairs (`OFF`), every replicate gets all coalitions. rng: for the sampled orders; the same
    seed gives the same shares. pairs: of orders to sample; the error falls with its square root.
    """
    coalitions, read = _plan(players, rng, pairs)
    values = (whole or worth)(coalitions)
    shares, error = read(values)
    rows = end_coalitions(players)
    if whole is None and players <= EXACT_UP_TO:  # rows are binary numbers, the first player the highest bit
        ends = values[:, rows @ (2 ** np.arange(players - 1, -1, -1))]
    else:
        ends = worth(rows)
    in_pairs = whole is not None and _meet_in_pairs(shares[0], _of_pairs(ends))
    if in_pairs:
        shares = _of_replicates(shares[0], ends)
    elif whole is not None:
        shares, _ = read(worth(coalitions))
    return Shares(
        shares=shares, sampling_error=error, coalitions=coalitions, values=values[0], ends=ends, in_pairs=in_pairs
    )


def _meet_in_pairs(exact: Floats, pairs: Floats) -> bool:
    """Whether shares of the whole [n] are those of pairs [R, n], but for a small part of their standard errors."""
    errors = standard_error(pairs)
    return bool((np.abs(exact - pairs[0]) <= OFF * (errors + 0.1 * errors.max(initial=0.0))).all())


type _Read = Callable[[Floats], tuple[Floats, Floats]]
"""Shares [R, n] and their sampling error [n] from the values [R, C] of coalitions."""


def _plan(players: int, rng: np.random.Generator, pairs: int) -> tuple[Bits, _Read]:
    """Which coalitions are needed, and how shares are read from their values."""
    if players <= EXACT_UP_TO:
        return all_coalitions(players), lambda values: (exact_shapley(values, players), np.zeros(players))
    order = orders(players, pairs, rng)
    chain = sampled_coalitions(order)
    coalitions, place = np.unique(chain.reshape(-1, players), axis=0, return_inverse=True)
    return coalitions, lambda values: _along(values, order, place.reshape(chain.shape[:2]), pairs)


def _along(values: Floats, order: Ints, place: Ints, pairs: int) -> tuple[Floats, Floats]:
    """Shares and their error along sampled orders; place: of each order's chain of coalitions."""
    gains = np.diff(values[:, place], axis=2)
    single = np.zeros((values.shape[0], *order.shape))
    # A gain belongs to the player that stands at its place in the order.
    np.put_along_axis(single, np.broadcast_to(order, gains.shape), gains, axis=2)
    # An order and its reverse are not independent: a pair counts as one observation.
    pair_means = 0.5 * (single[:, :pairs] + single[:, pairs:])
    return pair_means.mean(axis=1), pair_means[0].std(axis=0, ddof=1) / np.sqrt(pairs)


def shares_of_pairs(worth: Worth, players: int, plays: NDArray[np.bool_] | None = None) -> Shares:
    """Shares of a game taken as one in which players meet in pairs: the mean of joining nobody and joining everybody.

    For many shares that are only compared with each other; they add up, and need 2n + 2 coalitions instead of 2^n.
    plays bool[R, n]: who plays in which replicate, where these are games of their own; the others get exactly zero.
    """
    coalitions = end_coalitions(players)
    ends = worth(coalitions)
    return Shares(
        shares=_of_pairs(ends, plays),
        sampling_error=np.zeros(players),
        coalitions=coalitions,
        values=ends[0],
        ends=ends,
        in_pairs=True,
    )


def _of_replicates(whole: Floats, ends: Floats) -> Floats:
    """Shares [R, n] of every replicate: of the whole [n], moved as `_of_pairs` move."""
    joining = _of_pairs(ends)
    return np.asarray(whole + joining - joining[:1])


def _of_pairs(ends: Floats, plays: NDArray[np.bool_] | None = None) -> Floats:
    """The mean of joining nobody and joining everybody, [R, n], from the values of `end_coalitions` [R, 2n + 2]; what
    is missing in their sum is shared equally among those who play, bool[R, n]: without it all of them."""
    players = ends.shape[1] // 2 - 1
    here = np.ones((ends.shape[0], players)) if plays is None else plays.astype(np.float64)
    nobody, everybody = ends[:, :1], ends[:, 1:2]
    joining = 0.5 * here * (ends[:, 2 + players :] - nobody + everybody - ends[:, 2 : 2 + players])
    missing = everybody - nobody - joining.sum(axis=1, keepdims=True)
    return np.asarray(joining + here * missing / np.maximum(here.sum(axis=1, keepdims=True), 1.0))


def outside(players: int, player: int, *, in_pairs: bool) -> tuple[Bits, Floats]:
    """Coalitions of the others, int[C, n] with 0 for the player, and their weights [C], summing to 1: all of them with
    their Shapley weights; where players meet in pairs, or are too many, nobody and everybody."""
    if in_pairs or players > EXACT_UP_TO:
        everybody = np.ones((1, players), dtype=np.int64)
        everybody[0, player] = 0
        return np.concatenate([np.zeros_like(everybody), everybody]), np.array([0.5, 0.5])
    others = all_coalitions(players - 1)
    return np.insert(others, player, 0, axis=1), shapley_weights(players)[others.sum(axis=1)]


def owen_factors(values: Floats, weights: Floats, factors: int, share: float) -> Floats:
    """Shares [m] of one player's factors, which sum to its share. values [C 2^m]: of the factors' coalitions with each
    of the others'; weights [C]: of these, as from `outside`."""
    parts = exact_shapley((weights @ values.reshape(weights.size, -1))[None], factors)[0]
    size = np.abs(parts).sum()
    return np.asarray(parts + (share - parts.sum()) * (np.abs(parts) / size if size else 1 / factors))
