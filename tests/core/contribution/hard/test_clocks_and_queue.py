"""Time under changing rates, and the queue: worked out by hand."""

from math import inf

import numpy as np

from revenue_health.contribution.validation.hard.world.clocks import factor_of, make_clock
from revenue_health.contribution.validation.hard.world.company import Change
from revenue_health.contribution.validation.hard.world.queue import review_ends


def change(factor, *windows):
    return Change(who=(), what="pace", factor=factor, windows=windows or ((0.0, inf),))


def test_work_begun_before_a_change_goes_on_at_the_new_pace():
    clock = make_clock([change(0.5)])
    # ten days of work: six are done by day 0, the other four take eight
    assert clock.after(np.array([-6.0]), np.array([10.0])).tolist() == [8.0]
    assert clock.after(np.array([3.0]), np.array([10.0])).tolist() == [23.0]
    assert clock.after(np.array([-30.0]), np.array([10.0])).tolist() == [-20.0]


def test_changes_in_force_at_once_multiply():
    clock = make_clock([change(0.5), change(0.5, (10.0, 20.0))])
    # half speed for ten days, a quarter for ten, half again: 5 + 2.5 + 1
    assert clock.after(np.array([0.0]), np.array([8.5])).tolist() == [22.0]
    assert factor_of([change(0.5), change(3.0, (10.0, 20.0))], np.array([-1.0, 5.0, 15.0])).tolist() == [1, 0.5, 1.5]


def ends(arrival, work, lost, reviewers, later=None):
    columns = [np.array(column, dtype=float) for column in (arrival, work, lost)]
    return review_ends(*columns, reviewers=reviewers, later=reviewers if later is None else later).tolist()


def test_one_reviewer_takes_deals_in_order_of_arrival():
    assert ends([2, 0, 1], [5, 5, 5], [inf] * 3, 1) == [15, 5, 10]
    assert ends([2, 0, 1], [5, 5, 5], [inf] * 3, 2) == [10, 5, 6]


def test_a_deal_lost_while_it_waits_costs_no_review_and_one_lost_under_review_frees_the_reviewer():
    assert ends([0, 1, 2], [5, 5, 5], [inf, 4, inf], 1) == [5, inf, 10]
    assert ends([0, 1], [9, 5], [3, inf], 1) == [9, 8]


def test_reviewers_who_leave_finish_what_they_are_at():
    # both review from day -4; on day 0 one leaves, so the third deal waits for the other
    assert ends([-4, -4, -3], [5, 6, 2], [inf] * 3, 2, later=1) == [1, 2, 4]


def test_the_queue_waits_as_erlang_says():
    """M/M/3 at load 2.4: the mean wait is C(3, 2.4) / (3 - 2.4) service times, with Erlang's C = 0.6472."""
    rng = np.random.default_rng(5)
    arrival = np.cumsum(rng.exponential(1 / 2.4, 200_000))
    work = rng.exponential(1.0, arrival.size)
    end = review_ends(arrival, work, np.full(arrival.size, inf), reviewers=3, later=3)
    assert abs(np.mean(end - work - arrival) - 0.6472 / 0.6) < 0.1
