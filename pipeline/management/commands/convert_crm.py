"""`manage.py convert_crm DIR OUT`: a CRM export of one row per deal becomes a company folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from pipeline.management.commands._answers import AnsweringCommand
from pipeline.services.imports_crm import CRM_MAPPING, crm_export_convert


class Command(AnsweringCommand):
    help = "Convert a CRM export with one row per deal to a company folder for `load`."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("folder", type=Path, metavar="DIR")
        parser.add_argument("out", type=Path, metavar="OUT")
        parser.add_argument("--mapping", type=Path, default=CRM_MAPPING, metavar="M.toml", help="see docs/import.md")

    def answer(self, options: dict[str, Any]) -> bool:
        done = crm_export_convert(path=options["folder"], out=options["out"], mapping=options["mapping"])
        self.say(options, done.as_json(), f"Written to {done.folder}; load it with `manage.py load`.", *done.notes)
        return True
