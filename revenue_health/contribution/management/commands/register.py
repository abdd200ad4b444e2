"""register: the leaks the figures found, largest first."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from revenue_health.contribution.selectors.register.leaks_json import register_json


class Command(BaseCommand):
    help = (
        "The leak register: where money is lost against the baseline, by whom, since when, and what is done about it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="One JSON object on standard output.")

    def handle(self, *args: Any, **options: Any) -> None:
        figures = register_json()
        if options["json"]:
            self.stdout.write(json.dumps(figures, allow_nan=False))
            return
        if not figures["leaks"]:
            self.stdout.write("No leak has been found. The register is filled by a recompute.")
        for leak in figures["leaks"]:
            half = (leak["high"] - leak["low"]) / 2
            self.stdout.write(
                f"{leak['pipeline']}/{leak['stage']:<12}{leak['department']:<12}{leak['factor']:<9}"
                f"{leak['amount']:>14,.0f} ±{half:>12,.0f}  {leak['status']:<10}since {leak['first_seen']}, "
                f"{leak['owner'] or 'nobody has it'}"
            )
