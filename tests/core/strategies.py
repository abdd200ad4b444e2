"""Random small companies with everything that makes histories hard, and their Arrow tables."""

import os
from dataclasses import dataclass, field, replace

import duckdb
import pyarrow as pa
from hypothesis import settings
from hypothesis import strategies as st

from pipeline.core.custody.custody import CustodyInput, custody_compute
from pipeline.core.custody.inputs import LATER_OWNERS
from pipeline.core.weeks import week_table
from tests.core.custody.custody_reference import Deal

# Examples are few where each runs a hundred queries, and each holds several deals; `make check-slow` tries more.
thorough = settings(max_examples=int(os.environ.get("PROPERTY_EXAMPLES", "12")), derandomize=True, deadline=None)
fewest = settings(max_examples=4, derandomize=True, deadline=None)
brief = settings(max_examples=6, derandomize=True, deadline=None)

US = 1_000_000
HOUR, DAY = 3_600, 86_400
START = 1_774_224_000  # Monday 2026-03-23 00:00 UTC; Berlin's clocks go forward that Sunday
ZONE = "Europe/Berlin"
SCHEMAS = {
    "opportunities": {
        "opportunity": "int64",
        "pipeline": "int32",
        "segment": "string",
        "source": "int32",
        "source_department": "int32",
        "bucket": "int16",
        "team": "string",
    },
    "events": {
        "opportunity": "int64",
        "at_us": "int64",
        "sequence": "int32",
        "stage": "int32",
        "amount": "int64",
        "cause": "int32",
        "writer": "int32",
        "withdrawn": "bool",
    },
    "handoffs": {
        "opportunity": "int64",
        "handoff": "int64",
        "department": "int32",
        "requested_us": "int64",
        "completed_us": "int64",
    },
    "stages": {
        "stage": "int32",
        "pipeline": "int32",
        "position": "int32",
        "owner": "int32",
        "earns": "bool",
        "limit_seconds": "int64",
    },
}
_STAGES = [
    # stage, pipeline, position, owner, earns, limit: 1 earns before its end, 2 at its end, 3 never
    (11, 1, 10, 1, False, 2 * DAY),
    (12, 1, 20, 2, False, None),
    (13, 1, 30, 2, True, 5 * DAY),
    (14, 1, 40, 3, False, None),
    (21, 2, 1, 1, False, DAY),
    (22, 2, 2, 2, False, None),
    (23, 2, 3, 3, True, None),
    (31, 3, 1, 1, False, None),
    (32, 3, 2, 2, False, None),
]
STAGES = [dict(zip(SCHEMAS["stages"], row, strict=True)) for row in _STAGES]


def arrow(name, rows):
    """Rows (dicts) as the Arrow table of that name."""
    schema = pa.schema(
        [(column, getattr(pa, kind + "_" * (kind == "bool"))()) for column, kind in SCHEMAS[name].items()]
    )
    table = pa.Table.from_pylist(rows, schema=schema)
    if name != "stages":
        return table
    return table.append_column("later_owners", pa.array([row.get("later_owners") for row in rows], LATER_OWNERS))


@dataclass(frozen=True)
class Company:
    """A random company as plain rows."""

    opportunities: list
    events: list
    handoffs: list
    as_of: int
    stages: list = field(default_factory=lambda: STAGES)

    def weeks(self):
        first = min([e["at_us"] // US for e in self.events], default=self.as_of)
        return week_table(min(first, self.as_of), self.as_of, ZONE)

    def data(self, weeks=None):
        return CustodyInput(
            opportunities=arrow("opportunities", self.opportunities),
            events=arrow("events", self.events),
            handoffs=arrow("handoffs", self.handoffs),
            stages=arrow("stages", self.stages),
            as_of=self.as_of,
            weeks=weeks or self.weeks(),
        )

    def deals(self):
        return [Deal(o, self.events, self.handoffs, self.stages, self.as_of) for o in self.opportunities]

    def only(self, keys):
        return replace(
            self,
            **{n: [r for r in getattr(self, n) if r["opportunity"] in keys] for n in list(SCHEMAS)[:3]},
        )


def custody_of(company):
    return custody_compute(company.data(), threads=1)


def connection_of(custody, company):
    """A DuckDB connection with the tables that leaks need."""
    connection = duckdb.connect()
    for name in ("visits", "holds", "moves"):
        connection.register(name, getattr(custody, name))
    connection.register("opportunities", arrow("opportunities", company.opportunities))
    connection.register("stages", arrow("stages", company.stages))
    return connection


# half days meet often, odd seconds and microseconds make near misses
instants = st.builds(
    lambda steps, seconds, us: (START + steps * 12 * HOUR + seconds) * US + us,
    st.integers(0, 60),
    st.sampled_from([0, 0, 0, -HOUR, -2 * HOUR, 1, 86_399]),
    st.sampled_from([0, 0, 1, 999_999]),
)
amounts = st.one_of(st.none(), st.just(0), st.integers(1, 4).map(lambda n: n * 100_01), st.integers(0, 10**13))
departments = st.integers(1, 5)
# now and then stages change hands, some of them twice
owned_stages = st.one_of(
    st.just(STAGES),
    st.lists(st.tuples(instants, departments), min_size=1, max_size=2, unique_by=lambda owner: owner[0] // US).map(
        lambda owners: [
            {**row, "later_owners": [{"since": at // US, "owner": owner} for at, owner in sorted(owners)]}
            for row in STAGES
        ]
    ),
)


the_stages = st.just(STAGES)


@st.composite
def companies(draw, most=5, stages_of=the_stages):
    """Up to `most` opportunities: skips, back moves, losses, withdrawals, reopening, moves to other pipelines,
    overlapping hand-offs, equal instants.

    stages_of: draws their stages, such as `owned_stages`.
    """
    keys = draw(st.lists(st.integers(1, 50), min_size=1, max_size=most, unique=True))
    opportunities, events, handoffs = [], [], []
    for key in keys:
        pipeline = draw(st.sampled_from([1, 1, 2, 3]))
        opportunities.append(
            {
                "opportunity": key,
                "pipeline": pipeline,
                "segment": draw(st.sampled_from(["", "small", "large"])),
                "source": None,
                "source_department": draw(st.one_of(st.none(), departments)),
                "bucket": key % 40,
                "team": draw(st.sampled_from(["north", "south", None])),
            }
        )
        elsewhere = draw(st.sampled_from([False, False, True]))
        stages = st.one_of(
            st.none(), st.sampled_from([s["stage"] for s in STAGES if elsewhere or s["pipeline"] == pipeline])
        )
        for at in draw(st.lists(instants, min_size=1, max_size=8)):
            stage = draw(stages)
            withdrawn = stage is None and draw(st.sampled_from([False, False, True]))
            cause = draw(st.one_of(st.none(), departments)) if stage is None and not withdrawn else None
            events.append(
                {
                    "opportunity": key,
                    "at_us": at,
                    "sequence": 0,
                    "stage": stage,
                    "amount": draw(amounts),
                    "cause": cause,
                    "withdrawn": withdrawn,
                }
            )
        handoffs += [
            {
                "opportunity": key,
                "handoff": 0,
                "department": draw(departments),
                "requested_us": requested,
                "completed_us": draw(st.one_of(st.none(), instants)),
            }
            for requested in draw(st.lists(instants, max_size=5))
        ]
    for number, event in enumerate(events):
        event["sequence"] = number
    for number, handoff in enumerate(handoffs):
        handoff["handoff"] = number
    as_of = START + draw(st.sampled_from([20 * DAY, 29 * DAY, 31 * DAY, 90 * DAY]))
    shuffled = draw(st.permutations(events)) if draw(st.booleans()) else events
    return Company(opportunities, list(shuffled), handoffs, as_of, draw(stages_of))
