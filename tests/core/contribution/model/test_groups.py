"""Groups of deals: they add up to their company, small ones lean on it, another cut is reconciled to the cent."""

from dataclasses import replace

import pytest

from revenue_health.contribution.core.flows import FlowError
from revenue_health.contribution.core.model.groups import Group, GroupedBridge, bridges, reconciled
from tests.core.contribution.companies import by_chance


def two(seed: int = 1, small: float = 1.0) -> GroupedBridge:
    groups = {
        "north": Group(baseline=by_chance(seed), period=by_chance(seed + 1), target=4e4),
        "south": Group(baseline=by_chance(seed + 2).scaled(small), period=by_chance(seed + 3).scaled(small)),
    }
    return bridges(groups=groups, target=1e5)


def test_groups_add_up_to_the_company() -> None:
    found = two()
    for index, party in enumerate(found.company.parties):
        parts = [group.parties[index] for group in found.groups.values()]
        assert party.share.value == pytest.approx(sum(part.share.value for part in parts), rel=1e-12)
        assert sum(party.factors.values()) == pytest.approx(party.share.value, rel=1e-9, abs=1e-6)
    assert abs(found.company.residual()) <= 1e-9 * found.company.actual
    for group in found.groups.values():
        assert abs(group.residual()) <= 1e-9 * found.company.actual


def test_another_cut_is_reconciled_to_the_company() -> None:
    company, cut = two().company, reconciled(two(7), two().company)
    for index, party in enumerate(company.parties):
        total = sum(group.parties[index].share.value for group in cut.groups.values())
        assert total == pytest.approx(party.share.value, abs=1e-6)
    for group in cut.groups.values():
        assert abs(group.residual()) <= 1e-9 * company.actual
        for party in group.parties:
            assert sum(party.factors.values()) == pytest.approx(party.share.value, rel=1e-9, abs=1e-6)


def test_a_tiny_group_leans_on_its_company() -> None:
    """Ten deals that never moved are expected to move as the company does."""
    still = replace(by_chance(4), handed_on=by_chance(4).handed_on * 0, routed=by_chance(4).routed * 0)
    groups = {
        "large": Group(baseline=by_chance(1), period=by_chance(2)),
        "tiny": Group(baseline=by_chance(3).scaled(0.001), period=still.scaled(0.001)),
    }
    found = bridges(groups=groups, target=None)
    assert found.groups["tiny"].modelled_actual > 0


def test_one_group_is_the_company() -> None:
    only = bridges(groups={"": Group(baseline=by_chance(1), period=by_chance(2))}, target=1e5)
    assert only.company.actual == only.groups[""].actual


def test_no_group_at_all_is_refused() -> None:
    with pytest.raises(FlowError, match="no group"):
        bridges(groups={}, target=None)
