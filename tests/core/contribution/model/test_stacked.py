"""Groups solved side by side have the shares that each has alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from revenue_health.contribution.core.gates.shares import point_shares
from revenue_health.contribution.core.model.groups import Group, group_bridge, whole_of
from tests.core.contribution.companies import by_chance, empty


def one_by_one(groups: Sequence[Group]) -> dict[str, float]:
    """Every party's share, each group's bridge made alone."""
    together = whole_of(groups)
    shares: dict[str, float] = {}
    for group in groups:
        for party in group_bridge(group=group, together=together, factors=False, pairs=True).parties:
            shares[party.key] = shares.get(party.key, 0.0) + party.share.value
    return shares


def whole(group: Group) -> Group:
    return group.in_fewer_buckets(1)


def groups(*seeds: int, origins: Sequence[str] = ("",)) -> list[Group]:
    return [
        whole(Group(baseline=by_chance(seed), period=by_chance(seed + 100), origin=origins[seed % len(origins)]))
        for seed in seeds
    ]


def quiet(group: Group) -> Group:
    """The same deals in a group in which only losses moved: everybody else sits out."""
    return replace(group, period=replace(group.baseline, lost=group.baseline.lost * 1.5))


COMPANIES = {
    "one group": groups(1),
    "several groups": groups(1, 2, 3, 4, 5),
    "more than go together": groups(*range(70)),
    "origins that lose differently": groups(*range(8), origins=("marketing", "sales")),
    "one group that nothing happened in": [*groups(1, 2), whole(Group(baseline=empty(steps=3), period=empty(steps=3)))],
    "one group in which one thing moved": [*groups(1, 2), quiet(groups(3)[0])],
}


@pytest.mark.parametrize("company", COMPANIES)
def test_together_is_what_each_is_alone(company: str) -> None:
    alone = one_by_one(COMPANIES[company])
    stacked = point_shares({1: dict(enumerate(COMPANIES[company]))}).shares
    assert max(map(abs, alone.values())) > 0
    scale = max(map(abs, alone.values()))
    assert stacked == pytest.approx(alone, rel=1e-9, abs=1e-9 * scale)


def test_who_did_nothing_in_one_group_gets_exactly_nothing_of_it() -> None:
    only = [quiet(groups(3)[0])]
    shares = point_shares({1: dict(enumerate(only))}).shares
    assert one_by_one(only) == pytest.approx(shares, rel=1e-9)
    still = [key for key, share in shares.items() if share == 0.0]
    assert "opening" in still
    assert np.count_nonzero(list(shares.values())) > 0
