"""The ground of every test: real PostgreSQL and Valkey in a home of the run, a real browser, real data if there are.

With DATABASE_URL and REDIS_URL set, those are used and nothing is started.
"""

from __future__ import annotations

import gc
import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.cache import cache

from revenue_health.embedded.home import Home
from revenue_health.embedded.session import Server, servers_of, start
from tests.browser_choice import BROWSER_ARGUMENTS, BROWSERS, installed_browser
from tests.collection import mark_beyond_always, place
from tests.emptying import quick_flush

# A worker for each core, so one thread of linear algebra in each: more of them wait for one another by spinning. What
# a worker frees stays with it, as the next test needs as much (read by the workers' malloc when they start).
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("MALLOC_ARENA_MAX", "2")
os.environ.setdefault("MALLOC_TRIM_THRESHOLD_", str(512 * 1024 * 1024))
os.environ.setdefault("MALLOC_MMAP_THRESHOLD_", str(256 * 1024 * 1024))
os.environ.setdefault("MALLOC_TOP_PAD_", str(16 * 1024 * 1024))
# pytest-playwright keeps an event loop in the thread in which live_server tests use the ORM.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

_started: list[Server] = []


def pytest_configure(config: pytest.Config) -> None:
    """Start the run's servers, once: in the process that leads the run, before it starts parallel workers."""
    # Modules are handed to the workers in the order of collection (below), not by their number of tests.
    config.option.loadscopereorder = False
    config.pluginmanager.register(_Cases())
    if "DATABASE_URL" not in os.environ:
        # The whole server goes with the run; dropping its databases first only waits for their last connections.
        config.option.reuse_db = True
    if hasattr(config, "workerinput") or config.option.collectonly or config.option.help:
        return
    _started.extend(
        servers_of(
            Home(Path(os.environ["REVENUE_HEALTH_TEST_HOME"]).resolve()),
            database="DATABASE_URL" not in os.environ,
            broker="REDIS_URL" not in os.environ,
            disposable=True,
            follow_parent=True,
        )
    )
    # A terminated run stops its servers and removes its home too.
    signal.signal(signal.SIGTERM, _as_interrupt)
    start(_started)


class _Cases:
    """A plugin of its own, since it must come before pytest leaves out what is slow."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        mark_beyond_always(items)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The longest modules begin a run on two workers, so that none of them is still at work alone at its end."""
    if hasattr(config, "workerinput"):
        items.sort(key=place)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Modules and collected tests stay until the end: the garbage collector need not look at them each time."""
    gc.collect()
    gc.freeze()


def _as_interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the servers and remove the home of the run."""
    if hasattr(config, "workerinput"):
        return
    for server in reversed(_started):
        server.stop()
    home = Home(Path(os.environ["REVENUE_HEALTH_TEST_HOME"]).resolve())
    shutil.rmtree(home.sockets, ignore_errors=True)
    shutil.rmtree(os.environ.get("REVENUE_HEALTH_TEST_SCRATCH", home.path), ignore_errors=True)


@pytest.fixture(autouse=True, scope="session")
def _emptied_quickly() -> Iterator[None]:
    """A test with transactions of its own leaves rows in a few of a hundred tables; emptying all took half a second."""
    with quick_flush():
        yield


@pytest.fixture(autouse=True)
def _style_of_this_test_only() -> None:
    """Pages remember the company's style for a minute; the company of the test before had another."""
    from departments.web.middleware import COMPANY_STYLE  # models: only once Django is set up

    cache.delete(COMPANY_STYLE)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder with the real logs, named by REVENUE_HEALTH_REAL_DATA; they are not part of the repository."""
    folder = os.environ.get("REVENUE_HEALTH_REAL_DATA")
    if not folder:
        pytest.skip("REVENUE_HEALTH_REAL_DATA is not set: the real logs are not part of the repository")
    path = Path(folder)
    assert path.is_dir(), f"REVENUE_HEALTH_REAL_DATA names {folder}, which is no folder"
    return path


@pytest.fixture(scope="session")
def chromium() -> str:
    """An installed Chromium or Chrome; without one the test is skipped, in CI it fails."""
    browser = installed_browser()
    if browser:
        return browser
    message = f"No browser: none of {', '.join(BROWSERS)} on PATH and CHROMIUM is not set"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, object], chromium: str) -> dict[str, object]:
    """How pytest-playwright starts the browser: the installed one, with nothing that calls home."""
    return {**browser_type_launch_args, "executable_path": chromium, "args": BROWSER_ARGUMENTS}
