"""doctor: is everything up, how old are the numbers, does the flow balance."""

from __future__ import annotations

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from revenue_health import health


class Command(BaseCommand):
    """Exit code 1 when a check is not ok. Worker and clock are checked only where serving is expected."""

    help = "Check servers, tables, worker, clock, freshness of the figures, flow balance, custody store and disk."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="One JSON object on standard output.")

    def handle(self, *args: Any, **options: Any) -> None:
        report = health.report(now=timezone.now())
        if options["json"]:
            self.stdout.write(json.dumps(report.to_dict()))
        else:
            self.stdout.write(f"Revenue Health {report.version}")
            for check in report.checks:
                self.stdout.write(f"{'ok    ' if check.ok else 'NOT OK'} {check.name:<14} {check.detail}")
            self.stdout.write("All is well." if report.ok else "Something needs attention.")
        if not report.ok:
            sys.exit(1)
