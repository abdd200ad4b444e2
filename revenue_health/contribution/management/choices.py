"""Options that the commands of this floor share: the period, its baseline, and sentences for what goes wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.core.management.base import CommandError, CommandParser

from departments.models import Company
from departments.periods import PeriodError
from pipeline.custody_store import CustodyStoreMissing
from pipeline.management.choices import PERIOD_HELP
from pipeline.models import RecomputeRun
from pipeline.selectors.leaks.leaks import calendar_of
from revenue_health.contribution.core.flows import FlowError
from revenue_health.contribution.selectors.comparison.periods import (
    FOUR_QUARTERS,
    LAST_YEAR,
    ComparisonError,
    ComparisonPeriods,
    comparison_periods,
)


def add_period_arguments(parser: CommandParser, *, baseline: bool = True) -> None:
    """--period, --baseline and --json."""
    parser.add_argument("--period", help=PERIOD_HELP.format(without="the running quarter without it"))
    if baseline:
        parser.add_argument(
            "--baseline", help=f"A period, {LAST_YEAR} or {FOUR_QUARTERS} (default: by how much history there is)."
        )
    parser.add_argument("--json", action="store_true", help="One JSON object on standard output.")


def periods_from_options(options: Mapping[str, Any], run: RecomputeRun, company: Company) -> ComparisonPeriods:
    """The period and baseline that the options name, or the defaults."""
    calendar = calendar_of(company)
    period = calendar.parse(options["period"]) if options.get("period") else None
    return comparison_periods(run=run, company=company, period=period, baseline=options.get("baseline") or None)


@contextmanager
def command_errors() -> Iterator[None]:
    """Turn expected errors into CommandError: a sentence, and exit code 1."""
    try:
        yield
    except (ComparisonError, PeriodError, FlowError, CustodyStoreMissing) as problem:
        text = str(problem)
        raise CommandError(text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")) from problem
