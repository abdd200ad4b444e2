"""`manage.py sample add|remove`: the sample company on the command line, as in the set-up."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from django.core.management.base import CommandError, CommandParser
from django.db import OperationalError

from pipeline.management.commands._answers import AnsweringCommand
from pipeline.models import Event, Opportunity
from pipeline.services.sample import SampleRefused, sample_check_removable, sample_discard, sample_load


class Command(AnsweringCommand):
    help = "A sample company to look at in an empty installation; removed again without a trace."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        steps = parser.add_subparsers(dest="step", required=True)
        add = steps.add_parser("add", help="generate a company up to yesterday, load and compute it")
        remove = steps.add_parser("remove", help="remove the sample company; people and uploaded files stay")
        remove.add_argument(
            "--yes", action="store_true", help="really remove; without it, only show what would be lost"
        )
        for step in (add, remove):
            step.add_argument("--json", action="store_true", help="print one JSON object and nothing else")

    def answer(self, options: dict[str, Any]) -> bool:
        try:
            return self._add(options) if options["step"] == "add" else self._remove(options)
        except SampleRefused as refused:
            self._refuse(options, str(refused))
        except OperationalError:
            self._refuse(options, "Somebody or the worker is at it. Try again in a minute; nothing was changed.")

    def _add(self, options: dict[str, Any]) -> bool:
        sample_load(user=None)
        deals = Opportunity.objects.count()
        self.say(options, {"loaded": True, "deals": deals}, f"The sample company is loaded: {deals:,} deals.",
                 "Remove it with `sample remove --yes` before you bring in your own data.")  # fmt: skip
        return True

    def _remove(self, options: dict[str, Any]) -> bool:
        sample_check_removable()
        deals, events = Opportunity.objects.count(), Event.objects.count()
        if options["yes"]:
            sample_discard()
        verb = "is removed." if options["yes"] else "would be removed; say --yes to do it."
        self.say(options, {"removed": options["yes"], "deals": deals, "events": events},
                 f"The sample company ({deals:,} deals, {events:,} events) {verb}",
                 "People with roles for the whole company and uploaded files stay.")  # fmt: skip
        return True

    def _refuse(self, options: dict[str, Any], sentence: str) -> NoReturn:
        if options["json"]:
            self.stdout.write(json.dumps({"error": sentence}, ensure_ascii=False))
        raise CommandError(sentence)
