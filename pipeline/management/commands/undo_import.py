"""`manage.py undo_import ID`: an import out again."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from pipeline.management.commands._answers import AnsweringCommand
from pipeline.services.imports_undo import import_undo


class Command(AnsweringCommand):
    help = "Revert an import: rows it created are deleted, rows it changed get their old values back."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("id", type=int, metavar="ID")

    def answer(self, options: dict[str, Any]) -> bool:
        result = import_undo(batch_id=options["id"])
        lines = [f"  {count:,} {label} removed" for label, count in result.removed.items()]
        lines += [f"  {count:,} {label} put back" for label, count in result.restored.items()]
        self.say(options, result.as_json(), f"Import {result.batch} is undone.", *lines)
        return True
