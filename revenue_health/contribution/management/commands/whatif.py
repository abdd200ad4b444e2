"""whatif: the change of revenue if a department kept a promise."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from pipeline.management.choices import run_and_company
from revenue_health.contribution.management.choices import add_period_arguments, command_errors, periods_from_options
from revenue_health.contribution.selectors.forecast.forecast_json import what_if_json
from revenue_health.contribution.selectors.forecast.whatif import (
    PromiseError,
    company_what_if,
    promise_of,
)


class Command(BaseCommand):
    help = "Revenue of this period and the next if a department had other waits, losses or demand."

    def add_arguments(self, parser: CommandParser) -> None:
        add_period_arguments(parser, baseline=False)
        parser.add_argument(
            "--set",
            action="append",
            required=True,
            metavar="STAGE:DEPARTMENT:LEVER=VALUE",
            help="contract:legal:wait_days=4, offer:sales:loss_rate=-20%%; may be repeated.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        run, company = run_and_company()
        try:
            with command_errors():
                promises = [promise_of(text) for text in options["set"]]
                periods = periods_from_options(options, run, company)
                now, following = company_what_if(run=run, company=company, periods=periods, promises=promises)
        except PromiseError as problem:
            raise CommandError(str(problem)) from problem
        figures = what_if_json(now, following, periods=periods, company=company)
        if options["json"]:
            self.stdout.write(json.dumps(figures, allow_nan=False))
            return
        for rows in filter(None, (figures, figures.get("next"))):
            self.stdout.write(
                f"{rows['period']['label']}: {company.reporting_currency} {rows['before']:,.0f} becomes "
                f"{rows['after']:,.0f}, {rows['change']:+,.0f} ({rows['low']:+,.0f} to {rows['high']:+,.0f})"
            )
        for note in figures["notes"]:
            self.stdout.write(f"Note: {note}")
