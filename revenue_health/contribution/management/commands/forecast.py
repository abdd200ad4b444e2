"""forecast: where revenue of the running period will land, and what holds it back."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from pipeline.management.choices import run_and_company
from revenue_health.contribution.core.track.range_names import range_sentence
from revenue_health.contribution.management.choices import add_period_arguments, command_errors, periods_from_options
from revenue_health.contribution.selectors.forecast.forecast_json import forecast_json
from revenue_health.contribution.selectors.forecast.forecasts import company_forecast

_MOST_CONSTRAINTS = 5
_IF = {
    "holding": "A tenth less holding",
    "leaking": "A tenth less leaking",
    "limited": "A tenth more handed on a day",
}


class Command(BaseCommand):
    help = "Forecast of the running period from today's open deals, with the probability of reaching the plan."

    def add_arguments(self, parser: CommandParser) -> None:
        add_period_arguments(parser, baseline=False)

    def handle(self, *args: Any, **options: Any) -> None:
        run, company = run_and_company()
        with command_errors():
            forecast = company_forecast(run=run, company=company, periods=periods_from_options(options, run, company))
        figures = forecast_json(forecast)
        if options["json"]:
            self.stdout.write(json.dumps(figures, allow_nan=False))
            return
        currency = company.reporting_currency
        self.stdout.write(
            f"{forecast.period.label} is heading for {currency} {forecast.median:,.0f}, "
            f"{forecast.won_so_far:,.0f} of it won; "
            + range_sentence(
                f"{forecast.p5:,.0f}",
                f"{forecast.p95:,.0f}",
                nine_in_ten=forecast.held.about_nine_in_ten,
                inside=forecast.held.inside_90,
                forecasts=forecast.held.forecasts,
            )
        )
        if forecast.target is not None and forecast.probability is not None:
            chance = "under 1%" if forecast.probability < 0.01 else f"{forecast.probability:.0%}"
            self.stdout.write(f"Plan {forecast.target:,.0f}: {chance} chance to reach it")
        needed, had = forecast.coverage.needed, forecast.coverage.had
        if needed is not None and had is not None:
            self.stdout.write(f"Open pipeline is {had:.1f} times what is missing; {needed:.1f} times was needed before")
        for constraint in forecast.constraints[:_MOST_CONSTRAINTS]:
            self.stdout.write(
                f"{_IF[constraint.kind]} at {constraint.pipeline}/{constraint.stage}, {constraint.department}: "
                f"{constraint.gain:+,.0f}"
            )
        for limit in forecast.limits:
            self.stdout.write(
                f"At its limit: {limit.department} at {limit.pipeline}/{limit.stage} hands on {limit.at_most:.1f} "
                f"deals a day at most; {limit.arrivals:.1f} arrive, {limit.waiting:,.0f} are there"
            )
        for reason in forecast.reasons:
            self.stdout.write(f"Note: {reason}")
