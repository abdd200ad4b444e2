"""contributions: the bridge from plan to actual, by party, and by any group of deals."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from departments.translation import gettext
from pipeline.management.choices import run_and_company
from pipeline.selectors.leaks.hindsight import hindsight_reasons
from revenue_health.contribution.core.comparison import MINOR_UNITS, BridgeFigures, Comparison
from revenue_health.contribution.core.ledger import ORDER, TIMING_AND_CHANCE, Step, pace_name
from revenue_health.contribution.management.choices import add_period_arguments, command_errors, periods_from_options
from revenue_health.contribution.selectors.comparison.bridges import cut_bridge
from revenue_health.contribution.selectors.comparison.contributions_json import comparison_to_json
from revenue_health.contribution.selectors.comparison.earned import earned_amounts
from revenue_health.contribution.selectors.comparison.from_bridge import comparison_from_bridge
from revenue_health.contribution.selectors.comparison.remarks import remarks_of
from revenue_health.contribution.selectors.comparison.sentences import NO_BASELINE, capitalised
from revenue_health.contribution.selectors.gates.judgements import judgements_of
from revenue_health.contribution.selectors.model_input import ALIASES, DIMENSIONS, SEGMENT
from revenue_health.contribution.verdict_words import step_word, using_verdict_words

_OWN_RANGE = "± is the 90 % range of each share by itself, if the records are right"
_RANGES = {True: "± is the 90 % range for all departments at once, if the records are right", False: _OWN_RANGE}


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
        pace = pace_name(comparison.period, baseline) if baseline else ""
        at_once = any(party.simultaneous for party in comparison.parties)
        self.stdout.write(_RANGES[at_once] if pace else gettext(NO_BASELINE).format(period=comparison.period.label))
        self._write_table(comparison, pace)
        if comparison.won is not None and comparison.reversed:
            self._write_amount("  won", comparison.won)
            self._write_amount("  taken back", -comparison.reversed, signed=True)
        if comparison.groups and pace:
            self.stdout.write(f"\nIn groups {_OWN_RANGE}")
        for group in comparison.groups:
            self.stdout.write(f"\n{comparison.by} {group.key or '(none)'}")
            self._write_table(group, pace)

    def _write_table(self, bridge: BridgeFigures, pace: str) -> None:
        """From plan to actual, with the names and verdicts of the pages. pace: what everybody at the baseline is
        called; empty without one, when nobody has a share."""
        if bridge.planned or pace:
            self._write_amount("Plan" if bridge.planned else capitalised(pace), bridge.start)
        for party in sorted(bridge.parties, key=lambda party: ORDER.index(party.kind)) if pace else ():
            if party.share:
                step = Step.of(party, 0, pace)
                half = "" if step.low is None else f"±{step.half / MINOR_UNITS:>12,.0f}"
                self._write_amount(
                    step.name, step.amount / MINOR_UNITS, signed=True, note=f"{half:<13}  {step.mark} {step_word(step)}"
                )
        if pace:
            self._write_amount(gettext(TIMING_AND_CHANCE), bridge.unexplained.amount, signed=True)
        self._write_amount("Actual", bridge.actual)

    def _write_amount(self, name: str, amount: float, *, signed: bool = False, note: str = "") -> None:
        figure = f"{amount:>+16,.0f}" if signed else f"{amount:>16,.0f}"
        self.stdout.write(f"{name:<28}{figure}  {note}".rstrip())
