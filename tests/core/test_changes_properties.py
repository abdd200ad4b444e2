"""What changed since a date, on random histories recorded with delay: buckets add up, and each deal is in one."""

from dataclasses import dataclass
from datetime import date, timedelta

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.buckets import BUCKETS
from pipeline.core.changes import changed_deals, changes_compute
from pipeline.core.custody.custody import CustodyInput, custody_compute
from pipeline.core.custody.known_events import known_events
from tests.core.strategies import DAY, STAGES, START, US, brief, companies, connection_of

LAST = date(2026, 4, 10)
UNKNOWN, LOST, WITHDRAWN = "unknown", "lost", "withdrawn"
closes = st.one_of(st.none(), st.integers(-9, 9).map(lambda days: LAST + timedelta(days=days)))
AFTER_EARNING = {13, 14, 23}
PIPELINE = {stage["stage"]: stage["pipeline"] for stage in STAGES}


@st.composite
def delayed(draw):
    """A company whose events got a day on which they were recorded, and an expected close; known up to its as_of."""
    company = draw(companies(most=8))
    events = []
    for event in company.events:
        late = draw(st.sampled_from([0, 0, 0, 1, 3 * DAY, 12 * DAY]))
        known = event["at_us"] + late * US
        if known // US <= company.as_of:
            events.append(event | {"recorded_us": known, "expected_close": draw(closes)})
    seen = {event["opportunity"] for event in events}
    deals = [deal for deal in company.opportunities if deal["opportunity"] in seen]
    return type(company)(deals, events, [], company.as_of)


@dataclass(frozen=True)
class Side:
    """What was known of a deal, replayed event by event."""

    state: str = UNKNOWN
    stage: int | None = None
    amount: int = 0
    close: date | None = None

    @property
    def open(self):
        return self.amount if self.state == "open" else 0


def replayed(events, *, until, recorded):
    side = Side()
    before_lost, left_as = False, LOST
    every = sorted(events, key=lambda event: (event["at_us"], event["sequence"]))
    for event in every:
        lost = event["stage"] is None
        ignored = lost and (not event["amount"] or before_lost)
        if lost and not before_lost:
            left_as = WITHDRAWN if event["withdrawn"] else LOST
        before_lost = lost
        if event["at_us"] // US >= until or event["recorded_us"] // US >= recorded:
            continue
        stage = event["stage"]
        amount = side.amount if ignored or event["amount"] is None else event["amount"]
        state = left_as if lost else "won" if stage in AFTER_EARNING else "open"
        side = Side(state=state, stage=stage, amount=amount, close=event["expected_close"] or side.close)
    return side


def connected(company):
    columns = {name: [event[name] for event in company.events] for name in ("recorded_us", "expected_close")}
    events = company.data().events
    events = events.append_column("recorded_us", pa.array(columns["recorded_us"], pa.int64()))
    events = events.append_column("expected_close", pa.array(columns["expected_close"], pa.date32()))
    plain = company.data()
    data = CustodyInput(**{**vars(plain), "events": events})
    connection = connection_of(custody_compute(data, threads=1), company)
    connection.register("events", known_events(data))
    return connection


def sides(company, since):
    for deal in company.opportunities:
        mine = [event for event in company.events if event["opportunity"] == deal["opportunity"]]
        now = company.as_of + 1
        yield deal["opportunity"], replayed(mine, until=since, recorded=since), replayed(mine, until=now, recorded=now)


sinces = st.one_of(st.integers(-2, 95 * DAY), st.integers(0, 60).map(lambda half: half * DAY // 2)).map(
    lambda seconds: START + seconds
)


@brief
@given(delayed(), sinces)
def test_buckets_add_up_to_the_difference_to_the_cent_and_to_the_deal(company, since):
    since = min(since, company.as_of)
    changes = changes_compute(connected(company), since=since, last=LAST)
    pairs = [(then, now) for _, then, now in sides(company, since)]
    assert changes.then == sum(then.open for then, _ in pairs)
    assert changes.now == sum(now.open for _, now in pairs)
    assert changes.then_deals == sum(then.state == "open" for then, _ in pairs)
    assert changes.now_deals == sum(now.state == "open" for _, now in pairs)
    assert sum(bucket.difference for bucket in changes.buckets) == changes.now - changes.then
    assert sum(bucket.deals_difference for bucket in changes.buckets) == changes.now_deals - changes.then_deals


@brief
@given(delayed(), sinces)
def test_deals_of_a_bucket_change_the_number_of_open_deals_alike(company, since):
    """So that the signed counts of the page are the counts of deals: 397 new, 115 lost, and no deal in between."""
    each = dict.fromkeys(BUCKETS, 0) | {"won": -1, "lost": -1, "withdrawn": -1, "reopened": 1, "new": 1}
    each["from_pipeline"] = 1
    for bucket in changes_compute(connected(company), since=min(since, company.as_of), last=LAST).buckets:
        if bucket.key != "late":  # what was recorded late may have come, gone or changed
            assert bucket.deals_difference == each[bucket.key] * bucket.deals


@brief
@given(delayed(), sinces)
def test_every_deal_that_was_open_is_open_or_ended_is_in_exactly_one_bucket(company, since):
    since, connection = min(since, company.as_of), connected(company)
    changes = changes_compute(connection, since=since, last=LAST)
    found = []
    for bucket in changes.buckets:
        deals, total = changed_deals(connection, since=since, last=LAST, bucket=bucket.key)
        assert (len(deals), total) == (bucket.deals, bucket.deals)
        assert sum(deal.difference for deal in deals) == bucket.difference
        found += [deal.opportunity for deal in deals]
    expected = [
        key
        for key, then, now in sides(company, since)
        if "open" in (then.state, now.state) or then.state != now.state != UNKNOWN
    ]
    assert sorted(found) == sorted(expected)


@brief
@given(delayed(), sinces)
def test_the_bucket_is_the_first_of_the_published_rank_that_fits(company, since):
    since, connection = min(since, company.as_of), connected(company)
    deals = {}
    for bucket in BUCKETS:
        for deal in changed_deals(connection, since=since, last=LAST, bucket=bucket)[0]:
            deals[deal.opportunity] = bucket
    for key, then, now in sides(company, since):
        if key not in deals:
            continue
        happened = any(e["at_us"] // US >= since for e in company.events if e["opportunity"] == key)
        closes = then.close and now.close
        crossed = then.stage and now.stage and PIPELINE[then.stage] != PIPELINE[now.stage]
        fits = {
            "idle": then == now,
            "late": then != now and not happened,
            "won": now.state == "won" and then.state == "open",
            "came_won": now.state == "won" and then.state != "open",
            "lost": now.state == LOST and then.state == "open",
            "lost_later": now.state == LOST and then.state == "won",
            "came_lost": now.state == LOST and then.state in (UNKNOWN, LOST, WITHDRAWN),
            "withdrawn": now.state == WITHDRAWN and then.state == "open",
            "withdrawn_later": now.state == WITHDRAWN and then.state != "open",
            "from_pipeline": now.state == "open" and then.state == "won" and crossed,
            "to_pipeline": now.state == "open" == then.state and crossed,
            "reopened": now.state == "open" and then.state in ("won", LOST, WITHDRAWN),
            "new": now.state == "open" and then.state == UNKNOWN,
            "pulled_in": closes and now.close < then.close,
            "pushed_out": closes and now.close > then.close,
            "up": now.amount > then.amount,
            "down": now.amount < then.amount,
            "moved": now.stage != then.stage,
        }
        assert fits[deals[key]], (deals[key], then, now)
        earlier = [name for name in list(BUCKETS)[: list(BUCKETS).index(deals[key])] if fits[name]]
        across = closes and (then.close > LAST) != (now.close > LAST)
        pushes = {"pulled_in", "pushed_out"}
        allowed = pushes if deals[key] in ("up", "down") and not across else set()
        assert set(earlier) <= allowed, (deals[key], earlier, then, now)


@brief
@given(delayed(), sinces)
def test_each_pipeline_adds_up_by_itself_and_all_of_them_to_the_whole(company, since):
    since, connection = min(since, company.as_of), connected(company)
    whole = changes_compute(connection, since=since, last=LAST)
    pairs = [(then, now) for _, then, now in sides(company, since)]
    parts = {
        pipeline: changes_compute(connection, since=since, last=LAST, pipeline=pipeline)
        for pipeline in {*PIPELINE.values()}
    }
    for pipeline, part in parts.items():
        assert part.then == sum(then.open for then, _ in pairs if PIPELINE.get(then.stage) == pipeline)
        assert part.now == sum(now.open for _, now in pairs if PIPELINE.get(now.stage) == pipeline)
        assert sum(bucket.difference for bucket in part.buckets) == part.now - part.then
        assert sum(bucket.deals_difference for bucket in part.buckets) == part.now_deals - part.then_deals
        for bucket in part.buckets:
            rows = changed_deals(connection, since=since, last=LAST, bucket=bucket.key, pipeline=pipeline)[0]
            assert (len(rows), sum(row.difference for row in rows)) == (bucket.deals, bucket.difference)
    for figure in ("then", "then_deals", "now", "now_deals"):
        assert sum(getattr(part, figure) for part in parts.values()) == getattr(whole, figure)


def test_stages_before_and_after_earning_are_those_of_the_strategies():
    earning = {s["pipeline"]: s["position"] for s in STAGES if s["earns"]}
    after = {s["stage"] for s in STAGES if s["pipeline"] in earning and s["position"] >= earning[s["pipeline"]]}
    assert after == AFTER_EARNING
