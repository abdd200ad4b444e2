"""gunicorn's configuration, on a laptop and in a container: `--config python:revenue_health.web_server`.

The application is loaded once, before the processes are made, so that they share its memory. Nothing that does not
survive a fork is opened meanwhile: no database pool, no connection to Valkey, no thread.
"""

from __future__ import annotations

import gc
from importlib import import_module
from typing import Any

preload_app = True
# A belt: whatever a process gathers is gone after a while. Never all of them at once.
max_requests = 4_000
max_requests_jitter = 1_000


def when_ready(server: Any) -> None:
    """Called once the application is loaded and before the first process is made."""
    from django.urls import get_resolver

    # Views, forms and what they need are imported by their addresses.
    _ = get_resolver().url_patterns
    share_memory()


def share_memory() -> None:
    """Load what computes, which is imported at its first call only, and let the garbage collector leave alone what is
    there by now: looking at it would copy it into each process."""
    import_module("revenue_health.contribution.core.solver.backward_loop")
    gc.collect()
    gc.freeze()
