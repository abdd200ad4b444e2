"""A department that lost reviewers is at its limit; giving them back brings the money that the same company would have
earned with them, deal by deal."""

from dataclasses import replace
from functools import cache
from zlib import crc32

import numpy as np
import pytest

from revenue_health.contribution.core.capacity import Limits, limits_of
from revenue_health.contribution.core.model.groups import whole_of
from revenue_health.contribution.core.model.rates import Rates, estimate_rates
from revenue_health.contribution.core.sensitivity import Change, Lever, WhatIf, ranked_constraints, what_if
from revenue_health.contribution.validation.hard.flows import PERIOD, groups_of, periods_of, tables_of
from revenue_health.contribution.validation.hard.world.books import keep_books
from revenue_health.contribution.validation.hard.world.chance import Chance, draw_chance
from revenue_health.contribution.validation.hard.world.company import HISTORY_DAYS, PERIOD_DAYS, Kind
from revenue_health.contribution.validation.hard.world.kinds import KINDS
from revenue_health.contribution.validation.hard.world.simulation import Story, earned_in, simulate

LEGAL = ("contract", "legal")
LOST = 0.67
"""What is left of the reviewers of `fewer_servers`."""


@cache
def chance_of(kind: Kind) -> Chance:
    return draw_chance(kind, np.random.default_rng([0, crc32(kind.name.encode())]), history=HISTORY_DAYS)


def world(kind: Kind, reviewers: float = 0.0) -> Story:
    """The company as it was, or with another part of its reviewers."""
    changes = kind.changes if not reviewers else (replace(kind.changes[0], factor=reviewers),)
    return simulate(replace(kind, changes=changes), chance_of(kind), frozenset(kind.doers))


@cache
def company(name: str) -> tuple[Rates, Limits]:
    kind = KINDS[name]
    tables = tables_of(keep_books(kind, chance_of(kind), world(kind)), buckets=8)
    whole = whole_of(groups_of(tables, periods_of(tables, PERIOD)).values())
    rates = estimate_rates(baseline=whole.baseline, period=whole.period).actual
    return rates, limits_of(before=whole.baseline, now=whole.period, rates=rates)


def asked(name: str, part: float) -> WhatIf:
    rates, limits = company(name)
    change = Change(stage=LEGAL[0], department=LEGAL[1], lever=Lever.HANDS_ON, value=part, relative=True)
    return what_if(rates=rates, changes=[change], limits=limits)


@pytest.mark.parametrize(("part", "tolerance"), [(1 / LOST - 1, 0.15), (0.2, 0.15), (0.1, 0.25), (-0.1, 0.3)])
def test_more_reviewers_bring_what_the_same_company_would_have_earned_with_them(part: float, tolerance: float) -> None:
    kind = KINDS["fewer_servers"]
    earned = [earned_in(world(kind, LOST * (1 + more)), chance_of(kind), 0, PERIOD_DAYS) for more in (0.0, part)]
    answer = asked("fewer_servers", part).change
    assert answer.value == pytest.approx(earned[1] - earned[0], rel=tolerance)
    assert answer.low < earned[1] - earned[0] < answer.high


def test_the_limit_is_what_was_handed_on_while_the_queue_grew() -> None:
    limit = company("fewer_servers")[1].reached[LEGAL]
    assert limit.most[0] < 0.8 * limit.before[0]
    assert limit.arrivals[0].mean() > 1.3 * limit.most[0]
    assert limit.most[0] == limit.hand_ons[0]


def test_reviewers_that_more_deals_keep_busy_are_at_their_limit_too() -> None:
    limit = company("queue")[1].reached[LEGAL]
    assert limit.most[0] >= limit.before[0]
    assert asked("queue", 0.2).change.low > 0


def test_a_slow_department_is_at_no_limit_and_more_hands_change_nothing() -> None:
    """Legal at half its pace hands on more when more waits: nothing says that it is short of hands."""
    _, limits = company("slow_legal")
    assert not limits.reached
    assert limits.places[LEGAL].at_most is None
    assert asked("slow_legal", 1.0).change.value == pytest.approx(0.0, abs=1.0)


def test_the_forecast_s_constraints_name_who_is_at_a_limit() -> None:
    rates, limits = company("fewer_servers")
    found = ranked_constraints(rates, limits)
    assert [(one.stage, one.department) for one in found if one.kind == "limited"] == [LEGAL]
    assert next(one.gain for one in found if one.kind == "limited") == pytest.approx(
        asked("fewer_servers", 0.1).change.value
    )
