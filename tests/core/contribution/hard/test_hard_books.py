"""What a simulated company writes down: true where records are kept well, wrong in the way its kind says."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from revenue_health.contribution.core.gates.doubts.moved_work import moved_work
from revenue_health.contribution.validation.hard.flows import PERIOD, groups_of, periods_of, tables_of
from revenue_health.contribution.validation.hard.tables import bucket_of
from revenue_health.contribution.validation.hard.world.books import MOVED_STAGE, START, keep_books
from revenue_health.contribution.validation.hard.world.chance import draw_chance
from revenue_health.contribution.validation.hard.world.company import (
    DEPARTMENTS,
    PERIOD_DAYS,
    STAGES,
    STEPS,
    Kind,
    Records,
)
from revenue_health.contribution.validation.hard.world.kinds import KINDS
from revenue_health.contribution.validation.hard.world.simulation import LEGAL_STEP, WON_STEP, earned_in, simulate

SALES, LEGAL = DEPARTMENTS.index("sales"), DEPARTMENTS.index("legal")


@cache
def company(records=None, scale=0.2, **figures):
    kind = Kind(name="own", says="for a test", records=records or Records(), scale=scale, **figures)
    chance = draw_chance(kind, np.random.default_rng(3), history=500.0)
    story = simulate(kind, chance, frozenset(kind.doers))
    return chance, story, keep_books(kind, chance, story)


def losses(books, *, since=-1e9):
    events = books.events
    lost = (events.stage < 0) & (events.day >= since)
    return np.bincount(events.cause[lost], minlength=len(DEPARTMENTS))


def test_the_product_counts_what_was_earned_to_the_cent():
    chance, story, books = company()
    tables = tables_of(books, buckets=4)
    groups = groups_of(tables, periods_of(tables, PERIOD)).values()
    deals = len(books.key)
    assert abs(sum(group.period.won() for group in groups) - earned_in(story, chance, 0, PERIOD_DAYS)) < 0.01 * deals


def test_a_lead_is_lost_as_often_as_its_hazards_say():
    """Gamma work of shape 2 and mean m under a hazard h is survived with probability (1 + h m / 2) ** -2."""
    _, story, _ = company(scale=1.0)
    came = story.present & np.isfinite(story.begin[:, 0])
    lost = came & (story.lost_stage == 0)
    assert abs(lost[came].mean() - (1 - (1 + 0.030 * 8 / 2) ** -2)) < 0.01
    assert abs((story.cause[lost] == DEPARTMENTS.index("marketing")).mean() - 0.018 / 0.030) < 0.02


def test_three_in_ten_losses_of_sales_are_booked_on_others():
    honest, always = company()[2], company(Records(lies=0.3, lies_since=-1e9))[2]
    assert losses(honest).sum() == losses(always).sum()
    assert abs(losses(always)[SALES] / losses(honest)[SALES] - 0.7) < 0.03
    since = company(Records(lies=0.3))[2]
    assert abs(losses(since, since=0)[SALES] / losses(honest, since=0)[SALES] - 0.7) < 0.08
    assert (losses(since) - losses(since, since=0)).tolist() == (losses(honest) - losses(honest, since=0)).tolist()


def test_two_in_five_handoffs_to_legal_are_not_logged():
    logged, some = company()[2], company(Records(unlogged=0.4, unlogged_since=-1e9))[2]
    asked = [int((books.asked_department == LEGAL).sum()) for books in (logged, some)]
    assert abs(asked[1] / asked[0] - 0.6) < 0.04


def test_inflated_amounts_are_taken_back_when_the_deal_is_won():
    (_, _, honest), (_, _, large) = company(), company(Records(inflated=0.35))
    before, after = honest.events, large.events
    assert (before.day == after.day).all()
    won = before.stage == STAGES.index("won")
    assert (before.amount[won] == after.amount[won]).all()
    new = np.flatnonzero((before.stage >= 0) & (before.day >= 0) & (before.amount > 0) & ~won)
    new = new[np.append(True, before.deal[new][1:] != before.deal[new][:-1])]
    entries = new[before.deal[new] != before.deal[new - 1]]
    assert np.allclose(after.amount[entries] / before.amount[entries], 1.35, atol=1e-4)
    assert set(after.actor[entries].tolist()) == {SALES}


def test_work_that_moved_by_handoffs_is_asked_of_production_and_takes_as_long():
    _, story, books = company(Records(moved="handoffs"))
    honest = company()[2]
    assert (books.events.day == honest.events.day).all()
    left = np.fmax(story.end[:, 2], story.end[:, 4])
    left = np.fmax(left, story.end[:, 3])
    in_stage = story.present & (left > 0) & (story.begin[:, 2] < PERIOD_DAYS)
    assert books.asked_deal.size == honest.asked_deal.size + in_stage.sum()


def test_a_stage_that_goes_to_production_is_held_by_it_from_that_day_and_nobody_is_judged():
    _, _, books = company(Records(moved="owner"))
    tables = tables_of(books, buckets=4)
    held = tables.connection.sql(
        f"SELECT DISTINCT department, from_at >= {START} FROM holds WHERE stage = {MOVED_STAGE + 1} AND department <> "
        f"{LEGAL + 1}"
    ).fetchall()
    assert (SALES + 1, True) not in held
    assert (DEPARTMENTS.index("production") + 1, True) in held
    groups = groups_of(tables, periods_of(tables, PERIOD))
    sentence = f"the work in {STAGES[MOVED_STAGE]} moved from sales to production"
    assert moved_work({1: groups}, {}) == {"sales": sentence, "production": sentence}


def test_a_whale_is_lost_for_legal_in_the_middle_of_the_period():
    _, _, books = company(whale=2_500_000.0)
    deal = books.events.deal[books.events.amount == 250_000_000]
    mine = books.events.deal == deal[0]
    assert books.events.cause[mine][-1] == LEGAL
    assert 20 < books.events.day[mine][-1] < 72


def test_worlds_share_their_chance_and_differ_only_by_who_changed():
    kind = replace(KINDS["slow_legal"], scale=0.2)
    chance = draw_chance(kind, np.random.default_rng(1), history=300.0)
    before, after = (simulate(kind, chance, coalition) for coalition in (frozenset(), frozenset({"legal"})))
    reached = np.isfinite(before.begin[:, LEGAL_STEP]) & np.isfinite(after.begin[:, LEGAL_STEP])
    assert np.array_equal(
        before.begin[reached, : LEGAL_STEP + 1], after.begin[reached, : LEGAL_STEP + 1], equal_nan=True
    )
    assert earned_in(after, chance, 0, PERIOD_DAYS) < earned_in(before, chance, 0, PERIOD_DAYS)


@pytest.mark.parametrize("name", ["together", "lie_only", "season"])
def test_nothing_happens_in_a_world_in_which_not_all_of_them_changed(name):
    kind = replace(KINDS[name], scale=0.05)
    chance = draw_chance(kind, np.random.default_rng(1), history=300.0)
    alone = [simulate(kind, chance, frozenset(names)) for names in ((), ("legal",), ("finance",))]
    revenue = {earned_in(story, chance, 0, PERIOD_DAYS) for story in alone}
    assert len(revenue) == 1


def test_deals_that_skip_production_are_held_by_sales_once():
    _, story, _ = company()
    asked, second = np.isfinite(story.begin[:, 3]), np.isfinite(story.begin[:, 4])
    assert not (second & ~asked).any()
    assert abs(asked.sum() / np.isfinite(story.end[:, 2]).sum() - 0.8 * 0.93) < 0.05
    assert STEPS[WON_STEP].stage == "won"


def test_buckets_are_those_of_the_database():
    # md5("D000001") begins with these seven digits; the database takes them as a number modulo 40
    from hashlib import md5

    assert bucket_of("D000001") == int(md5(b"D000001").hexdigest()[:7], 16) % 40
