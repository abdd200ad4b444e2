"""Customers who have finished still stand: a base that grows at an unchanged churn is nobody's fault."""

from functools import cache

import numpy as np
import pytest

from pipeline.core.custody.custody import CustodyInput, custody_compute
from pipeline.core.flows.period_flows import PeriodFlows, period_flows
from pipeline.core.weeks import week_table
from revenue_health.contribution.core.long_tables import Axes, DepartmentRow, LongFlows, StageRow, flow_arrays
from revenue_health.contribution.core.model.bridge import Bridge
from revenue_health.contribution.core.model.groups import Group, group_bridge, whole_of
from tests.core.strategies import DAY, START, US, Company, arrow, connection_of

LEAD, OFFER, CUSTOMER, BEHIND = 1, 2, 3, 4
MARKETING, SALES, SERVICE = 1, 2, 3
TABLES = ("held", "handed_on", "lost", "revalued", "entered", "opening")
DAYS, PERIOD = 1_000, 91
STAGES = [
    {"stage": LEAD, "pipeline": 1, "position": 1, "owner": MARKETING, "earns": False, "limit_seconds": None},
    {"stage": OFFER, "pipeline": 1, "position": 2, "owner": SALES, "earns": False, "limit_seconds": None},
    {"stage": CUSTOMER, "pipeline": 1, "position": 3, "owner": SERVICE, "earns": True, "limit_seconds": None},
    {"stage": BEHIND, "pipeline": 1, "position": 4, "owner": SERVICE, "earns": False, "limit_seconds": None},
]


def simulated(seed: int, churn_days: float, late: float = 1.0) -> Company:
    """Eight deals of 1,000 a day; 10 days a lead, 20 an offer, half of them lost there; then a customer until service
    loses it, at one hazard: `late` times it in the last quarter."""
    rng = np.random.default_rng(seed)
    begun = np.sort(rng.uniform(0, DAYS, rng.poisson(8 * DAYS)))
    offered = begun + rng.exponential(10, begun.size)
    decided = offered + rng.exponential(20, begun.size)
    wins = rng.random(begun.size) < 0.5
    # an exponential clock that runs `late` times as fast from the period on
    clock = rng.exponential(churn_days, begun.size)
    ahead = np.maximum(DAYS - PERIOD - decided, 0)
    lost = decided + np.where(clock < ahead, clock, ahead + (clock - ahead) / late)
    events = []
    for deal, (first, second, third) in enumerate(zip(begun, offered, decided, strict=True)):
        rows = [(first, LEAD, None), (second, OFFER, None)]
        rows += [(third, CUSTOMER, None), (lost[deal], None, SERVICE)] if wins[deal] else [(third, None, SALES)]
        events += [
            {"opportunity": deal, "at_us": int((START + at * DAY) * US), "sequence": number, "stage": stage,
             "amount": 100_000, "cause": cause}
            for number, (at, stage, cause) in enumerate(rows)
        ]  # fmt: skip
    deals = [
        {"opportunity": deal, "pipeline": 1, "segment": "", "source": None, "source_department": MARKETING,
         "bucket": deal % 20, "team": ""}
        for deal in range(begun.size)
    ]  # fmt: skip
    return Company(opportunities=deals, events=events, handoffs=[], as_of=START + DAYS * DAY - 1)


def columns(flows: PeriodFlows) -> LongFlows:
    tables = {}
    for name in TABLES:
        table = getattr(flows, name)
        tables[name] = {
            c: table[c].fill_null(-1).to_numpy() for c in table.column_names if c not in ("group", "origin")
        }
    return LongFlows(**tables)


@cache
def share_of(seed: int, churn_days: float, late: float = 1.0, stages: int = 3) -> Bridge:
    """The bridge of the last quarter against the year before, by the product's own way from events to shares."""
    company = simulated(seed, churn_days, late)
    table = arrow("stages", STAGES[:stages])
    data = CustodyInput(
        opportunities=arrow("opportunities", company.opportunities),
        events=arrow("events", company.events),
        handoffs=arrow("handoffs", []),
        stages=table,
        as_of=company.as_of,
        weeks=week_table(START, company.as_of, "UTC"),
    )
    connection = connection_of(custody_compute(data, threads=1), company)
    connection.register("stages", table)
    end, start, before = (START + day * DAY for day in (DAYS, DAYS - PERIOD, DAYS - PERIOD - 364))
    weeks = [*range(start, end, 7 * DAY), end]
    openings = [before + quarter * PERIOD * DAY for quarter in range(4)]
    now, then = (
        columns(period_flows(connection, steps=steps, openings=opened, as_of=company.as_of))
        for steps, opened in ((weeks, [start]), ([before, start], openings))
    )
    axes = Axes(
        stages=[StageRow(id=s["stage"], key=str(s["stage"]), earns=s["earns"], owner=s["owner"]) for s in STAGES][
            :stages
        ],
        departments=[DepartmentRow(id=n, key=key) for n, key in ((1, "marketing"), (2, "sales"), (3, "service"))],
        spans=[now, then],
    )
    spans = [
        flow_arrays(axes=axes, long=long, step_days=np.diff(steps) / DAY, buckets=20, unit=100)
        for long, steps in ((then, [before, start]), (now, weeks))
    ]
    group = Group(baseline=spans[0], period=spans[1])
    return group_bridge(group=group, together=whole_of([group]), factors=False)


def party(bridge: Bridge, key: str):
    return next(party for party in bridge.parties if party.key == key)


def test_a_base_that_grows_at_the_same_churn_is_not_services_fault() -> None:
    """3.9 wins a day, lost after 900 days on average: the base of the last quarter is about a tenth above the mean of
    the year before (1 - exp(-t / 900) at t = 924 days against t = 697), and so are the losses, some 18 % of the wins.
    Service did nothing else: the losses that the growth of the base brings are the opening's."""
    shares = [party(share_of(seed, 900.0), "service").share for seed in (1, 2, 3)]
    won = 3.9 * PERIOD * 1_000
    assert all(share.low < 0 < share.high for share in shares)
    assert abs(np.mean([share.value for share in shares])) < 0.02 * won


def test_churn_that_doubles_is_found() -> None:
    """Twice the hazard costs about what the base lost before: 2,000 customers of 1,000 for 91 days at 1 / 900."""
    share = party(share_of(1, 900.0, late=2.0), "service").share
    assert share.high < 0
    assert share.value == pytest.approx(-2_000 * 1_000 * 91 / 900, rel=0.35)


def test_a_finishing_stage_is_judged_like_one_that_has_another_behind_it() -> None:
    """With one more stage that nobody reaches customers stay on the books; not a figure may change."""
    finishing, open_ended = (share_of(1, 900.0, stages=stages) for stages in (3, 4))
    for one, other in zip(finishing.parties, open_ended.parties, strict=True):
        assert one.replicates == pytest.approx(other.replicates, rel=1e-9, abs=1e-6)
    assert finishing.actual == pytest.approx(open_ended.actual)
    assert finishing.modelled_actual == pytest.approx(open_ended.modelled_actual)
