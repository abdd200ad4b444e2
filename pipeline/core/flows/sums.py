"""Adding and subtracting flow tables: partitions are summed, changed deals are replaced by a difference."""

from collections.abc import Iterable

import pyarrow as pa

from departments.core.engine import engine

SUMS = ("amount", "count", "amount_seconds", "deal_seconds")


def flows_sum(tables: Iterable[pa.Table]) -> pa.Table:
    """The flows of all deals from the flows of any partition of them; rows that come to nothing are dropped."""
    return _keyed_sum([(table, 1) for table in tables])


def flows_difference(new: pa.Table, old: pa.Table) -> pa.Table:
    """What to add to stored flows when the flows of some deals go from `old` to `new`; all-zero rows dropped."""
    return _keyed_sum([(new, 1), (old, -1)])


def _keyed_sum(signed: list[tuple[pa.Table, int]]) -> pa.Table:
    if not signed:
        raise ValueError("at least one flow table is needed")
    schema = signed[0][0].schema
    key = [f'"{name}"' for name in schema.names if name not in SUMS]
    with engine(ordered=False) as connection:
        for number, (table, _) in enumerate(signed):
            connection.register(f"part_{number}", table)
        # HUGEINT sums are exact whatever the order
        values = ", ".join(f'"{name}"::HUGEINT * sign AS "{name}"' for name in SUMS)
        rows = " UNION ALL BY NAME ".join(
            f"SELECT {', '.join(key)}, {values} FROM (SELECT *, {sign} AS sign FROM part_{number})"  # noqa: S608
            for number, (_, sign) in enumerate(signed)
        )
        totals = ", ".join(f'sum("{name}")::DECIMAL(38, 0) AS "{name}"' for name in SUMS)
        some = " OR ".join(f'sum("{name}") != 0' for name in SUMS)
        # what is put together here are the fixed column names of the flow table, never a user's text
        query = f"SELECT {', '.join(key)}, {totals} FROM ({rows}) GROUP BY ALL HAVING {some}"  # noqa: S608
        return connection.sql(query).to_arrow_table().select(schema.names).cast(schema)
