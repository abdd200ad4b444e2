"""Who moved revenue by how much: Shapley shares of players, and Owen shares of a department's factors.

A player's share is what switching its play from baseline to actual changes, averaged over the orders in which the
players could have been switched: free of order, adding up exactly, zero for who did nothing. Within a department the
factors (demand, waiting, losses, value, routing) share the department's own switch the same way, so cutting a
department into more factors never changes its share.

Coalitions double with every player, so all of them are only computed for the whole. How far a replicate's share is
from the whole's is read from each player joining nobody and joining everybody, whose mean is the Shapley value of any
game in which players meet in pairs; so is how factors divide a share.
Sources: Shapley (1953); Owen, Mathematical Economics and Game Theory (1977) 76; Shorrocks, Journal of Economic
Inequality 11 (2013) 99; antithetic sampling: Mitchell et al., JMLR 23 (2022) 43.
"""

from collections.abc import Callable
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
    [C]: the working of the whole; ends [R, 2n + 2]: values of `end_coalitions`."""

    shares: Floats
    sampling_error: Floats
    coalitions: Bits
    values: Floats
    ends: Floats


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

    worth: values [R, C] of coalitions int[C, n]. whole: the first replicate alone, values [1, C]; without it every
    replicate gets all coalitions. rng: for the sampled orders; the same seed gives the same shares. pairs: of orders to
    sample; the error falls with its square root.
    """
    if players <= EXACT_UP_TO:
        coalitions = all_coalitions(players)
        values = (whole or worth)(coalitions)
        shares, error = exact_shapley(values, players), np.zeros(players)
    else:
        coalitions, values, shares, error = _sampled(whole or worth, players, rng, pairs)
    rows = end_coalitions(players)
    if whole is None and players <= EXACT_UP_TO:  # rows are binary numbers, the first player the highest bit
        ends = values[:, rows @ (2 ** np.arange(players - 1, -1, -1))]
    else:
        ends = worth(rows)
    return Shares(
        shares=shares if whole is None else _of_replicates(shares[0], ends),
        sampling_error=error,
        coalitions=coalitions,
        values=values[0],
        ends=ends,
    )


def _sampled(worth: Worth, players: int, rng: np.random.Generator, pairs: int) -> tuple[Bits, Floats, Floats, Floats]:
    """Coalitions, values [R, C], shares [R, n] and their error [n] by sampled orders."""
    order = orders(players, pairs, rng)
    chain = sampled_coalitions(order)
    coalitions, place = np.unique(chain.reshape(-1, players), axis=0, return_inverse=True)
    values = worth(coalitions)
    gains = np.diff(values[:, place.reshape(chain.shape[:2])], axis=2)
    single = np.zeros((values.shape[0], *order.shape))
    np.put_along_axis(single, np.broadcast_to(order, gains.shape), gains, axis=2)
    pair_means = 0.5 * (single[:, :pairs] + single[:, pairs:])
    error = pair_means[0].std(axis=0, ddof=1) / np.sqrt(pairs)
    return coalitions, values, pair_means.mean(axis=1), error


def shares_of_pairs(worth: Worth, players: int) -> Shares:
    """Shares of a game taken as one in which players meet in pairs: the mean of joining nobody and joining everybody.

    For many shares that are only compared with each other; they add up, and need 2n + 2 coalitions instead of 2^n.
    """
    coalitions = end_coalitions(players)
    ends = worth(coalitions)
    return Shares(
        shares=_of_pairs(ends), sampling_error=np.zeros(players), coalitions=coalitions, values=ends[0], ends=ends
    )


def _of_replicates(whole: Floats, ends: Floats) -> Floats:
    """Shares [R, n] of every replicate: of the whole [n], moved as `_of_pairs` move."""
    joining = _of_pairs(ends)
    return np.asarray(whole + joining - joining[:1])


def _of_pairs(ends: Floats) -> Floats:
    """The mean of joining nobody and joining everybody, [R, n], from the values of `end_coalitions` [R, 2n + 2]; what
    is missing in their sum is shared equally."""
    players = ends.shape[1] // 2 - 1
    nobody, everybody = ends[:, :1], ends[:, 1:2]
    joining = 0.5 * (ends[:, 2 + players :] - nobody + everybody - ends[:, 2 : 2 + players])
    missing = everybody - nobody - joining.sum(axis=1, keepdims=True)
    return np.asarray(joining + missing / max(players, 1))


def factor_coalitions(players: int, player: int, factors: int) -> tuple[Bits, Bits]:
    """What `owen_factors` needs the values of: coalitions of the others int[2 * 2^m, n], nobody and then everybody, and
    the player's factors switched int[2 * 2^m, m] with each."""
    switched = all_coalitions(factors)
    others = np.ones((1, players), dtype=np.int64)
    others[0, player] = 0
    rows = np.concatenate([np.zeros_like(others), others])
    return np.repeat(rows, switched.shape[0], axis=0), np.tile(switched, (2, 1))


def owen_factors(values: Floats, factors: int, share: float) -> Floats:
    """Shares [m] of one player's factors, which sum to its share: their Shapley values while the others play as in the
    baseline and while all play as they did, half each. values [2 * 2^m]: of `factor_coalitions`."""
    parts = exact_shapley(values.reshape(2, -1).mean(axis=0)[None], factors)[0]
    size = np.abs(parts).sum()
    return np.asarray(parts + (share - parts.sum()) * (np.abs(parts) / size if size else 1 / factors))
