"""`manage.py import_log FILE --mapping M.toml`: an event log in; `--sketch` shows what it holds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from pipeline.imports.log.event_log import LogReading
from pipeline.imports.log.mapping import LogColumns
from pipeline.imports.log.sketch import log_sketch
from pipeline.management.commands._answers import AnsweringCommand
from pipeline.services.imports_log import event_log_load, is_xes, log_cases


class Command(AnsweringCommand):
    help = "Import an XES or CSV event log with a mapping file, or sketch a mapping to start from."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--mapping", type=Path, metavar="M.toml", help="see docs/import.md")
        parser.add_argument("--dry-run", action="store_true", help="show what would happen, change nothing")
        parser.add_argument("--sketch", action="store_true", help="print the activities and a mapping to start from")
        for name in ("case", "activity", "time", "end", "transition", "resource", "delimiter"):
            parser.add_argument(f"--{name}", metavar="NAME", help=f"for --sketch of a CSV log: its {name}")

    def answer(self, options: dict[str, Any]) -> bool:
        if options["sketch"]:
            return self._sketch(options)
        if options["mapping"] is None:
            raise CommandError("Name a mapping file with --mapping, or start with --sketch.")
        result = event_log_load(
            path=options["file"],
            mapping=options["mapping"],
            dry_run=options["dry_run"],
            progress=self.progress(options),
        )
        return self.say_import(options, result)

    def _sketch(self, options: dict[str, Any]) -> bool:
        entered = {
            name: options[name]
            for name in ("case", "activity", "time", "end", "transition", "resource", "delimiter")
            if options[name]
        }
        columns = LogColumns(**entered)
        if (
            options["file"].is_file()
            and not is_xes(options["file"])
            and not {"case", "activity", "time"} <= entered.keys()
        ):
            raise CommandError("Say which columns of the CSV hold the --case, the --activity and the --time.")
        reading = LogReading(options["file"].name)
        sketch = log_sketch(log_cases(options["file"], columns, reading), columns)
        lines = [
            f"{activity['count']:>9,}  {activity['activity']}  {activity['transition']}"
            for activity in sketch.activities
        ]
        answer = {"activities": sketch.activities, "attributes": sketch.attributes, "mapping": sketch.mapping}
        self.say(options, answer, *lines, "", sketch.mapping)
        return True
