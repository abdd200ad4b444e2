"""A period and a choice of deals, as SQL over the custody tables of a DuckDB connection.

The connection has tables or views visits, holds, moves, opportunities and stages (in memory or over Parquet).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb
import pyarrow as pa

type Filters = Mapping[str, Sequence[object]]
_COLUMN = re.compile(r"[a-z_][a-z0-9_]*")
_PARAMETER = re.compile(r"\$([a-z_0-9]+)")
_BEGINNING = -(2**62)
_OF_ROWS = "pipeline"


@dataclass(frozen=True, kw_only=True)
class Period:
    """[start, end) of the deals chosen, known up to `as_of`; runs queries that see nothing else.

    Stock at an instant is what is there just before it, so a move at `start` belongs to the period and one at
    `end` to the next. After `as_of` nothing is known: an end beyond it means "up to and including as_of".
    """

    connection: duckdb.DuckDBPyConnection
    start: int | None
    end: int | None
    as_of: int
    filters: Filters = field(default_factory=dict)

    @property
    def close(self) -> int:
        """The instant just before which closing stock is counted."""
        return self.as_of + 1 if self.end is None else min(self.end, self.as_of + 1)

    @property
    def horizon(self) -> int:
        """The instant at which ages of what is still there are taken: the end, or as_of before it."""
        return self.as_of if self.end is None else min(self.end, self.as_of)

    def rows(self, query: str, **parameters: object) -> list[tuple[Any, ...]]:
        """Run a query over chosen_visits, chosen_holds, chosen_moves; $start, $close, $horizon are the period."""
        text, values = self._question(query, parameters)
        return self.connection.execute(text, values).fetchall()

    def table(self, query: str, **parameters: object) -> pa.Table:
        """The same as an Arrow table."""
        text, values = self._question(query, parameters)
        return self.connection.sql(text, params=values).to_arrow_table()

    def create_table(self, name: str, query: str, **parameters: object) -> None:
        """Store the result in a table of the connection, which the caller names and drops."""
        text, values = self._question(query, parameters)
        self.connection.execute(f"CREATE TEMP TABLE {name} AS {text}", values)

    def _question(self, query: str, parameters: dict[str, object]) -> tuple[str, dict[str, object]]:
        of_deals, of_rows, values = self._conditions()
        semi = f"SEMI JOIN (SELECT opportunity FROM opportunities WHERE {of_deals}) USING (opportunity)"  # noqa: S608 - of_deals names columns of ours, values are bound
        rows = f"{semi if of_deals else ''} {f'WHERE {of_rows}' if of_rows else ''}"
        tables = ", ".join(
            # column names are checked against the table, values are parameters
            f"chosen_{name} AS (FROM {name} {rows})"
            for name in ("visits", "holds", "moves")
        )
        text = f"WITH {tables} {query}"
        available = values | parameters | {"close": self.close, "horizon": self.horizon, "start": self._start}
        # DuckDB refuses a value for which the query has no parameter.
        used = set(_PARAMETER.findall(text))
        return text, {k: v for k, v in available.items() if k in used}

    @property
    def _start(self) -> int:
        return _BEGINNING if self.start is None else self.start

    def _conditions(self) -> tuple[str, str, dict[str, object]]:
        """WHERE over opportunities, and over rows: each column in one of its values (None = without a value).

        Of a pipeline is what happened in it, since deals go from one to another; everything else is the deal's.
        """
        if not self.filters:
            return "", "", {}
        columns = set(self.connection.table("opportunities").columns)
        of_deals: list[str] = []
        of_rows: list[str] = []
        values: dict[str, object] = {}
        for number, (column, accepted) in enumerate(sorted(self.filters.items())):
            if column not in columns or not _COLUMN.fullmatch(column):
                raise ValueError(f"opportunities have no column {column!r} to filter by")
            name = f"filter_{number}"
            values[name] = [value for value in accepted if value is not None]
            empty = f'OR "{column}" IS NULL' if None in accepted else ""
            parts = of_rows if column == _OF_ROWS else of_deals
            parts.append(f'("{column}" IN (SELECT unnest(${name})) {empty})')
        return " AND ".join(of_deals), " AND ".join(of_rows), values
