"""leaks: the figures of the leak map."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from pipeline.custody_store import CustodyStoreMissing
from pipeline.management.choices import add_choice_arguments, check_values, choice_of, run_and_company
from pipeline.selectors.leaks.leaks import leaks_of
from pipeline.selectors.leaks.leaks_json import leaks_json
from pipeline.selectors.overview import structure_names


class Command(BaseCommand):
    help = "Where money is lost and delayed, per stage and department."

    def add_arguments(self, parser: CommandParser) -> None:
        add_choice_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        run, company = run_and_company()
        deal_filter = choice_of(options, company)
        check_values(deal_filter, run)
        try:
            leaks = leaks_of(run=run, company=company, deal_filter=deal_filter)
        except CustodyStoreMissing as problem:
            raise CommandError(str(problem)) from problem
        period = deal_filter.period
        figures = leaks_json(
            leaks, structure_names(), start=period.start if period else None, end=period.end if period else None
        )
        if options["json"]:
            self.stdout.write(json.dumps(figures))
            return
        until = f"{period.start} to {period.end}" if period else f"all time to {run.day_in(company.zone)}"
        named = f"{period.label}, {until}" if period and period.label != f"{period.start}..{period.end}" else until
        self.stdout.write(f"{named}, {company.reporting_currency}")
        self._table(figures, company.reporting_currency)

    def _table(self, figures: dict[str, Any], currency: str) -> None:
        self.stdout.write(f"{'stage':<28}{'opening':>16}{'in':>16}{'lost':>16}{'closing':>16}{'median days':>13}")
        for row in figures["stages"]:
            came = row["entered"]["amount"] + row["moved_in"]["amount"]
            days = "–" if row["median_days"] is None else f"{row['median_days']:.1f}"
            name = f"{row['pipeline']}:{row['stage']}"
            self.stdout.write(
                f"{name:<28}{row['opening']['amount']:>16,.0f}{came:>16,.0f}{row['lost']['amount']:>16,.0f}"
                f"{row['closing']['amount']:>16,.0f}{days:>13}"
            )
        worst = sorted(figures["cells"], key=lambda cell: -cell["lost"]["amount"])[:5]
        self.stdout.write(f"Largest losses by cause, {currency}:")
        for cell in worst:
            self.stdout.write(f"  {cell['stage']}, {cell['department']}: {cell['lost']['amount']:,.0f}")
