"""track_record: how good forecasts of past quarters would have been, and what simple rules would have said."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from pipeline.management.choices import run_and_company
from revenue_health.contribution.core.track.bias_words import bias_words
from revenue_health.contribution.core.track.summary import Summary
from revenue_health.contribution.management.choices import command_errors
from revenue_health.contribution.selectors.track.track_record import NAMES, track_record
from revenue_health.contribution.selectors.track.track_record_json import track_record_json
from revenue_health.contribution.services.track_record import track_record_store


class Command(BaseCommand):
    help = "Forecasts of past quarters as they would have been made on days 14, 42 and 70, beside the actual outcome."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="One JSON object on standard output.")

    def handle(self, *args: Any, **options: Any) -> None:
        run, company = run_and_company()

        def say(step: str, share: float) -> None:
            if not options["json"]:
                self.stderr.write(f"  {share:4.0%} {step}")

        with command_errors():
            track_record_store(run=run, progress=say)
        record = track_record(run=run, company=company)
        if options["json"]:
            self.stdout.write(json.dumps(track_record_json(record, company), allow_nan=False))
            return
        if record.whole is None:
            self.stdout.write("No quarter with two quarters of history before it is over yet.")
            return
        for title, summary in [
            ("All", record.whole),
            *((f"Day {day}", summary) for day, summary in record.days.items()),
        ]:
            self.stdout.write(_line(title, summary))


def _line(title: str, summary: Summary) -> str:
    naive = "; ".join(f"{NAMES[name]} {rule.error:.1%}" for name, rule in summary.naive.items())
    return (
        f"{title}: {summary.published.forecasts} forecasts, off by {summary.published.error:.1%} on average "
        f"(on balance {bias_words(summary.published.bias)}), "
        f"90 % range held {summary.coverage_90:.0%}, 50 % range {summary.coverage_50:.0%}. {naive}"
    )
