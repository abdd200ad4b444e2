"""Flows by bucket for the model: on whole weeks they are the stored roll-up, on any steps they add up."""

from collections import Counter, defaultdict

from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.flows.period_flows import period_flows
from tests.core.flows.test_flows_properties import flows_of
from tests.core.strategies import START, US, Company, brief, companies, connection_of, custody_of

DAY = 86_400


def sums(table, keys, value):
    found = defaultdict(float)
    for row in table.to_pylist():
        found[tuple(row[key] for key in keys)] += float(row[value])
    return {key: amount for key, amount in found.items() if abs(amount) > 1e-9}


def same(one, other):
    """Equal up to the rounding of floating point: amount-days are no whole numbers."""
    assert one.keys() == other.keys()
    return all(abs(one[key] - other[key]) <= 1e-9 * max(1, abs(other[key])) for key in one)


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
    assert same(sums(found.held, [*cell, "age_bin"], "amount_days"), held)
    onward = [*cell, "age_bin", "to_stage", "to_department"]
    assert sums(found.handed_on, onward, "amount") == stored("handed_on", onward, "amount")
    where = ["group", "bucket", "step", "stage"]
    assert sums(found.lost, where, "count") == stored("lost", where, "count")
    assert sums(found.revalued, cell, "amount") == stored("revalued", cell, "amount")


@brief
@given(companies(most=4))
def test_a_loss_has_the_cause_that_was_recorded_and_else_none(company):
    found, starts = flows_by_bucket(company)
    moves = custody_of(company).moves.to_pylist()
    lost = [row for row in moves if row["kind"] == "lost" and starts[0] <= row["at"] < starts[-1]]
    recorded = Counter(row["department"] for row in lost if not row["assumed"])
    recorded[None] = sum(row["assumed"] for row in lost)
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
    assert sums(found.opening, ["instant", "stage", "department"], "amount") == dict(stock)
    created = sum(row["count"] for row in roll_up if row["kind"] == "entered")
    moves = custody_of(company).moves.to_pylist()
    # one that is revalued or lost where it had finished is never held again
    back = sum(1 for row in moves if row["kind"] == "reopened" and row["from_stage"] != row["to_stage"])
    assert sum(found.entered["count"].to_pylist()) == created + back


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
