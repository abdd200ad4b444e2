"""Shapley and Owen shares: by hand, and their laws."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from revenue_health.contribution.core.flows import Floats, Ints
from revenue_health.contribution.core.model import shares


def table(values: list[float]) -> shares.Worth:
    """A game given by the values of `all_coalitions`."""

    def worth(coalitions: Ints) -> Floats:
        weights = 2 ** np.arange(coalitions.shape[1])[::-1]
        return np.array(values)[coalitions @ weights][None]

    return worth


def test_the_glove_game_by_hand() -> None:
    """One left glove (first player), two right ones: a pair is worth 1. Shapley: 4/6, 1/6, 1/6."""
    found = shares.shares_of(table([0, 0, 0, 0, 0, 1, 1, 1]), 3, np.random.default_rng(0))
    assert found.shares[0] == pytest.approx([4 / 6, 1 / 6, 1 / 6])


games = st.integers(1, 4).flatmap(lambda n: st.lists(st.floats(-1e6, 1e6), min_size=2**n, max_size=2**n))


@given(games)
def test_shares_are_the_mean_over_all_orders_and_add_up(values: list[float]) -> None:
    players = int(np.log2(len(values)))
    worth, mean = table(values), np.zeros(players)
    orders = list(permutations(range(players)))
    for order in orders:
        inside = np.zeros((1, players), dtype=np.int64)
        for player in order:
            before = worth(inside)[0, 0]
            inside[0, player] = 1
            mean[player] += (worth(inside)[0, 0] - before) / len(orders)
    found = shares.shares_of(worth, players, np.random.default_rng(0)).shares[0]
    assert found == pytest.approx(mean, rel=1e-9, abs=1e-6)
    assert found.sum() == pytest.approx(values[-1] - values[0], rel=1e-9, abs=1e-6)


def quadratic(weights: Floats) -> shares.Worth:
    """Every pair of players adds its product: the Shapley share of i is w_i (sum of w) - w_i^2 / 2 ... / see test."""

    def worth(coalitions: Ints) -> Floats:
        return ((coalitions @ weights) ** 2)[None]

    return worth


def test_sampled_orders_agree_with_the_exact_share_within_their_error() -> None:
    weights = np.linspace(0.2, 1.4, 12)
    found = shares.shares_of(quadratic(weights), 12, np.random.default_rng(1))
    exact = weights * weights.sum()  # the share of (sum w)^2: w_i^2 + half of each 2 w_i w_j
    assert np.abs(found.shares[0] - exact).max() <= 4 * found.sampling_error.max() + 1e-12
    assert found.shares[0].sum() == pytest.approx(weights.sum() ** 2)


def test_a_game_that_is_not_quadratic_has_a_sampling_error() -> None:
    def cubic(coalitions: Ints) -> Floats:
        return ((coalitions @ np.linspace(0.2, 1.4, 12)) ** 3)[None]

    found = shares.shares_of(cubic, 12, np.random.default_rng(1))
    assert (found.sampling_error > 0).all()
    assert (found.sampling_error < 0.2 * np.abs(found.shares[0])).all()


@settings(max_examples=30)
@given(st.integers(0, 10_000), st.integers(1, 4), st.booleans())
def test_factors_sum_to_the_share_however_many_there_are(seed: int, cuts: int, in_pairs: bool) -> None:
    weights = np.random.default_rng(seed).normal(size=3)
    others, sizes = shares.outside(3, 1, in_pairs=in_pairs)
    switched = shares.all_coalitions(cuts)
    rows, factors = np.repeat(others, switched.shape[0], axis=0), np.tile(switched, (others.shape[0], 1))
    values = quadratic(weights)(rows + np.outer(factors.mean(axis=1), [0, 1, 0]))[0]
    whole = shares.shares_of(quadratic(weights), 3, np.random.default_rng(0)).shares[0, 1]
    assert shares.owen_factors(values, sizes, cuts, whole).sum() == pytest.approx(whole, abs=1e-9)
    # here players meet in pairs, so nothing had to be added to make it so
    ends = sizes @ values.reshape(sizes.size, -1)
    assert ends[-1] - ends[0] == pytest.approx(whole, abs=1e-9)


def test_two_factors_by_hand() -> None:
    """The other's play doubles what the first factor does (1, then 2); the second adds 3, and 1 more with the first.

    Alone: 1 + 1/2 and 3 + 1/2; with the other: 2 + 1/2 and 3 + 1/2. The mean: 2 and 3.5."""
    values = np.array([0.0, 3.0, 1.0, 5.0, 10.0, 13.0, 12.0, 16.0])  # none, second, first, both; then with the other
    half = np.array([0.5, 0.5])
    assert shares.owen_factors(values, half, 2, 5.5) == pytest.approx([2.0, 3.5])
    assert shares.owen_factors(values, half, 2, 11.0) == pytest.approx([4.0, 7.0])


@settings(max_examples=30)
@given(st.integers(0, 10_000))
def test_where_players_meet_in_pairs_every_replicate_has_its_exact_shares(seed: int) -> None:
    rng = np.random.default_rng(seed)
    alone, together = rng.normal(size=(4, 5)), rng.normal(size=(4, 5, 5))

    def worth(coalitions: Ints) -> Floats:
        chosen = coalitions.astype(np.float64)
        return alone @ chosen.T + np.einsum("ci,rij,cj->rc", chosen, together, chosen)

    exact = shares.shares_of(worth, 5, rng)
    found = shares.shares_of(worth, 5, rng, whole=lambda coalitions: worth(coalitions)[:1])
    assert found.in_pairs
    assert found.shares == pytest.approx(exact.shares, abs=1e-9)
    assert found.ends == pytest.approx(exact.ends, abs=1e-9)
    assert shares.shares_of_pairs(worth, 5).shares == pytest.approx(exact.shares, abs=1e-9)


def test_where_three_have_to_meet_every_replicate_gets_every_coalition() -> None:
    """Three of four players make something only together: a third each, and nothing for the fourth."""
    size = np.array([3.0, 2.9, 3.1])

    def worth(coalitions: Ints) -> Floats:
        return size[:, None] * coalitions[:, :3].all(axis=1)

    found = shares.shares_of(worth, 4, np.random.default_rng(0), whole=lambda rows: worth(rows)[:1])
    assert not found.in_pairs
    assert found.shares == pytest.approx(np.outer(size, [1 / 3, 1 / 3, 1 / 3, 0]))
    # each of the three joins everybody only: a half; what is too much is taken from all four
    assert shares.shares_of_pairs(worth, 4).shares[0] == pytest.approx([1.125, 1.125, 1.125, -0.375])


@given(games)
def test_shares_of_pairs_and_of_replicates_add_up_in_any_game(values: list[float]) -> None:
    players = int(np.log2(len(values)))

    def worth(coalitions: Ints) -> Floats:
        return np.concatenate([table(values)(coalitions), table(values[::-1])(coalitions)])

    sums = [values[-1] - values[0], values[0] - values[-1]]
    found = shares.shares_of(worth, players, np.random.default_rng(0), whole=table(values)).shares
    assert found.sum(axis=1) == pytest.approx(sums, rel=1e-9, abs=1e-6)
    assert shares.shares_of_pairs(worth, players).shares.sum(axis=1) == pytest.approx(sums, rel=1e-9, abs=1e-6)
