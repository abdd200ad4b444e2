"""Work on a connection of its own: what the test's own connection writes, the server does not see."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connections


def committed(work: Callable[[], Any]) -> Any:
    """Done on a connection of its own: what the test's own connection writes the server does not see."""

    def done() -> Any:
        try:
            return work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as other:
        return other.submit(done).result()
