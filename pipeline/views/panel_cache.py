"""Panels drawn once: figures of a run never change, so neither does their HTML."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from django.conf import settings
from django.core.cache import cache
from django.utils.safestring import SafeString, mark_safe

from departments.formats import language_of_numbers
from pipeline.models import RecomputeRun
from pipeline.selectors.data.code_version import code_version

KEPT_SECONDS = 6 * 3600


def cached_panels(run: RecomputeRun, depends_on: object, render: Callable[[], dict[str, str]]) -> dict[str, SafeString]:
    """Rendered panels by name, drawn at first use per run, per `depends_on`, per language and version of code.

    `depends_on` must hold everything the panels depend on besides the run; its repr is the key. What depends on the
    reader or on the time of day must not be in them.
    """
    facts = f"{run.pk} {run.as_of} {run.fingerprint} {code_version()} {language_of_numbers()} {depends_on!r}"
    key = f"drawn:{hashlib.sha256(facts.encode()).hexdigest()}"
    panels: dict[str, str] | None = None if settings.DEBUG else cache.get(key)
    if panels is None:
        panels = render()
        cache.set(key, panels, KEPT_SECONDS)
    # They came out of our own templates, which escaped what had to be.
    return {name: mark_safe(html) for name, html in panels.items()}  # noqa: S308
