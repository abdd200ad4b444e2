"""DuckDB for a calculation of its own: to make a database, with its time zones and functions, takes longer than most
calculations, so each process keeps the few it uses and hands out connections to them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import duckdb


def engine_connect(
    *, threads: int = 0, ordered: bool = True, memory_limit: str | None = None
) -> duckdb.DuckDBPyConnection:
    """A connection to close when done. Registered tables, temporary tables and views, variables and the time zone are
    its own; a table that is not temporary would be there for every connection with the same settings.

    threads: of all statements of the database together; 0 takes one per processor. ordered: whether rows keep their
    order without ORDER BY.
    memory_limit: of all connections with these settings, such as "512MB"; without one, that of DuckDB.
    """
    # Threads do not survive a fork: a child has databases of its own.
    return _database(os.getpid(), threads or os.cpu_count() or 1, ordered, memory_limit).cursor()


@contextmanager
def engine(
    *, threads: int = 0, ordered: bool = True, memory_limit: str | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """`engine_connect` for the length of a block."""
    connection = engine_connect(threads=threads, ordered=ordered, memory_limit=memory_limit)
    try:
        yield connection
    finally:
        connection.close()


@cache
def _database(process: int, threads: int, ordered: bool, memory_limit: str | None) -> duckdb.DuckDBPyConnection:
    config: dict[str, str | bool | int | float | list[str]] = {"threads": threads, "preserve_insertion_order": ordered}
    if memory_limit:
        config["memory_limit"] = memory_limit
    return duckdb.connect(":memory:", config=config)
