"""`manage.py load DIR`: a company folder, or a zip of one, in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from pipeline.management.commands._answers import AnsweringCommand
from pipeline.services.imports import company_folder_load


class Command(AnsweringCommand):
    help = "Import a company folder (or a zip of one), all or nothing: if any row is refused, nothing is imported."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("folder", type=Path, metavar="DIR")
        parser.add_argument("--dry-run", action="store_true", help="show what would happen, change nothing")

        parser.add_argument(
            "--rename-company", action="store_true", help="let company.csv change the name of a company that has data"
        )

    def answer(self, options: dict[str, Any]) -> bool:
        result = company_folder_load(
            path=options["folder"],
            dry_run=options["dry_run"],
            progress=self.progress(options),
            rename_company=options["rename_company"],
        )
        return self.say_import(options, result)
