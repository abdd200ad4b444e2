"""pack: freeze the review as it stands, or write a frozen one as a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from departments.periods import PeriodError
from pipeline.management.choices import run_and_company
from pipeline.selectors.leaks.leaks import calendar_of
from revenue_health.contribution.management.choices import command_errors
from revenue_health.review.models import Pack, PackExport
from revenue_health.review.selectors.packs.archive import pack_by_id, verify_pack
from revenue_health.review.services.exports import ExportProblem, pack_write
from revenue_health.review.services.packs import PackProblem, pack_freeze


class Command(BaseCommand):
    help = "Freeze the review as it stands as a pack, or write a frozen pack as a file."

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--freeze", action="store_true", help="Freeze the newest figures.")
        what.add_argument("--export", nargs=3, metavar=("KIND", "ID", "FILE"), help="KIND is pdf, pptx, xlsx or csv.")
        parser.add_argument("--title", default="", help="Title of the new pack.")
        parser.add_argument("--period", help="A fiscal period (default: the running quarter).")
        parser.add_argument("--hide-names", action="store_true", help="Leave names of people out of the file.")
        parser.add_argument("--json", action="store_true", help="One JSON object on standard output.")

    def handle(self, *args: Any, **options: Any) -> None:
        answer = self._freeze(options) if options["freeze"] else self._export(options)
        if options["json"]:
            self.stdout.write(json.dumps(answer))
        else:
            self.stdout.write("  ".join(f"{name} {value}" for name, value in answer.items()))

    def _freeze(self, options: dict[str, Any]) -> dict[str, Any]:
        run, company = run_and_company()
        try:
            period = calendar_of(company).parse(options["period"]) if options["period"] else None
        except PeriodError as problem:
            raise CommandError(str(problem)) from problem
        try:
            with command_errors():
                pack = pack_freeze(
                    run=run, company=company, user=None, now=timezone.now(), title=options["title"], period=period
                )
        except PackProblem as problem:
            raise CommandError(f"{problem} Nothing was frozen.") from problem
        return _pack_facts(pack)

    def _export(self, options: dict[str, Any]) -> dict[str, Any]:
        kind, number, file = options["export"]
        if kind not in PackExport.Kind.values:
            raise CommandError(f"“{kind}” is not a kind of file: choose one of {', '.join(PackExport.Kind.values)}.")
        pack = pack_by_id(pk=int(number)) if number.isdecimal() else None
        if pack is None:
            raise CommandError(f"There is no pack {number}.")
        if not verify_pack(pack).intact:
            raise CommandError(f"Pack {number} is not what was frozen: its hash does not fit. Nothing was written.")
        try:
            pack_write(pack=pack, kind=kind, path=Path(file).absolute(), hide_names=options["hide_names"])
        except ExportProblem as problem:
            raise CommandError(str(problem)) from problem
        except OSError as problem:
            raise CommandError(f"{file} cannot be written: {problem.strerror or problem}.") from problem
        return _pack_facts(pack) | {"kind": kind, "file": file}


def _pack_facts(pack: Pack) -> dict[str, Any]:
    return {"pack": pack.pk, "sha256": pack.sha256, "title": pack.title, "as_of": pack.as_of.isoformat()}
