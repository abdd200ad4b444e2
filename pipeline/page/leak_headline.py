"""What the page of leaks says and colours: a leak is a cost against a baseline, which only the model above this floor
knows.

So the model's app says in `ready()` who reads the leaks of a period; without it, or for a part of the deals, none are
known.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from departments.periods import Period
from pipeline.models import RecomputeRun


@dataclass(frozen=True, kw_only=True)
class LeakCost:
    """What a leak costs in revenue, in minor units. is_named: its department has a verdict."""

    amount: int
    is_named: bool


type LeakCosts = Mapping[tuple[int, int, str], LeakCost]
"""By stage id, department id and factor (`waiting`, `losses`, `value`)."""


@dataclass(frozen=True, kw_only=True)
class PeriodLeaks:
    """The leaks of a period: a sentence, empty where nothing is known of it, and the costs, None where they are not."""

    sentence: str = ""
    costs: LeakCosts | None = None


type LeakReader = Callable[[RecomputeRun, Period, str], PeriodLeaks]
"""Takes the run, the period and the currency."""

_readers: list[LeakReader] = []


def reads_period_leaks(reader: LeakReader) -> LeakReader:
    """Decorator: this function reads the leaks."""
    _readers[:] = [reader]
    return reader


def period_leaks(run: RecomputeRun, period: Period, currency: str) -> PeriodLeaks:
    """The leaks, none known where nobody reads them."""
    return next((reader(run, period, currency) for reader in _readers), PeriodLeaks())
