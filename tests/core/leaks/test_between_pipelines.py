"""Deals that go from one pipeline to another, worked out by hand: nothing is lost, and money is earned once."""

import pytest
from hypothesis import given

from pipeline.core.flows.period_flows import period_flows
from pipeline.core.leaks.leaks import Figure, leaks_compute
from tests.core.strategies import DAY, STAGES, START, US, Company, brief, companies, connection_of, custody_of

LEAD, OFFER, WON, DELIVERY = 11, 12, 13, 14  # of pipeline 1: WON earns, DELIVERY finishes
FIRST, SECOND, LAST = 21, 22, 23  # of pipeline 2: LAST earns and finishes
NOTHING = Figure()


def deal(*events):
    """A company of one deal, which begins in pipeline 1; events are (day, stage, amount)."""
    row = {
        "opportunity": 1,
        "pipeline": 1,
        "segment": "",
        "source": None,
        "source_department": 4,
        "bucket": 1,
        "team": "",
    }
    rows = [
        {
            "opportunity": 1,
            "at_us": (START + day * DAY) * US,
            "sequence": n,
            "stage": stage,
            "amount": amount,
            "cause": None,
        }
        for n, (day, stage, amount) in enumerate(events)
    ]
    return Company([row], rows, [], START + 60 * DAY)


def leaks_of(company, pipeline=None):
    filters = {} if pipeline is None else {"pipeline": [pipeline]}
    connection = connection_of(custody_of(company), company)
    return leaks_compute(connection, start=None, end=None, as_of=company.as_of, filters=filters)


def figures(leaks, stage):
    row = next(row for row in leaks.stages if row.stage == stage)
    names = ("entered", "moved_in", "pipeline_in", "revalued", "advanced", "won", "lost", "pipeline_out", "closing")
    return {name: getattr(row, name) for name in names if getattr(row, name) != NOTHING}


def money(amount, count=1):
    return Figure(amount=amount, count=count)


def test_a_move_leaves_one_pipeline_and_comes_into_the_other_at_its_amount():
    """Leads of 1,000; by going to pipeline 2 on day 5 it is worth 1,200, which is booked where it was until then."""
    company = deal((0, LEAD, 1000), (5, FIRST, 1200), (9, SECOND, 1200))
    moves = [(m["kind"], m["pipeline"], m["from_stage"], m["to_stage"], m["department"], m["amount"])
             for m in custody_of(company).moves.to_pylist()]  # fmt: skip
    assert moves == [
        ("entered", 1, None, LEAD, 4, 1000),
        ("revalued", 1, LEAD, None, 1, 200),
        ("pipeline_out", 1, LEAD, FIRST, None, 1200),
        ("pipeline_in", 2, LEAD, FIRST, None, 1200),
        ("advanced", 2, FIRST, SECOND, 1, 1200),
    ]
    leaks = leaks_of(company)
    assert leaks.balance_error == 0
    assert figures(leaks, LEAD) == {"entered": money(1000), "revalued": money(200), "pipeline_out": money(1200)}
    assert figures(leaks, FIRST) == {"pipeline_in": money(1200), "advanced": money(1200)}
    assert figures(leaks, SECOND) == {"moved_in": money(1200), "closing": money(1200)}
    assert (leaks.totals.created, leaks.totals.lost, leaks.totals.open) == (money(1000), NOTHING, money(1200))


def test_a_pipeline_alone_has_what_happened_in_it():
    company = deal((0, LEAD, 1000), (5, FIRST, 1000), (9, LAST, 1000))
    one, two = leaks_of(company, 1), leaks_of(company, 2)
    assert (one.balance_error, two.balance_error) == (0, 0)
    assert (one.totals.created, one.totals.won) == (money(1000), NOTHING)
    assert (two.totals.created, two.totals.won) == (NOTHING, money(1000))


def test_a_visit_and_a_hold_end_by_the_move_and_others_begin():
    custody = custody_of(deal((0, OFFER, 1000), (5, FIRST, 1000)))
    visits = [(v["stage"], v["how"], v["to_stage"]) for v in custody.visits.to_pylist()]
    assert visits == [(OFFER, "pipeline_out", FIRST), (FIRST, "open", None)]
    holds = [(h["department"], h["ended"], h["to_department"]) for h in custody.holds.to_pylist()]
    assert holds == [(2, "pipeline_out", None), (1, "open", None)]


def test_what_was_won_and_goes_where_it_is_not_is_taken_back_and_won_again_there():
    """Won on day 3 in pipeline 1, open in pipeline 2 from day 6, won there on day 9: 1,000 earned once."""
    company = deal((0, LEAD, 1000), (3, WON, 1000), (6, FIRST, 1000))
    totals = leaks_of(company).totals
    assert (totals.won, totals.reversed, totals.lost, totals.revenue) == (money(1000), money(1000), NOTHING, 0)
    company = deal((0, LEAD, 1000), (3, WON, 1000), (6, FIRST, 1000), (9, LAST, 1000))
    assert leaks_of(company).totals.revenue == 1000
    assert [leaks_of(company, pipeline).totals.revenue for pipeline in (1, 2)] == [0, 1000]


def test_what_stands_earned_on_both_sides_was_earned_where_it_came_from():
    company = deal((0, LEAD, 1000), (3, WON, 1000), (6, LAST, 1000))
    totals = leaks_of(company).totals
    assert (totals.won, totals.reversed) == (money(1000), NOTHING)
    assert [leaks_of(company, pipeline).totals.revenue for pipeline in (1, 2)] == [1000, 0]


def test_what_had_finished_is_taken_back_where_it_had():
    """Off the books of pipeline 1 since day 3, it is back there for no time on day 6 and goes on to pipeline 2."""
    company = deal((0, LEAD, 1000), (3, DELIVERY, 1000), (6, FIRST, 1000))
    leaks = leaks_of(company)
    assert leaks.balance_error == 0
    assert figures(leaks, DELIVERY) == {"moved_in": money(2000, 2), "pipeline_out": money(1000)}
    assert figures(leaks, FIRST) == {"pipeline_in": money(1000), "closing": money(1000)}
    assert [leaks_of(company, pipeline).totals.reversed for pipeline in (1, 2)] == [money(1000), NOTHING]


def test_what_was_lost_stays_lost_and_is_reopened_elsewhere():
    company = deal((0, LEAD, 1000), (3, None, 1000), (6, FIRST, 1000))
    leaks = leaks_of(company)
    assert figures(leaks, LEAD) == {"entered": money(1000), "lost": money(1000)}
    assert figures(leaks, FIRST) == {"moved_in": money(1000), "closing": money(1000)}


def test_a_deal_that_left_is_in_no_conversion_of_the_pipeline_it_left():
    row = next(row for row in leaks_of(deal((0, LEAD, 1000), (5, FIRST, 1000))).stages if row.stage == OFFER)
    assert row.conversion_previous is None
    there_and_back = deal((0, LEAD, 1000), (5, FIRST, 1000), (7, OFFER, 1000))
    row = next(row for row in leaks_of(there_and_back).stages if row.stage == OFFER)
    assert row.conversion_previous == 1


def modelled(company, start=START, end=START + 95 * DAY):
    connection = connection_of(custody_of(company), company)
    return period_flows(connection, steps=[start, end], openings=[start, end], as_of=company.as_of)


def summed(table, pipeline, **only):
    rows = [row for row in table.to_pylist() if row["pipeline"] == pipeline]
    return sum(row["amount"] for row in rows if all(row[name] == value for name, value in only.items()))


@brief
@given(companies(most=8))
def test_the_stock_of_the_model_is_what_came_less_what_went(company):
    """With what finished among the stock: what leaves it by nothing could not be reproduced."""
    flows = modelled(company, START + 5 * DAY, START + 20 * DAY)
    for pipeline in (1, 2, 3):
        came = sum(summed(table, pipeline) for table in (flows.entered, flows.revalued))
        went = summed(flows.lost, pipeline) + summed(flows.handed_on, pipeline, to_stage=None)
        opening, closing = (summed(flows.opening, pipeline, instant=instant) for instant in (0, 1))
        assert opening + came - went == closing


def test_in_the_model_earned_money_goes_out_as_a_hand_on_and_in_without_being_won():
    """Won on day 3 (or finished), in the other pipeline's last stage from day 6: held in both, won in the first."""
    for stage in (WON, DELIVERY):
        flows = modelled(deal((0, LEAD, 1000), (3, stage, 1000), (6, LAST, 1000)))
        assert (summed(flows.lost, 1), summed(flows.handed_on, 1, to_stage=None)) == (0, 1000)
        assert (summed(flows.entered, 2, source=None), summed(flows.taken_back, 2, department=None)) == (1000, 1000)


def test_in_the_model_everything_else_is_lost_to_nobody_and_comes_from_nobody():
    flows = modelled(deal((0, LEAD, 1000), (3, WON, 1000), (6, FIRST, 1000)))
    assert (summed(flows.lost, 1, department=None), summed(flows.handed_on, 1, to_stage=None)) == (1000, 0)
    assert (summed(flows.entered, 2, source=None), summed(flows.taken_back, 2)) == (1000, 0)


@pytest.mark.parametrize(("worth", "elsewhere"), [(600, LAST), (1000, FIRST)])
def test_what_had_finished_and_came_back_before_it_went_elsewhere_is_handed_back_first(worth, elsewhere):
    """Finished on day 3, an offer again from day 5, in pipeline 2 from day 8: the 1,000 go back to the offer's owner,
    which takes them back as revenue, and from there out of the pipeline, wherever they come to stand in the other."""
    flows = modelled(deal((0, LEAD, 1000), (3, DELIVERY, 1000), (5, OFFER, 1000), (8, elsewhere, worth)))
    back = [row for row in flows.handed_on.to_pylist() if row["stage"] == DELIVERY]
    assert [(row["to_stage"], row["to_department"], row["amount"]) for row in back] == [(OFFER, 2, 1000)]
    assert summed(flows.lost, 1, stage=OFFER) == worth


@brief
@given(companies(most=8))
def test_nothing_is_handed_on_to_a_stage_of_another_pipeline(company):
    pipelines = {row["stage"]: row["pipeline"] for row in STAGES}
    for row in modelled(company).handed_on.to_pylist():
        assert row["to_stage"] is None or pipelines[row["to_stage"]] == row["pipeline"]
