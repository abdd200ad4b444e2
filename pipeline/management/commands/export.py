"""`manage.py export DIR`: everything as a company folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from pipeline.management.commands._answers import AnsweringCommand
from pipeline.services.imports_export import company_folder_export


class Command(AnsweringCommand):
    help = "Export everything that was imported, as a company folder."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("folder", type=Path, metavar="DIR")

    def answer(self, options: dict[str, Any]) -> bool:
        result = company_folder_export(path=options["folder"], progress=self.progress(options))
        lines = [f"  {name}: {rows:,} rows" for name, rows in result.rows.items()]
        self.say(options, result.as_json(), f"Written to {result.folder}:", *lines)
        return True
