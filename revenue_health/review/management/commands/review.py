"""review: what the weekly review shows, in the terminal or as one JSON object."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from departments.formats import counted, money_in_words
from departments.periods import PeriodError, parse_day
from pipeline.management.choices import PERIOD_HELP, run_and_company
from pipeline.selectors.leaks.leaks import calendar_of
from revenue_health.contribution.management.choices import command_errors
from revenue_health.contribution.verdict_words import using_verdict_words
from revenue_health.review.core.weekly_review import WeeklyReview
from revenue_health.review.selectors.weekly.review import weekly_review
from revenue_health.review.selectors.weekly.weekly_json import weekly_review_json


class Command(BaseCommand):
    help = "The weekly review: the message, plan to actual, what changed, leaks, scorecards, commitments, forecast."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--since", help="Show what changed since this day, such as 2026-11-16 (default: the usual Monday)."
        )
        parser.add_argument("--period", help=PERIOD_HELP.format(without="the running quarter without it"))
        parser.add_argument("--json", action="store_true", help="One JSON object on standard output.")

    def handle(self, *args: Any, **options: Any) -> None:
        run, company = run_and_company()
        try:
            since = parse_day(options["since"]) if options["since"] else None
        except PeriodError as problem:
            raise CommandError(str(problem)) from problem
        if since is not None and since > (until := run.as_of.astimezone(company.zone).date()):
            raise CommandError(f"{since} is after {until}, the day the figures are of: nothing can have changed since.")
        with command_errors(), using_verdict_words(company.verdict_words):
            period = calendar_of(company).parse(options["period"]) if options["period"] else None
            review = weekly_review(run=run, company=company, period=period, since=since, now=timezone.now())
        if options["json"]:
            self.stdout.write(json.dumps(weekly_review_json(review), allow_nan=False))
        else:
            self._print(review)

    def _print(self, review: WeeklyReview) -> None:
        def money(amount: int | None) -> str:
            return money_in_words(amount, review.currency)

        write = self.stdout.write
        write(f"{review.period.label}, as of {review.today}")
        write(review.headline.message)
        for sentence in review.headline.under:
            write(sentence)
        if changes := review.changes:
            write(f"\nOpen pipeline {review.since.isoformat():<14}{money(changes.then):>18}")
            for total in changes.buckets:
                if total.deals:
                    write(f"  {total.bucket.name:<14}{counted(total.deals, 'deal'):>12}  {money(total.difference):>18}")
            write(f"Open pipeline {review.today.isoformat():<14}{money(changes.now):>18}")
        for leak in review.leaks:
            write(f"Leak: {leak.name}, {leak.department_name}: {money(leak.amount)}")
        write(f"Scorecards in: {review.scorecards.entered} of {len(review.scorecards.departments)}")
        write(f"Commitments: {review.commitments.due} due, {review.commitments.overdue} overdue")
        if review.forecast:
            amounts = review.forecast.minor
            write(f"Forecast: {money(amounts.median)}, plan {money(amounts.target)}")
