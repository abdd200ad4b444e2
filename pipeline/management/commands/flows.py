"""flows: the weekly roll-up, as stored."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from departments.models import Company
from departments.periods import Period, week_period
from pipeline.management.choices import add_choice_arguments, check_values, choice_of, run_and_company
from pipeline.models import RecomputeRun
from pipeline.selectors.leaks.leaks import DealFilter, leaks_of
from pipeline.selectors.leaks.leaks_json import weekly_flows, weekly_json
from pipeline.selectors.overview import structure_names

_STORED = {"pipeline", "segment"}


class Command(BaseCommand):
    help = "The weekly roll-up: what opened, entered, moved, was won, lost and revalued, by week and stage."

    def add_arguments(self, parser: CommandParser) -> None:
        add_choice_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        run, company = run_and_company()
        deal_filter = choice_of(options, company)
        if beyond := set(deal_filter.filters) - _STORED:
            raise CommandError(f"The weekly roll-up is not kept by {', '.join(sorted(beyond))}; `leaks` is.")
        check_values(deal_filter, run)
        weeks, still = self._weeks(run, company, deal_filter)
        before, after = _days_beyond(weeks, deal_filter.period)
        if options["json"]:
            period = deal_filter.period
            self.stdout.write(
                json.dumps(
                    {
                        "period": {
                            "start": period.start.isoformat() if period else None,
                            "end": period.end.isoformat() if period else None,
                        },
                        "run": run.pk,
                        "weeks": weeks,
                        "weeks_without_movement": still,
                        "days_beyond_period": {"before": before, "after": after},
                        "balance_error": max((week["balance_error"] for week in weeks), default=0.0),
                    }
                )
            )
            return
        for week in weeks:
            sums = {name: sum(stage[name]["amount"] for stage in week["stages"]) for name in ("entered", "won", "lost")}
            self.stdout.write(
                f"{week['week']}  entered {sums['entered']:>14,.0f}  won {sums['won']:>14,.0f}"
                f"  taken back {week['totals']['reversed']['amount']:>14,.0f}  lost {sums['lost']:>14,.0f}"
                f"  balance error {week['balance_error']}"
            )
        if before or after:
            reach = [f"{days} days {side} it" for days, side in ((before, "before"), (after, "after")) if days]
            self.stdout.write(
                f"Weeks are whole: they also count {' and '.join(reach)}; `leaks --period` counts the period alone."
            )
        if still:
            self.stdout.write(f"{still} weeks in which nothing moved are left out; `--period` lists every week.")

    def _weeks(self, run: RecomputeRun, company: Company, deal_filter: DealFilter) -> tuple[list[dict[str, Any]], int]:
        structure = structure_names()
        weeks, still = weekly_flows(
            first=deal_filter.period.start if deal_filter.period else None,
            last=deal_filter.period.end if deal_filter.period else None,
            pipelines=list(deal_filter.filters.get("pipeline", [])),
            segments=list(deal_filter.filters.get("segment", [])),
        )
        figures = [
            weekly_json(
                week,
                leaks_of(run=run, company=company, deal_filter=deal_filter.moved_to(week_period(week["week"]))),
                structure,
            )
            for week in weeks
        ]
        return figures, still


def _days_beyond(weeks: list[dict[str, Any]], period: Period | None) -> tuple[int, int]:
    """How many days before and after the period the first and last week count: weeks of the roll-up are whole."""
    if period is None or not weeks:
        return 0, 0
    first, last = (date.fromisoformat(week["week"]) for week in (weeks[0], weeks[-1]))
    return max(0, (period.start - first).days), max(0, (last + timedelta(days=6) - period.end).days)
