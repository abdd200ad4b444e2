"""Amounts entered too large and taken back by those who wrote them are nobody's demand: by hand."""

from dataclasses import replace

import numpy as np
import pytest

from revenue_health.contribution.core.entry_amounts import EntryAmounts
from revenue_health.contribution.core.flows import AGE_BINS, Custody, FlowArrays, Layout
from revenue_health.contribution.core.model.bridge import Bridge
from revenue_health.contribution.core.model.groups import Group, bridges
from revenue_health.contribution.core.model.interplay.inflation import Inflation, inflations_of
from revenue_health.contribution.core.model.options import ModelOptions
from tests.core.contribution.companies import empty

LAYOUT = Layout(
    stages=("offer", "review", "won"),
    earns=(False, False, True),
    custodies=(Custody(0, "sales"), Custody(1, "finance"), Custody(2, "sales")),
    players=("marketing", "sales", "finance", "market"),
    custody_player=(0, 2, 1),
)
MARKETING, SALES = 0, 1
DAYS, WEEKS = 364.0, [7.0] * 13


def span(days: list[float], factor: float, opened: float) -> FlowArrays:
    """Money of 100 a day that sales writes `factor` times too large; a review of ten days by finance, in which sales
    takes it back. opened: how much too large the opening stock is."""
    length = np.array(days)
    steps = len(days)
    flows, shape = empty(1, steps, LAYOUT), (1, steps, 3, AGE_BINS)
    held, on, routed = np.zeros(shape), np.zeros(shape), np.zeros((1, steps, 3, 4))
    # Ten days in each custody, at a hazard of a tenth a day at every age up to the eighth bin; what is too much is
    # taken back at the very instant of the hand-on to won.
    held[0, :, 0, :8], on[0, :, 0, :8] = length[:, None] * 1000 * factor / 8, length[:, None] * 100 * factor / 8
    held[0, :, 1, :8], on[0, :, 1, :8] = length[:, None] * 1000 * factor / 8, on[0, :, 0, :8]
    routed[0, :, 0, 1], routed[0, :, 1, 2] = length * 100 * factor, length * 100
    revalued, entered = np.zeros((1, steps, 3, 4)), np.zeros((1, steps, 3, 4))
    revalued[0, :, 1, SALES], entered[0, :, 0, MARKETING] = -(factor - 1) * 100 * length, 100 * factor * length
    opening = np.zeros((1, 3, AGE_BINS))
    opening[0, 0, :8], opening[0, 1, :8] = 1000 * opened / 8, 1000 * opened / 8
    return replace(
        flows, step_days=length, held=held, handed_on=on, routed=routed, revalued=revalued, entered=entered,
        opening=opening, handed_on_count=on.sum(axis=-1) / 10, entered_count=entered / 10,
        arrived_count=entered.sum(axis=-1) / 10,
    )  # fmt: skip


def amounts(entered: tuple[float, float], count: float = 400.0) -> EntryAmounts:
    """Of marketing's deals, written by sales: entered so many times what was left, before the span and in it."""
    corrected, count_of = np.zeros((1, 2, 4, 4)), np.zeros((1, 2, 4, 4))
    corrected[0, :, SALES, MARKETING], count_of[0, :, SALES, MARKETING] = 1000.0, count
    return EntryAmounts(amount=corrected * np.array(entered)[None, :, None, None], corrected=corrected, count=count_of)


BEFORE, NOW = span([DAYS], 1.0, 1.0), span(WEEKS, 1.35, 1.35)


def found(now: tuple[float, float], count: float = 400.0) -> tuple[Inflation, ...]:
    return inflations_of((amounts((1.0, 1.0), count), amounts(now, count)), NOW)


def shares(company: Bridge) -> dict[str, float]:
    assert abs(company.residual()) < 1e-6
    return {party.key: party.share.value for party in company.parties}


def test_a_writer_who_takes_back_what_it_wrote_has_blown_it_up() -> None:
    (inflation,) = found((1.35, 1.35))
    assert (inflation.writer, inflation.entered, inflation.before) == (SALES, pytest.approx(1.35), 1.0)
    # only marketing's demand was written by sales; the stock is corrected in the review, the last stage not
    assert inflation.sources == pytest.approx([1.35, 1.0, 1.0, 1.0])
    assert inflation.opening == pytest.approx([1.35, 1.35, 1.0])


def test_deals_from_before_the_period_say_whether_the_opening_stock_is_blown_up() -> None:
    (inflation,) = found((1.0, 1.35))
    assert inflation.opening == pytest.approx([1.0, 1.0, 1.0])
    assert inflation.sources[MARKETING] == pytest.approx(1.35)


def test_a_part_of_a_source_is_blown_up_by_its_own_writer_only() -> None:
    now = amounts((1.35, 1.35))
    now.corrected[0, :, MARKETING, MARKETING] = 1000.0  # as much is written by marketing itself, and stays
    now.amount[0, :, MARKETING, MARKETING] = 1000.0
    (inflation,) = inflations_of((amounts((1.0, 1.0)), now), NOW)
    assert inflation.sources[MARKETING] == pytest.approx(1.175)


@pytest.mark.parametrize(("now", "count"), [((1.02, 1.02), 400.0), ((1.35, 1.35), 9.0), ((1.05, 1.05), 40.0)])
def test_what_is_small_or_rests_on_few_deals_is_none(now: tuple[float, float], count: float) -> None:
    assert found(now, count) == ()


def test_entry_and_correction_meet_in_who_wrote_both_and_nobody_is_charged() -> None:
    entries = amounts((1.0, 1.0)), amounts((1.35, 1.35))
    group = Group(baseline=BEFORE, period=NOW, entries=entries)
    blind = shares(bridges(groups={"": group}, target=None, options=ModelOptions(inflation=False)).company)
    told = shares(bridges(groups={"": group}, target=None).company)
    won = NOW.won()
    assert blind["marketing"] > 0.10 * won
    assert blind["sales"] < -0.15 * won
    assert told["marketing"] == pytest.approx(0.0, abs=0.01 * won)
    assert told["opening"] == pytest.approx(0.0, abs=0.02 * won)
    # The model takes back while it is held, so that what was open in the review is not corrected to the last cent.
    assert told["sales"] == pytest.approx(0.0, abs=0.03 * won)
