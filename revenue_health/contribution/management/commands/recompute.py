"""recompute: custody, flows and contributions, up to now or as known on a past day, in this one process."""

from __future__ import annotations

import json
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from departments.management.arguments import MOST_PROCESSES, whole_number
from departments.models import find_company
from departments.periods import FINAL_YEAR, FIRST_YEAR, parse_day
from pipeline.core.currency import RateMissing
from pipeline.services.recompute import RecomputeError, RecomputeRunning, recompute
from revenue_health.contribution.models import ScoreRun
from revenue_health.contribution.services.nightly_run import run_nightly_steps
from revenue_health.contribution.services.processes import process_pool
from revenue_health.contribution.tasks import night_of_run


class Command(BaseCommand):
    help = "Compute custody, flows, leaks and contributions; only what changed since the last run, unless --full."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--as-of", help="Use what was known at the end of this day (YYYY-MM-DD), or at an instant.")
        parser.add_argument("--full", action="store_true", help="Recompute everything.")
        parser.add_argument("--custody-only", action="store_true", help="Leave the contributions to a worker.")
        parser.add_argument(
            "--processes", type=whole_number(1, MOST_PROCESSES), default=1, help="Processes to score with (default: 1)."
        )
        parser.add_argument("--json", action="store_true", help="One JSON object on standard output.")

    def handle(self, *args: Any, **options: Any) -> None:
        quiet = options["json"]

        def say(step: str, share: float) -> None:
            if not quiet:
                self.stderr.write(f"  {share:4.0%} {step}")

        try:
            # Other processes set themselves up while custody is computed.
            with process_pool(1 if options["custody_only"] else options["processes"]) as others:
                run = recompute(as_of=self._as_of(options["as_of"]), full=options["full"], progress=say)
                scores = [] if options["custody_only"] else run_nightly_steps(run=run, progress=say, others=others)
        except (RecomputeError, RecomputeRunning, RateMissing) as problem:
            raise CommandError(str(problem)) from problem
        if options["custody_only"]:
            night_of_run.delay(run.pk)
        if quiet:
            self.stdout.write(
                json.dumps(
                    {
                        "run": run.pk,
                        "mode": run.mode,
                        "as_of": run.as_of.isoformat(),
                        "opportunities": run.opportunities,
                        "visits": run.visits,
                        "touched": run.touched,
                        "seconds": run.seconds,
                        "balance_error": run.balance_error,
                        "scores": {score_run.label: _score(score_run) for score_run in scores},
                    }
                )
            )
            return
        self.stdout.write(
            f"Run {run.pk} ({run.mode}) is done: {run.opportunities:,} opportunities, {run.visits:,} visits, "
            f"{run.touched:,} computed, {run.seconds['total']} s. The flow balances."
        )
        for score_run in scores:
            error = f": {score_run.error}" if score_run.error else ""
            self.stdout.write(f"Scores of {score_run.label}: {score_run.status}, {score_run.seconds}{error}")

    def _as_of(self, text: str | None) -> datetime | None:
        as_of, company = _instant(text), find_company()
        today = timezone.now().astimezone(company.zone if company else UTC).date()
        if as_of is not None and as_of.astimezone(company.zone if company else UTC).date() > today:
            self.stderr.write(f"{text} has not come yet: every figure is as if it were that day.")
        return as_of


def _score(score_run: ScoreRun) -> dict[str, Any]:
    return {
        "status": score_run.status,
        "seconds": score_run.seconds,
        "groups": score_run.groups.count(),
        "error": score_run.error,
    }


def _instant(text: str | None) -> datetime | None:
    """The end of a day in the company's time zone, or an instant with its offset."""
    if text is None:
        return None
    try:
        if ":" not in text and "T" not in text.upper():
            after = parse_day(text) + timedelta(days=1)
            company = find_company()
            if company is None:
                raise CommandError("There is no company yet: load a company folder first.")
            return datetime.combine(after, time(), company.zone) - timedelta(seconds=1)
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise CommandError(
            f"“{text}” is no day from {FIRST_YEAR} to {FINAL_YEAR}. Write 2026-11-23, or 2026-11-23T18:00:00+01:00."
        ) from None
    if not FIRST_YEAR <= instant.year <= FINAL_YEAR:
        raise CommandError(f"“{text}” is not a day from {FIRST_YEAR} to {FINAL_YEAR}.")
    if instant.tzinfo is None:
        raise CommandError(f"“{text}” has no time zone. Write 2026-11-23T18:00:00+01:00.")
    return instant
