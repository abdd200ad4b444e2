"""Flows by bucket for the model: on whole weeks they are the stored roll-up, on any steps they add up."""

from collections import Counter, defaultdict
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.flows.period_flows import AMOUNT_BAND, period_flows
from tests.core.custody.test_custody_examples import company as told
from tests.core.flows.test_flows_properties import flows_of
from tests.core.strategies import STAGES, START, US, Company, brief, companies, connection_of, custody_of

DAY = 86_400
OWNERS = {14: 3, 23: 3}
"""The stages that finish a deal, and their owners."""
EARNED = {13, 14, 23}


def sums(table, keys, value):
    found = defaultdict(float)
    for row in table.to_pylist():
        found[tuple(row[key] for key in keys)] += float(row[value])
    return {key: amount for key, amount in found.items() if abs(amount) > 1e-9}


def same(one, other):
    """Equal up to the rounding of floating point: amount-days are no whole numbers."""
    assert one.keys() == other.keys()
    return all(abs(one[key] - other[key]) <= 1e-9 * max(1, abs(other[key])) for key in one)


def open_rows(table, finished=False):
    """Without what stands in a stage that takes deals off the books of the roll-up; or only that."""
    return table.filter(pa.array([(row in OWNERS) is finished for row in table["stage"].to_pylist()], pa.bool_()))


def stands(company):
    """(opportunity, stage, since, from, to, amount) of deals that stand finished: a walk over their events."""
    for deal in company.opportunities:
        events = [e for e in company.events if e["opportunity"] == deal["opportunity"]]
        events = sorted(events, key=lambda e: (e["at_us"], e["sequence"]))
        stage, amount, since, begun, left = None, 0, 0, 0, False
        for event in [e for e in events if e["at_us"] // US <= company.as_of] + [None]:
            if event is not None and left and event["stage"] is None:
                continue  # lost or withdrawn already
            left = event is not None and event["stage"] is None
            at = company.as_of + 1 if event is None else event["at_us"] // US
            to = stage if event is None else event["stage"]
            worth = amount if event is None or event["amount"] is None else event["amount"]
            worth = amount if event is not None and to is None and worth == 0 else worth
            if stage in OWNERS and (to != stage or worth != amount or event is None):
                yield deal, stage, since, begun, None if event is None else at, amount
                begun = at
            if to != stage:
                since = begun = at
            stage, amount = to, worth


@brief
@given(companies(most=6))
def test_however_deals_are_grouped_all_of_them_are_counted_once(company):
    connection, starts = connection_of(custody_of(company), company), company.weeks()["starts"].to_pylist()
    one, *others = (
        period_flows(connection, steps=starts, openings=starts[:1], as_of=company.as_of, group=group)
        for group in ("bucket", "segment", AMOUNT_BAND)
    )
    for other in others:
        for name, value in (("held", "amount_days"), ("handed_on", "count"), ("lost", "count"), ("entered", "amount"),
                            ("opening", "amount")):  # fmt: skip
            keys = ["bucket", "stage", "department"]
            assert same(sums(getattr(one, name), keys, value), sums(getattr(other, name), keys, value)), name


@brief
@given(companies(most=6))
def test_what_finished_stands_in_the_hands_of_the_last_stages_owner(company):
    found, starts = flows_by_bucket(company)
    held, opening = defaultdict(float), defaultdict(int)
    for deal, stage, _, begun, end, amount in stands(company):
        cell = (deal["segment"], deal["bucket"], stage, OWNERS[stage])
        days = ((company.as_of if end is None else end) - begun) / DAY
        held[cell] += amount * days
        for instant, moment in enumerate(starts[:-1]):
            if amount and begun < moment and (end is None or end >= moment):
                opening[(instant, *cell)] += amount
    keys = ["group", "bucket", "stage", "department"]
    assert same(
        sums(open_rows(found.held, finished=True), keys, "amount_days"),
        {cell: days for cell, days in held.items() if days > 1e-9},
    )
    assert sums(open_rows(found.opening, finished=True), ["instant", *keys], "amount") == dict(opening)


def carried(row, left):
    """Whether what goes to another pipeline stands earned on both sides."""
    return row[left] in EARNED and row["to_stage"] in EARNED


def flows_by_bucket(company):
    starts = company.weeks()["starts"].to_pylist()
    connection = connection_of(custody_of(company), company)
    return period_flows(connection, steps=starts, openings=starts[:-1], as_of=company.as_of), starts


@brief
@given(companies(most=4))
def test_weeks_are_those_of_the_roll_up(company):
    found, _ = flows_by_bucket(company)
    roll_up = flows_of(company, by_bucket=True)
    mondays = company.weeks()["week"].to_pylist()
    weeks = {monday: number for number, monday in enumerate(mondays)}
    rows = [row | {"step": weeks[row["week"]], "group": row["segment"]} for row in roll_up.to_pylist()]

    def stored(kind, keys, value):
        total = defaultdict(float)
        for row in rows:
            if row["kind"] == kind:
                total[tuple(row[key] for key in keys)] += float(row[value])
        return {key: amount for key, amount in total.items() if abs(amount) > 1e-9}

    cell = ["group", "bucket", "step", "stage", "department"]
    held = {key: value / DAY for key, value in stored("held", [*cell, "age_bin"], "amount_seconds").items()}
    assert same(sums(open_rows(found.held), [*cell, "age_bin"], "amount_days"), held)
    onward = [*cell, "age_bin", "to_stage", "to_department"]
    for row in rows:  # what finishes goes to the stage's owner, whoever has been asked something
        row["to_department"] = OWNERS.get(row["to_stage"], row["to_department"])
        row["department"] = OWNERS.get(row["stage"], row["department"])
    handed_on = found.handed_on.filter(pc.is_valid(found.handed_on["to_stage"]))  # else it went to another pipeline
    assert sums(open_rows(handed_on), onward, "amount") == stored("handed_on", onward, "amount")
    where = ["group", "bucket", "step", "stage"]
    gone = Counter()
    for row in rows:
        if row["kind"] in ("lost", "withdrawn") or (row["kind"] == "pipeline_out" and not carried(row, "stage")):
            gone[tuple(row[key] for key in where)] += row["count"]
    assert sums(found.lost, where, "count") == +gone
    assert sums(found.revalued, cell, "amount") == stored("revalued", cell, "amount")


@brief
@given(companies(most=4))
def test_a_loss_has_the_cause_that_was_recorded_and_else_none(company):
    found, starts = flows_by_bucket(company)
    moves = custody_of(company).moves.to_pylist()
    lost = [
        row
        for row in moves
        if row["kind"] in ("lost", "withdrawn") or (row["kind"] == "pipeline_out" and not carried(row, "from_stage"))
    ]
    lost = [row for row in lost if starts[0] <= row["at"] < starts[-1]]
    recorded = Counter(row["department"] for row in lost if not row["assumed"])
    recorded[None] += sum(row["assumed"] for row in lost)
    counted = Counter()
    for row in found.lost.to_pylist():
        counted[row["department"]] += row["count"]
    assert +counted == +recorded


@brief
@given(companies(most=4))
def test_the_opening_is_the_stock_of_the_roll_up_and_every_new_deal_enters_once(company):
    found, _ = flows_by_bucket(company)
    roll_up = flows_of(company).to_pylist()
    mondays = company.weeks()["week"].to_pylist()[:-1]
    stock = defaultdict(int)
    for row in roll_up:
        if row["kind"] == "opening" and row["week"] in mondays and row["amount"]:
            stock[mondays.index(row["week"]), row["stage"], row["department"]] += row["amount"]
    assert sums(open_rows(found.opening), ["instant", "stage", "department"], "amount") == dict(stock)
    created = sum(row["count"] for row in roll_up if row["kind"] == "entered")
    moves = custody_of(company).moves.to_pylist()
    # one that had finished and comes back was never gone: it is handed on
    back = sum(1 for row in moves if row["kind"] == "reopened" and row["from_stage"] is None)
    came = [row for row in moves if row["kind"] == "pipeline_in"]
    assert sum(found.entered["count"].to_pylist()) == created + back + len(came)
    assert sum(found.taken_back["count"].to_pylist()) == sum(carried(row, "from_stage") for row in came)


@brief
@given(companies(most=4), st.lists(st.integers(1, 95 * DAY - 1), min_size=1, max_size=4, unique=True))
def test_cutting_a_span_into_steps_changes_no_sum(company, cuts):
    connection = connection_of(custody_of(company), company)
    steps = [START, *(START + cut for cut in sorted(cuts)), START + 95 * DAY]

    def total(steps):
        flows = period_flows(connection, steps=steps, openings=[], as_of=company.as_of)
        return [
            sums(flows.held, ["group", "bucket", "stage", "department", "age_bin"], "amount_days"),
            sums(flows.handed_on, ["group", "bucket", "stage", "department", "age_bin"], "amount"),
            sums(flows.entered, ["group", "bucket", "stage", "department", "source"], "amount"),
        ]

    for whole, cut in zip(total([steps[0], steps[-1]]), total(steps), strict=True):
        assert same(whole, cut)


def test_an_owner_who_gets_a_deal_back_has_a_second_turn():
    """Department 2 holds days 0-2, 3 holds 2-5, 2 again 5-9: turns 0, 0, 1; then the deal moves on to stage 13."""
    deal = {"pipeline": 1, "segment": "", "source": None, "source_department": None, "bucket": 1, "team": ""}
    values = {"opportunity": 1, "sequence": 0, "amount": 1000, "cause": None}
    company = Company(
        opportunities=[{"opportunity": 1, **deal}],
        events=[values | {"at_us": (START + day * DAY) * US, "stage": stage} for day, stage in ((0, 12), (9, 13))],
        handoffs=[
            {
                "opportunity": 1,
                "handoff": 1,
                "department": 3,
                "requested_us": (START + 2 * DAY) * US,
                "completed_us": (START + 5 * DAY) * US,
            }
        ],
        as_of=START + 9 * DAY,
    )
    connection = connection_of(custody_of(company), company)
    found = period_flows(connection, steps=[START, START + 9 * DAY], openings=[START + 6 * DAY], as_of=company.as_of)
    held = sums(found.held, ["stage", "department", "turn"], "amount_days")
    assert held == {(12, 2, 0): 2000.0, (12, 3, 0): 3000.0, (12, 2, 1): 4000.0}
    found = period_flows(connection, steps=[START, START + 10 * DAY], openings=[START + 6 * DAY], as_of=company.as_of)
    passed = {
        (row["department"], row["turn"]): (row["to_stage"], row["to_turn"]) for row in found.handed_on.to_pylist()
    }
    assert passed == {(2, 0): (12, 0), (3, 0): (12, 1), (2, 1): (13, 0)}
    assert [(row["turn"], row["age_bin"]) for row in found.opening.to_pylist()] == [(1, 0)]


def written(*deals):
    """Flows of the first 30 days of deals, each a list of (day, stage, amount, writer); stage 11 is department 1's, 12
    department 2's."""
    company = Company(
        opportunities=[
            {"opportunity": number, "pipeline": 1, "segment": "", "source": 7, "source_department": 4, "bucket": 1,
             "team": ""}
            for number, _ in enumerate(deals)
        ],
        events=[
            {"opportunity": number, "at_us": (START + day * DAY) * US, "sequence": place, "stage": stage,
             "amount": amount, "cause": None, "writer": writer}
            for number, events in enumerate(deals)
            for place, (day, stage, amount, writer) in enumerate(events)
        ],
        handoffs=[],
        as_of=START + 40 * DAY,
    )  # fmt: skip
    connection = connection_of(custody_of(company), company)
    return period_flows(connection, steps=[START, START + 30 * DAY], openings=[], as_of=company.as_of)


def test_a_change_of_amount_says_who_wrote_it_and_who_held_the_deal():
    found = written([(0, 11, 1000, 2), (4, 12, 1000, None), (5, 12, 900, 3), (6, 12, 700, None), (7, 13, 650, 1)])
    assert sums(found.revalued, ["stage", "department", "writer"], "amount") == {
        (12, 2, 3): -100.0,
        (12, 2, None): -200.0,
        (12, 2, 1): -50.0,
    }


def test_entry_amounts_are_less_what_their_writers_took_back_when_they_passed_the_stage_of_corrections():
    """Department 2 enters 1,000 and 500, takes 300 and 50 back in stage 12; 1's own entry is corrected by 2: not by 1.
    The third of 2 is still in stage 12, so nobody knows yet."""
    found = written(
        [(0, 11, 1000, 2), (4, 12, 1000, 2), (5, 12, 700, 2), (8, 13, 700, None)],
        [(0, 11, 500, 2), (4, 12, 450, None), (6, 12, 500, 3), (8, 13, 400, 2)],
        [(0, 11, 800, 2), (4, 12, 800, None), (9, 12, 100, 2)],
        [(0, 11, 600, None), (4, 12, 600, None), (5, 12, 300, None), (8, 13, 300, None)],
    )
    rows = [
        (r["writer"], r["source"], r["amount"], r["corrected"], r["count"]) for r in found.entry_amounts.to_pylist()
    ]
    # 500 -> 450 with the move out of stage 11, whose owner 1 wrote it; 500 -> 400 with the move out of 12, by 2
    assert rows == [(2, 4, 1500, 1100, 2)]


def test_what_stands_finished_is_held_by_the_owner_of_the_time():
    # 100 finished on day 2 with 3; 14 is 5's from day 10; 150 from day 20, lost on day 25
    later = [{"since": START + 10 * DAY, "owner": 5}]
    story = told([(0, 11, 100), (2, 14, 100), (20, 14, 150), (25, None, None, 4)])
    story = replace(story, stages=[{**r, "later_owners": later} if r["stage"] == 14 else r for r in STAGES])
    connection = connection_of(custody_of(story), story)
    moments = [START + 5 * DAY, START + 15 * DAY]
    found = period_flows(connection, steps=[START, START + 30 * DAY], openings=moments, as_of=story.as_of)
    held = sums(open_rows(found.held, finished=True), ["department"], "amount_days")
    assert held == {(3,): 800, (5,): 10 * 100 + 5 * 150}
    assert [row["department"] for row in found.opening.to_pylist()] == [3, 5]
    assert [(row["department"], row["writer"], row["amount"]) for row in found.revalued.to_pylist()] == [(5, 5, 50)]
    assert found.handed_on.num_rows == 1
