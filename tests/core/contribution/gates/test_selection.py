"""How much weaker what a department lost must have been for its verdict to fall."""

from dataclasses import replace

import pytest

from revenue_health.contribution.core.gates.doubts.selection import selection_point, with_selection
from revenue_health.contribution.core.gates.gate import Gate
from revenue_health.contribution.core.gates.shares import Pipelines, point_shares
from revenue_health.contribution.core.model.groups import Group
from revenue_health.contribution.validation.hard.evaluate import verdicts_of
from revenue_health.contribution.validation.hard.flows import books_of, tables_of
from revenue_health.contribution.validation.hard.world.kinds import KINDS
from revenue_health.contribution.validation.table import scenarios
from tests.core.contribution.companies import by_chance, simulated

PASSED = Gate(passed=True, detail="holds unless more than 43 % of the losses booked on it had been somebody else’s")


def _company(scenario: str) -> Pipelines:
    baseline, period = simulated(next(name for name in scenarios() if scenario in name))
    return {1: {"": Group(baseline=baseline, period=period)}}


def _losing(times: float) -> Pipelines:
    """A company in which nothing changed but that sales lost so many times as much."""
    flows = by_chance(1, steps=1)
    lost = flows.lost.copy()
    lost[..., flows.layout.players.index("sales")] *= times
    return {1: {"": Group(baseline=flows, period=replace(flows, lost=lost))}}


def _share_of_sales(times: float) -> float:
    return point_shares(_losing(times)).shares["sales"]


def test_a_share_of_losses_alone_falls_in_proportion() -> None:
    """A straight line from the share down to what is left of it with the losses of the period at the rate before."""
    share, left = _share_of_sales(3.0), _share_of_sales(1.0)
    assert share < left < 0.1 * abs(share)
    for part in (0.2, 0.5, 0.9):
        least = abs(share + part * (left - share))
        assert selection_point(_losing(3.0), party="sales", share=share, least=least) == pytest.approx(part)


def test_fewer_losses_count_as_much_as_more() -> None:
    share, left = _share_of_sales(0.0), _share_of_sales(1.0)
    assert share > abs(left)
    assert selection_point(_losing(0.0), party="sales", share=share, least=(share + left) / 2) == pytest.approx(0.5)


def test_slowness_is_not_selection() -> None:
    """A share of waiting does not rest on who was lost."""
    pipelines = _company("legal")
    share = point_shares(pipelines).shares["legal"]
    assert share < 0
    assert selection_point(pipelines, party="legal", share=share, least=abs(share) / 4) is None


def test_losses_of_what_was_won_are_not_selection() -> None:
    """What a customer who leaves takes away was earned: there is nothing that others would have lost instead."""
    flows = by_chance(1, steps=1)
    flows = replace(flows, held=flows.held + 1.0)
    lost = flows.lost.copy()
    lost[:, :, flows.layout.after_earning, 0] += flows.held.sum() / 1000
    churned: Pipelines = {1: {"": Group(baseline=flows, period=replace(flows, lost=lost))}}
    share = point_shares(churned).shares["sales"]
    assert share < 0
    assert selection_point(churned, party="sales", share=share, least=abs(share) / 4) is None


LOST_MORE = "it would fall if the deals it lost beyond its rate before had been {} less likely to be won"
LOST_LESS = "it would fall if the deals it would have lost before were {} less likely to be won"


@pytest.mark.parametrize(
    ("point", "share", "detail"),
    [
        (None, -1.0, PASSED.detail),
        (0.51, -1.0, PASSED.detail),
        (0.5, -1.0, f"{LOST_MORE.format('50 %')} (a verdict must survive 50 %)"),
        (0.001, -1.0, f"{LOST_MORE.format('1 %')} (a verdict must survive 50 %)"),
        (0.3, 1.0, f"{LOST_LESS.format('30 %')} (a verdict must survive 50 %)"),
    ],
)
def test_a_verdict_has_to_survive_half(point: float | None, share: float, detail: str) -> None:
    gate = with_selection(PASSED, point, share=share, least=0.5)
    assert (gate.passed, gate.detail) == (detail == PASSED.detail, detail)


def test_what_the_records_say_stays_the_reason() -> None:
    fallen = Gate(passed=False, detail="it would fall if 5 % of the losses booked on it had been somebody else’s")
    assert with_selection(fallen, 0.1, share=-1.0, least=0.5) == fallen


@pytest.mark.slow
def test_deals_that_differ_name_nobody_for_what_they_lost_early() -> None:
    """Marketing's true share is -0.34 M; the records say -0.73 M, of which a part is whom others would have lost."""
    verdicts = verdicts_of(tables_of(books_of(KINDS["frailty"], 503)))
    marketing = verdicts.parties["marketing"]
    assert not marketing.judged
    assert "less likely to be won" in marketing.reason
