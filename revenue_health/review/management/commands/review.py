"""review: what the weekly review shows, in the terminal or as one JSON object."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from departments.formats import money_in_words
from departments.periods import PeriodError, parse_day
from pipeline.management.choices import run_and_company
from pipeline.selectors.leaks.leaks import calendar_of
from revenue_health.contribution.management.choices import as_sentences
from revenue_health.contribution.selectors.comparison.sentences import minor
from revenue_health.review.selectors.weekly.review import review_figures


class Command(BaseCommand):
    help = "The weekly review: the message, plan to actual, what changed, leaks, scorecards, commitments, forecast."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--since", help="What changed since this day, such as 2026-11-16; without: a Monday ago.")
        parser.add_argument("--period", help="2026-Q3, 2026, 2026-07 or 2026-06-29..2026-09-27; the running quarter.")
        parser.add_argument("--json", action="store_true", help="One JSON object on standard output.")

    def handle(self, *args: Any, **options: Any) -> None:
        run, company = run_and_company()
        try:
            since = parse_day(options["since"]) if options["since"] else None
        except PeriodError as problem:
            raise CommandError(str(problem)) from problem
        with as_sentences():
            period = calendar_of(company).parse(options["period"]) if options["period"] else None
            figures = review_figures(run=run, company=company, period=period, since=since, now=timezone.now())
        if options["json"]:
            self.stdout.write(json.dumps(figures, allow_nan=False))
        else:
            self._tell(figures)

    def _tell(self, figures: dict[str, Any]) -> None:
        currency = figures["company"]["currency"]

        def money(amount: float | None) -> str:
            return money_in_words(minor(amount), currency)

        self.stdout.write(f"{figures['period']['label']}, as of {figures['today']}")
        self.stdout.write(figures["headline"]["message"])
        for sentence in figures["headline"]["under"]:
            self.stdout.write(sentence)
        if changes := figures["changes"]:
            self.stdout.write(f"\nOpen pipeline {figures['since']:<14}{money(changes['then']['amount']):>18}")
            for bucket in changes["buckets"]:
                if bucket["deals"]:
                    change = money(bucket["difference"])
                    self.stdout.write(f"  {bucket['name']:<14}{bucket['deals']:>6} deals  {change:>18}")
            self.stdout.write(f"Open pipeline {figures['today']:<14}{money(changes['now']['amount']):>18}")
        for leak in figures["leaks"]:
            self.stdout.write(f"Leak: {leak['name']}, {leak['department_name']}: {money(leak['amount'])}")
        cards, due = figures["scorecards"], figures["commitments"]
        self.stdout.write(f"Scorecards in: {cards['in']} of {cards['of']}")
        self.stdout.write(f"Commitments: {due['due']} due, {due['overdue']} overdue")
        if forecast := figures["forecast"]:
            self.stdout.write(f"Forecast: {money(forecast['median'])}, plan {money(forecast['target'])}")
