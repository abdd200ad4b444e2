"""Somebody else who looks at the tables while an import runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.db import connection


@contextmanager
def another_connection() -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """A reader that gives up at once where it would have to wait."""
    parameters = connection.get_connection_params()
    names = ("host", "port", "user", "password", "dbname")
    with psycopg.connect(
        **{name: parameters[name] for name in names if parameters.get(name)}, autocommit=True
    ) as other:
        other.execute("SET lock_timeout = '500ms'")
        yield other
