"""Money is earned once: bookings of random histories against a walk over the events in plain Python."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.flows.period_flows import period_flows
from pipeline.core.leaks.leaks import Figure, leaks_compute
from revenue_health.contribution.core.long_tables import Axes, DepartmentRow, LongFlows, StageRow, flow_arrays
from tests.core.strategies import DAY, STAGES, START, US, Company, brief, companies, connection_of, custody_of

LEAD, OFFER, WON, DELIVERY = 11, 12, 13, 14  # of pipeline 1, WON earns, DELIVERY finishes
GONE = -2
FIRST, LAST = 21, 23  # of pipeline 2, LAST earns and finishes
instants = st.integers(0, 95 * DAY).map(lambda seconds: START + seconds)


class Ledger:
    """What one deal earned and gave back: a walk from event to event, nothing shared with the core."""

    def __init__(self, company, opportunity):
        self.rows = []  # (at, what, amount)
        row = next(o for o in company.opportunities if o["opportunity"] == opportunity)
        self.first = min((s for s in STAGES if s["pipeline"] == row["pipeline"]), key=lambda s: s["position"])["stage"]
        self.stage, self.amount, self.began = None, 0, False
        events = [e for e in company.events if e["opportunity"] == opportunity and e["at_us"] // US <= company.as_of]
        for event in sorted(events, key=lambda e: (e["at_us"], e["sequence"])):
            self.happen(event["at_us"] // US, event["stage"], event["amount"])

    def earned(self, stage):
        if stage is None:
            return False
        here = next(s for s in STAGES if s["stage"] == stage)
        mine = [s for s in STAGES if s["pipeline"] == here["pipeline"] and s["position"] <= here["position"]]
        return any(s["earns"] for s in mine)

    def standing(self):
        return self.amount if self.earned(self.stage) else 0

    def happen(self, at, stage, amount):
        if stage is None and self.began and self.stage is None:
            return  # lost already
        if stage is None and not self.began:
            self.happen(at, self.first, amount or 0)
        amount = self.amount if amount is None or (stage is None and amount == 0) else amount
        before, now = self.earned(self.stage), self.earned(stage)
        if before and amount != self.amount:
            change = amount - self.amount
            self.rows.append((at, "raised" if change > 0 else "reversed", abs(change)))
        if now and not before:
            self.rows.append((at, "won", amount))
        if before and not now:
            self.rows.append((at, "reversed", amount))
        self.stage, self.amount, self.began = stage, amount, True


def expected(company, start, end):
    """(won, reversed) of the span as figures."""
    rows = [row for o in company.opportunities for row in Ledger(company, o["opportunity"]).rows]
    rows = [row for row in rows if start <= row[0] < end]
    won = Figure(
        amount=sum(amount for _, what, amount in rows if what != "reversed"),
        count=sum(what == "won" for _, what, _ in rows),
    )
    back = [amount for _, what, amount in rows if what == "reversed"]
    return won, Figure(amount=sum(back), count=len(back))


def totals(company, start=None, end=None):
    connection = connection_of(custody_of(company), company)
    return leaks_compute(connection, start=start, end=end, as_of=company.as_of).totals


def modelled(company, start, end):
    """Revenue of the span as the model adds it up, minor units."""
    flows = period_flows(
        connection_of(custody_of(company), company), steps=[start, end], openings=[start], as_of=company.as_of
    )
    revenue = 0.0
    for pipeline in (1, 2, 3):
        tables = {}
        for name in ("held", "handed_on", "lost", "revalued", "entered", "taken_back", "opening"):
            rows = [row for row in getattr(flows, name).to_pylist() if row["pipeline"] == pipeline]
            columns = [c for c in getattr(flows, name).column_names if c not in ("group", "origin", "pipeline")]
            tables[name] = {
                c: np.array([-1 if r[c] is None else r[c] for r in rows], dtype=np.float64) for c in columns
            }
        long = LongFlows(**tables)
        ladder = sorted((s for s in STAGES if s["pipeline"] == pipeline), key=lambda s: s["position"])
        stages = [StageRow(id=s["stage"], key=str(s["stage"]), earns=s["earns"], owner=s["owner"]) for s in ladder]
        departments = [DepartmentRow(id=number, key=f"d{number}", external=number == 5) for number in range(1, 6)]
        axes = Axes(stages=stages, departments=departments, spans=[long])
        revenue += flow_arrays(axes=axes, long=long, step_days=np.array([7.0]), buckets=50).won()
    return revenue


@brief
@given(companies(most=8), instants, instants)
def test_what_is_earned_and_taken_back_is_that_of_a_walk_over_the_events(company, one, other):
    start, end = min(one, other), max(one, other) + 1
    found = totals(company, start, end)
    assert (found.won, found.reversed) == expected(company, start, end)


@brief
@given(companies(most=8))
def test_over_all_time_revenue_is_what_stands(company):
    standing = sum(Ledger(company, o["opportunity"]).standing() for o in company.opportunities)
    assert totals(company).revenue == standing


@brief
@given(companies(most=6), instants, instants)
def test_the_model_adds_up_the_same_revenue(company, one, other):
    start, end = min(one, other), max(one, other) + 1
    found = modelled(company, start, end)
    assert abs(found - totals(company, start, end).revenue) <= 1e-9 * max(abs(found), 1)


def deal(*events, pipeline=1, as_of=60):
    """A company of one deal; events are (day, stage, None for lost or GONE for withdrawn, amount)."""
    return Company(
        opportunities=[
            {"opportunity": 1, "pipeline": pipeline, "segment": "", "source": None, "source_department": None,
             "bucket": 1, "team": ""}
        ],
        events=[
            {"opportunity": 1, "at_us": (START + day * DAY) * US, "sequence": number, "amount": amount, "cause": None,
             "stage": None if stage == GONE else stage, "withdrawn": stage == GONE}
            for number, (day, stage, amount) in enumerate(events)
        ],
        handoffs=[],
        as_of=START + as_of * DAY,
    )  # fmt: skip


def money(company, start=None, end=None):
    span = [None if day is None else START + day * DAY for day in (start, end)]
    found = totals(company, *span)
    return (found.won.amount, found.won.count, found.reversed.amount, found.reversed.count)


def test_a_win_taken_back_and_won_again_stands_once():
    history = deal((0, FIRST, 500), (4, LAST, 500), (5, FIRST, 500), (19, LAST, 500), pipeline=2)
    assert money(history) == (1000, 2, 500, 1)
    assert money(history, 0, 5) == (500, 1, 0, 0)
    assert money(history, 5, 19) == (0, 0, 500, 1)


def test_a_win_that_was_withdrawn_is_taken_back_and_no_loss():
    history = deal((0, WON, 500), (9, GONE, 0))
    assert money(history) == (500, 1, 500, 1)
    assert money(history, 0, 9) == (500, 1, 0, 0)
    assert totals(history).lost == Figure()
    finished = deal((0, LAST, 500), (9, GONE, 0), pipeline=2)
    assert money(finished) == (500, 1, 500, 1)


def test_moving_among_earned_stages_books_nothing():
    assert money(deal((0, WON, 500), (3, DELIVERY, 500), (5, WON, 500), (6, DELIVERY, 500))) == (500, 1, 0, 0)


def test_a_deal_that_skips_the_earning_stage_is_won_and_loses_no_more_than_that():
    history = deal((0, LEAD, 500), (3, DELIVERY, 500), (9, None, None))
    assert money(history, 0, 9) == (500, 1, 0, 0)
    assert money(history, 9, 10) == (0, 0, 500, 1)


def test_a_win_that_shrinks_takes_back_the_difference_when_it_shrinks():
    history = deal((0, LEAD, 500), (3, WON, 500), (8, WON, 450), (9, WON, 470))
    assert money(history, 0, 8) == (500, 1, 0, 0)
    assert money(history, 8, 9) == (0, 0, 50, 1)
    assert money(history, 9, 10) == (20, 0, 0, 0)


def test_a_finished_deal_that_comes_back_at_another_amount_takes_back_what_it_had_earned():
    """500 were earned; back in the first stage at 300 nothing stands: 200 shrunk, 300 moved back."""
    history = deal((0, FIRST, 500), (4, LAST, 500), (9, FIRST, 300), pipeline=2)
    assert money(history, 9, 10) == (0, 0, 500, 2)
    assert totals(history).revenue == 0


def test_a_finished_deal_that_comes_back_into_an_earned_stage_takes_nothing_back():
    history = deal((0, LEAD, 500), (3, WON, 500), (5, DELIVERY, 500), (9, WON, 500), (11, None, None))
    assert money(history, 0, 11) == (500, 1, 0, 0)
    assert money(history, 11, 12) == (0, 0, 500, 1)
