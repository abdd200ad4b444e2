"""Caches of what is computed for a run, by one key: its figures never change, but the release that computes them may.

Three memories: `cached` and `cached_html` keep values for every process in the cache server, as typed JSON and never as
pickles (revenue_health/cache.py); `process_cache` keeps what is no plain value in the memory of one process, bounded.
docs/caches.md lists everything that is remembered, how long, and what throws it away.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable
from functools import cache as once_a_process
from pathlib import Path
from threading import Condition
from typing import Any, cast

import cachetools
from cachetools.keys import hashkey
from django.conf import settings
from django.core.cache import cache
from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from departments.day_formats import style_of_days
from departments.formats import language_of_numbers
from pipeline.models import RecomputeRun

HTML_SECONDS = 6 * 3600
_PACKAGES = ("departments", "pipeline", "revenue_health")


def release() -> str:
    """Identifies the running code: the version, and a digest of all its modules and templates."""
    return f"{settings.VERSION} {_code_digest()}"


def run_key(run: RecomputeRun, *facts: object) -> str:
    """Names what this release says of a run, as 32 hexadecimal digits; other `facts` (by their repr) are other keys.

    The custody store belongs to it: two stores may hold runs of the same number.
    """
    parts = (release(), str(settings.CUSTODY_STORE), run.pk, int(run.as_of.timestamp()), run.fingerprint, facts)
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]


def cached[T](
    run: RecomputeRun, name: str, compute: Callable[[], T], *, of: object = None, seconds: int | None = None
) -> T:
    """The result of `compute`, from the cache server where any process has computed it for this run and release.

    of: all the result depends on besides the run; its repr is part of the key. seconds: how long (default a day).
    None is no result and is computed each time.
    """
    key = f"{name}:{run_key(run, of)}"
    value: T | None = cache.get(key)
    if value is None:
        value = compute()
        cache.set(key, value, DEFAULT_TIMEOUT if seconds is None else seconds)
    return value


def cached_html(
    run: RecomputeRun, name: str, render: Callable[[], dict[str, str]], *, of: object
) -> dict[str, SafeString]:
    """Rendered panels by name, from the cache server; they also depend on the reader's language, formats and time zone.

    What depends on the reader otherwise, or on the time of day, must not be in them. With DEBUG they are rendered anew.
    """
    return _panels(f"{name}:html:{run_key(run, of, reader_formats())}", render)


def sealed_html(name: str, render: Callable[[], dict[str, str]], *, of: object) -> dict[str, SafeString]:
    """The same of what no run has computed, such as a sealed document: `of` says all that is in it, by its repr."""
    facts = (release(), of, reader_formats())
    return _panels(f"{name}:html:{hashlib.sha256(repr(facts).encode()).hexdigest()[:32]}", render)


def _panels(key: str, render: Callable[[], dict[str, str]]) -> dict[str, SafeString]:
    panels: dict[str, str] | None = None if settings.DEBUG else cache.get(key)
    if panels is None:
        panels = render()
        cache.set(key, panels, HTML_SECONDS)
    # They came out of our own templates, which escaped what had to be.
    return {panel: mark_safe(html) for panel, html in panels.items()}  # noqa: S308


def reader_formats() -> tuple[Hashable, ...]:
    """What rendered text depends on besides what it says: language, numbers, days, the time zone, and the running year,
    which days of it are written without."""
    zone = timezone.get_current_timezone_name()
    return get_language(), language_of_numbers(), style_of_days(), zone, timezone.localdate().year


def process_cache[**P, T](maxsize: int) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Decorator of a function whose argument `run` comes first or by name, and whose others are hashable: the results
    used last, at most `maxsize` of them, stay in this process. Threads that ask together wait for one of them."""
    wrap = cachetools.cached(cachetools.LRUCache(maxsize), key=_process_key, condition=Condition())
    return cast("Callable[[Callable[P, T]], Callable[P, T]]", wrap)


def _process_key(run: RecomputeRun, *args: Hashable, **kwargs: Hashable) -> Any:
    return hashkey(run_key(run), *args, **kwargs)


@once_a_process
def _code_digest() -> str:
    root = Path(settings.BASE_DIR)
    files = sorted([*(root / "templates").rglob("*.html"), *(f for p in _PACKAGES for f in (root / p).rglob("*.py"))])
    facts = [(str(file.relative_to(root)), file.stat().st_mtime_ns, file.stat().st_size) for file in files]
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]
