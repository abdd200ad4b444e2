"""`manage.py generate DIR`: write the folder of an invented company whose story is known."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from departments.management.arguments import day, whole_number
from pipeline.generator import FolderNotEmpty, generate_folder
from pipeline.generator.company import TIME_ZONE
from pipeline.generator.files.folder import MAX_OPPORTUNITIES, MAX_SEED, MAX_YEARS


class Command(BaseCommand):
    help = "Generate the folder of an invented company; the same arguments give the same files."
    # It touches no database, so it runs before there is one.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", metavar="DIR", type=Path, help="does not exist yet, or is empty")
        parser.add_argument(
            "--opportunities",
            type=whole_number(1, MAX_OPPORTUNITIES),
            default=20_000,
            metavar="N",
            help="default: 20000",
        )
        parser.add_argument("--seed", type=whole_number(0, MAX_SEED), default=1, metavar="S", help="default: 1")
        parser.add_argument("--as-of", type=day, metavar="DATE", help="history ends before this day; default: today")
        parser.add_argument(
            "--years", type=whole_number(1, MAX_YEARS), default=3, help="length of the history; default: 3"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        as_of: date = options["as_of"] or timezone.now().astimezone(ZoneInfo(TIME_ZONE)).date()
        started = perf_counter()
        try:
            generated = generate_folder(
                folder=options["folder"].absolute(),
                opportunities=options["opportunities"],
                seed=options["seed"],
                as_of=as_of,
                years=options["years"],
            )
        except (FolderNotEmpty, ValueError, OSError) as error:
            raise CommandError(str(error)) from error
        seconds = round(perf_counter() - started, 3)
        if options["json"]:
            result = {
                "folder": str(generated.folder), "seed": options["seed"], "as_of": generated.as_of.isoformat(),
                "first": generated.first.isoformat(), "files": generated.rows, "seconds": seconds,
            }  # fmt: skip
            self.stdout.write(json.dumps(result))
        else:
            counts = [f"{generated.rows[f'{name}.csv']:,} {name}" for name in ("opportunities", "events", "handoffs")]
            self.stdout.write(
                f"{generated.folder}: {', '.join(counts)}, {generated.first} to {generated.as_of}, in {seconds:.1f} s"
            )
