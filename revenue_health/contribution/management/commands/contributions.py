"""contributions: the bridge from plan to actual, by party, and by any group of deals."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from pipeline.management.choices import run_and_company
from pipeline.selectors.leaks.hindsight import hindsight_reasons
from revenue_health.contribution.management.choices import add_period_arguments, as_sentences, periods_from_options
from revenue_health.contribution.selectors.comparison.bridges import cut_bridge
from revenue_health.contribution.selectors.comparison.contributions_json import comparison_to_json
from revenue_health.contribution.selectors.comparison.earned import earned_amounts
from revenue_health.contribution.selectors.comparison.from_bridge import comparison_from_bridge
from revenue_health.contribution.selectors.model_input import ALIASES, DIMENSIONS, SEGMENT


class Command(BaseCommand):
    help = "Which department contributes to the gap between plan and actual revenue, and how sure that is."

    def add_arguments(self, parser: CommandParser) -> None:
        add_period_arguments(parser)
        parser.add_argument("--by", help=f"Also by {', '.join(DIMENSIONS)} or rep; groups add up to the company.")

    def handle(self, *args: Any, **options: Any) -> None:
        asked = options["by"] or ""
        by = ALIASES.get(asked, asked)
        if by and by not in DIMENSIONS:
            raise CommandError(f"Deals cannot be grouped by “{asked}”. Choose one of {', '.join(DIMENSIONS)} or rep.")
        run, company = run_and_company()
        with as_sentences():
            periods = periods_from_options(options, run, company)
            found = cut_bridge(run=run, company=company, periods=periods, by=by or SEGMENT)
        figures = comparison_to_json(
            comparison_from_bridge(
                found, periods=periods, by=asked, earned=earned_amounts(run=run, company=company, period=periods.period)
            )
        )
        figures["reasons"] = list(dict.fromkeys([*figures["reasons"], *hindsight_reasons(run=run, column=by)]))
        if options["json"]:
            self.stdout.write(json.dumps(figures, allow_nan=False))
        else:
            self._tell(figures, company.reporting_currency)

    def _tell(self, figures: dict[str, Any], currency: str) -> None:
        baseline = figures["baseline"]
        compared = f"{baseline['start']} to {baseline['end']}" if baseline else "none"
        until = f" to {figures['as_of']}" if figures["running"] else ""
        self.stdout.write(f"{figures['period']['label']}{until}, baseline {compared}, {currency}")
        for reason in figures["reasons"]:
            self.stdout.write(f"Note: {reason}")
        self._table(figures)
        for group in figures.get("groups", ()):
            self.stdout.write(f"\n{figures['by']} {group['key'] or '(none)'}")
            self._table(group)

    def _table(self, figures: dict[str, Any]) -> None:
        start = "plan" if figures["target"] is not None else "baseline"
        value = figures["target"] if figures["target"] is not None else figures["baseline_revenue"]
        self.stdout.write(f"{start:<18}{value:>16,.0f}")
        for party in figures["parties"]:
            if party["amount"] is not None:
                width = (party["high"] - party["low"]) / 2
                self.stdout.write(
                    f"{party['name']:<18}{party['amount']:>+16,.0f}  ±{width:>12,.0f}  {party['verdict']}"
                )
        self.stdout.write(f"{'Unexplained':<18}{figures['unexplained']:>+16,.0f}")
        self.stdout.write(f"{'actual':<18}{figures['actual']:>16,.0f}")
        if figures.get("reversed"):
            self.stdout.write(f"{'  won':<18}{figures['won']:>16,.0f}")
            self.stdout.write(f"{'  taken back':<18}{-figures['reversed']:>+16,.0f}")
