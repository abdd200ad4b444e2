"""Who moved revenue by how much: Shapley shares of players, and Owen shares of a department's factors.

A player's share is what switching its play from baseline to actual changes, averaged over the orders in which the
players could have been switched: free of order, adding up exactly, zero for who did nothing. Within a department the
factors (demand, waiting, losses, value, routing) share the department's own switch the same way, the others fixed in
each coalition, so cutting a department into more factors never changes its share.
Sources: Shapley (1953); Owen, Mathematical Economics and Game Theory (1977) 76; Shorrocks, Journal of Economic
Inequality 11 (2013) 99; antithetic sampling: Mitchell et al., JMLR 23 (2022) 43.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from math import factorial

import numpy as np

from revenue_health.contribution.core.flows import Floats, Ints

EXACT_UP_TO = 10
"""Players for which all coalitions are computed; above, orders are sampled."""
SAMPLED_PAIRS = 64
"""Pairs of an order and its reverse, when sampling."""

type Bits = Ints
type Worth = Callable[[Bits], Floats]
"""Coalitions, int[C, n] of 0 (baseline) and 1 (actual), to values [R, C]."""


@dataclass(frozen=True, kw_only=True)
class Shares:
    """shares [R, n]: amounts; sampling_error [n]: standard error of sampled orders, zero when exact; coalitions, values
    [R, C]: the working."""

    shares: Floats
    sampling_error: Floats
    coalitions: Bits
    values: Floats


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


def shares_of(worth: Worth, players: int, rng: np.random.Generator, pairs: int = SAMPLED_PAIRS) -> Shares:
    """Shapley shares: exact up to `EXACT_UP_TO` players, else by antithetic orders, with their standard error.

    worth: values [R, C] of coalitions int[C, n]; called once with all that are needed. rng: for the sampled orders; the
    same seed gives the same shares. pairs: of orders to sample; the error falls with its square root.
    """
    if players <= EXACT_UP_TO:
        coalitions = all_coalitions(players)
        values = worth(coalitions)
        error = np.zeros(players)
        return Shares(shares=exact_shapley(values, players), sampling_error=error, coalitions=coalitions, values=values)
    order = orders(players, pairs, rng)
    chain = sampled_coalitions(order)
    coalitions, place = np.unique(chain.reshape(-1, players), axis=0, return_inverse=True)
    values = worth(coalitions)
    gains = np.diff(values[:, place.reshape(chain.shape[:2])], axis=2)
    single = np.zeros((values.shape[0], *order.shape))
    np.put_along_axis(single, np.broadcast_to(order, gains.shape), gains, axis=2)
    pair_means = 0.5 * (single[:, :pairs] + single[:, pairs:])
    error = pair_means[0].std(axis=0, ddof=1) / np.sqrt(pairs)
    return Shares(shares=pair_means.mean(axis=1), sampling_error=error, coalitions=coalitions, values=values)


def outside(players: int, player: int, rng: np.random.Generator, pairs: int = SAMPLED_PAIRS) -> tuple[Bits, Floats]:
    """Coalitions of the others, int[C, n] with 0 for the player, and the player's weight for each, [C] summing to 1.

    All of them with their Shapley weights, or those of the sampled orders with their frequencies: with a generator of
    the same seed these are the orders of `shares_of`.
    """
    if players <= EXACT_UP_TO:
        others = all_coalitions(players - 1)
        weights = shapley_weights(players)[others.sum(axis=1)]
        return np.insert(others, player, 0, axis=1), weights
    order = orders(players, pairs, rng)
    before = np.argmax(order == player, axis=1)
    chain = sampled_coalitions(order)[np.arange(order.shape[0]), before]
    coalitions, counts = np.unique(chain, axis=0, return_counts=True)
    return coalitions, counts / order.shape[0]


def owen_factors(
    worth: Callable[[Bits, Bits], Floats], others: Bits, weights: Floats, factors: Sequence[int]
) -> Floats:
    """Shares [R, len(factors)] of one player's factors.

    worth takes coalitions of the others [C, n] and factors switched [C, len(factors)], row by row. others, weights: as
    from `outside`. Their sum is the player's Shapley share over the same coalitions.
    """
    count = len(factors)
    if count == 0:
        return np.zeros((1, 0))
    switched = all_coalitions(count)
    rows = np.repeat(others, switched.shape[0], axis=0)
    values = worth(rows, np.tile(switched, (others.shape[0], 1)))
    values = values.reshape(values.shape[0], others.shape[0], switched.shape[0])
    return exact_shapley(np.einsum("rcs,c->rs", values, weights), count)
