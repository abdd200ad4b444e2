"""What the page of leaks says first: a leak is a cost against a baseline, which only the model above this floor knows.

So the model's app says in `ready()` who writes the sentence; without it, or for a part of the deals, there is none.
"""

from __future__ import annotations

from collections.abc import Callable

from departments.periods import Period
from pipeline.models import RecomputeRun

type LeakHeadline = Callable[[RecomputeRun, Period, str], str]
"""Takes the run, the period and the currency; gives a sentence, empty where nothing is known of the period."""

_writers: list[LeakHeadline] = []


def writes_leak_headline(writer: LeakHeadline) -> LeakHeadline:
    """Decorator: this function writes the sentence."""
    _writers[:] = [writer]
    return writer


def leak_headline(run: RecomputeRun, period: Period, currency: str) -> str:
    """The sentence, empty where nobody writes one."""
    return next((writer(run, period, currency) for writer in _writers), "")
