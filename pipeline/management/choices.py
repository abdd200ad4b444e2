"""Options that several commands share: the period, and which deals."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from departments.models import Company, find_company
from departments.periods import PeriodError
from pipeline.custody_store import CustodyStoreMissing
from pipeline.models import Pipeline, RecomputeRun, Source
from pipeline.selectors.data.runs import has_outdated_method, latest_run
from pipeline.selectors.leaks.leaks import FILTERS, DealFilter, calendar_of, unknown_values
from pipeline.selectors.plan.data_range import data_range_of, reach_text, stale_data

PERIOD_HELP = "2026-Q3, 2026, 2026-07 (of a fiscal year of weeks 2026-P07, too) or 2026-06-29..2026-09-27; {without}."


def add_choice_arguments(parser: CommandParser) -> None:
    """--period and one option for each attribute figures can be narrowed by."""
    parser.add_argument("--period", help=PERIOD_HELP.format(without="all time without it"))
    for name in FILTERS:
        parser.add_argument(f"--{name}", action="append", default=[], help=f"Only this {name}; may be repeated.")
    parser.add_argument("--json", action="store_true", help="One JSON object on standard output.")


def run_and_company() -> tuple[RecomputeRun, Company]:
    """The shown run and the company; CommandError with what to do when there is none yet."""
    company, run = find_company(), latest_run()
    if company is None:
        raise CommandError("There is no company yet: load a company folder first (manage.py load DIR).")
    if run is None:
        raise CommandError("Nothing is computed yet: run manage.py recompute first.")
    if has_outdated_method(run):
        sys.stderr.write("These figures were computed by an earlier release: run manage.py recompute first.\n")
    _warn_of_stale_data(run, company)
    return run, company


def _warn_of_stale_data(run: RecomputeRun, company: Company) -> None:
    """As every page does: figures of today say little where nothing was recorded for long."""
    try:
        data_range = data_range_of(run=run, company=company)
    except CustodyStoreMissing:
        return  # the command itself says so
    stale = stale_data(data_range, run=run, today=timezone.now().astimezone(company.zone).date())
    if stale is not None and not stale.as_of_last_day:
        sys.stderr.write(
            f"The newest event is from {reach_text(stale.newest)}, {stale.age} ago; nothing was recorded since."
            f" recompute --as-of {stale.newest.isoformat()} reads the data as of its last day.\n"
        )


def choice_of(options: Mapping[str, Any], company: Company) -> DealFilter:
    """The period and filters asked for; CommandError names what is unknown."""
    try:
        period = calendar_of(company).parse(options["period"]) if options["period"] else None
    except PeriodError as problem:
        raise CommandError(str(problem)) from problem
    filters: dict[str, list[Any]] = {name: list(options[name]) for name in FILTERS if options[name]}
    for name, model in (("pipeline", Pipeline), ("source", Source)):
        if name in filters:
            filters[name] = [_id_of(model, name, key) for key in filters[name]]
    return DealFilter(period=period, filters=filters)


def check_values(deal_filter: DealFilter, run: RecomputeRun) -> None:
    """CommandError for a value that no deal has: zeros would look like figures of deals that there are."""
    try:
        unknown = unknown_values(run=run, filters=deal_filter.filters)
    except CustodyStoreMissing as problem:
        raise CommandError(str(problem)) from problem
    if unknown:
        name, value = unknown[0]
        raise CommandError(f"No deal has the {name} “{value}”. Write it as it is in the data.")


def _id_of(model: type[Pipeline] | type[Source], name: str, key: str) -> int:
    pk = model._default_manager.filter(key=key).values_list("pk", flat=True).first()
    if pk is None:
        raise CommandError(f"There is no {name} “{key}”.")
    return int(pk)
