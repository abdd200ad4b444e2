"""contributions: the bridge from plan to actual, by party, and by any group of deals."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from pipeline.management.choices import run_and_company
from pipeline.selectors.leaks.hindsight import hindsight_reasons
from revenue_health.contribution.core.comparison import BridgeFigures, Comparison
from revenue_health.contribution.management.choices import add_period_arguments, command_errors, periods_from_options
from revenue_health.contribution.selectors.comparison.bridges import cut_bridge
from revenue_health.contribution.selectors.comparison.contributions_json import comparison_to_json
from revenue_health.contribution.selectors.comparison.earned import earned_amounts
from revenue_health.contribution.selectors.comparison.from_bridge import comparison_from_bridge
from revenue_health.contribution.selectors.comparison.remarks import remarks_of
from revenue_health.contribution.selectors.gates.judgements import judgements_of
from revenue_health.contribution.selectors.model_input import ALIASES, DIMENSIONS, SEGMENT
from revenue_health.contribution.verdict_words import using_verdict_words, verdict_word


class Command(BaseCommand):
    help = "Which departments moved revenue away from plan, in which direction, and how certain that is."

    def add_arguments(self, parser: CommandParser) -> None:
        add_period_arguments(parser)
        parser.add_argument("--by", help=f"Also by {', '.join(DIMENSIONS)} or rep; groups add up to the company.")

    def handle(self, *args: Any, **options: Any) -> None:
        cut = options["by"] or ""
        by = ALIASES.get(cut, cut)
        if by and by not in DIMENSIONS:
            raise CommandError(f"Deals cannot be grouped by “{cut}”. Choose one of {', '.join(DIMENSIONS)} or rep.")
        run, company = run_and_company()
        with command_errors():
            periods = periods_from_options(options, run, company)
            bridge = cut_bridge(run=run, company=company, periods=periods, by=by or SEGMENT)
            judgements = judgements_of(run=run, company=company, periods=periods, bridge=bridge.company, compute=True)
        earned = earned_amounts(run=run, company=company, period=periods.period)
        remarks = remarks_of(run=run, company=company, period=periods.period)
        comparison = comparison_from_bridge(
            bridge, periods=periods, remarks=remarks, judgements=judgements, by=cut, earned=earned
        )
        reasons = dict.fromkeys([*comparison.reasons, *hindsight_reasons(run=run, column=by)])
        comparison = replace(comparison, reasons=tuple(reasons))
        if options["json"]:
            self.stdout.write(json.dumps(comparison_to_json(comparison), allow_nan=False))
        else:
            with using_verdict_words(company.verdict_words):
                self._write_text(comparison, company.reporting_currency)

    def _write_text(self, comparison: Comparison, currency: str) -> None:
        baseline = comparison.baseline
        compared = f"{baseline.start} to {baseline.end}" if baseline else "none"
        until = f" to {comparison.as_of}" if comparison.running else ""
        self.stdout.write(f"{comparison.period.label}{until}, baseline {compared}, {currency}")
        for reason in comparison.reasons:
            self.stdout.write(f"Note: {reason}")
        self._write_table(comparison)
        if comparison.won is not None and comparison.reversed:
            self.stdout.write(f"{'  won':<18}{comparison.won:>16,.0f}")
            self.stdout.write(f"{'  taken back':<18}{-comparison.reversed:>+16,.0f}")
        for group in comparison.groups:
            self.stdout.write(f"\n{comparison.by} {group.key or '(none)'}")
            self._write_table(group)

    def _write_table(self, bridge: BridgeFigures) -> None:
        self.stdout.write(f"{'plan' if bridge.planned else 'baseline':<18}{bridge.start:>16,.0f}")
        for party in bridge.parties:
            if share := party.share:
                width = (share.high - share.low) / 2
                self.stdout.write(
                    f"{party.name:<18}{share.amount:>+16,.0f}  ±{width:>12,.0f}  {verdict_word(party.verdict)}"
                )
        self.stdout.write(f"{'Unexplained':<18}{bridge.unexplained.amount:>+16,.0f}")
        self.stdout.write(f"{'actual':<18}{bridge.actual:>16,.0f}")
