"""`manage.py validate_method`: validates the contribution model, and prints the table of docs/method.md."""

import json
import time
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from departments.management.arguments import MOST_PROCESSES, whole_number
from revenue_health.contribution.validation.company import MODES, scenarios
from revenue_health.contribution.validation.hard.acceptance import acceptance
from revenue_health.contribution.validation.hard.table import KindRow, make_hard_table
from revenue_health.contribution.validation.hard.text import HEAD, acceptance_lines, lines_of
from revenue_health.contribution.validation.hard.truth import make_truth, store_truths
from revenue_health.contribution.validation.hard.variants import VARIANTS, VariantRun, run_variants
from revenue_health.contribution.validation.hard.world.kinds import KINDS
from revenue_health.contribution.validation.table import SHAPES, Row, Table, make_table


class Command(BaseCommand):
    """Simulated companies with known shares, estimated and compared."""

    help = "Compare estimated with true shares on simulated companies (needs no database)."
    requires_system_checks: list[str] = []  # Django's own way of saying it

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--seeds", type=whole_number(1, 1000), default=20, help="companies per scenario and shape (default 20)"
        )
        parser.add_argument(
            "--shapes", type=whole_number(1, 100), nargs="+", default=list(SHAPES), help="gamma shapes of hold times"
        )
        parser.add_argument("--scenario", action="append", default=[], help="only this scenario (may be repeated)")
        parser.add_argument("--mode", choices=MODES, default="start", help="what a change does to deals in progress")
        parser.add_argument(
            "--processes", type=whole_number(1, MOST_PROCESSES), default=2, help="companies side by side"
        )
        parser.add_argument("--json", action="store_true", help="for machines")
        parser.add_argument(
            "--hard", nargs="*", metavar="KIND", help=f"hard companies, all kinds or these: {', '.join(KINDS)}"
        )
        parser.add_argument(
            "--hashes", type=whole_number(0, 100), default=0, help="with --hard: also deal deals to other buckets"
        )
        parser.add_argument("--ungated", action="store_true", help="with --hard: shares and their own intervals only")
        parser.add_argument(
            "--first-seed", type=whole_number(0, 2**31), default=0, help="with --hard: where seeds begin"
        )
        parser.add_argument(
            "--variant", nargs="+", choices=VARIANTS, metavar="NAME",
            help=f"with --hard: who is named in other companies, without a truth: {', '.join(VARIANTS)}",
        )  # fmt: skip
        parser.add_argument(
            "--make-truth", type=whole_number(1, 10_000), metavar="N", help="with --hard: simulate the truth N times"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["hard"] is not None:
            self._hard(options)
            return
        unknown = [name for name in options["scenario"] if name not in scenarios()]
        if unknown:
            raise CommandError(f"no scenario {unknown[0]!r}; there are: {', '.join(scenarios())}")
        if options["seeds"] < 1 or any(shape < 1 for shape in options["shapes"]):
            raise CommandError("seeds and shapes are whole numbers from 1 up")
        began = time.monotonic()
        table = make_table(
            seeds=range(options["seeds"]),
            names=options["scenario"],
            shapes=options["shapes"],
            mode=options["mode"],
            processes=options["processes"],
        )
        if options["json"]:
            self.stdout.write(json.dumps(asdict(table), indent=1))
            return
        for line in as_text(table):
            self.stdout.write(line)
        self.stdout.write(f"{time.monotonic() - began:.0f} s")

    def _hard(self, options: dict[str, Any]) -> None:
        """The hard companies, row by row as they are done."""
        names = options["hard"] or list(KINDS)
        if unknown := [name for name in names if name not in KINDS]:
            raise CommandError(f"no kind {unknown[0]!r}; there are: {', '.join(KINDS)}")
        if options["seeds"] < 1:
            raise CommandError("seeds are whole numbers from 1 up")
        if options["make_truth"]:
            for name in dict.fromkeys(KINDS[name].truth_of or name for name in names):
                store_truths({name: make_truth(KINDS[name], options["make_truth"])})
                self.stdout.write(f"{name}: made")
            return
        if options["variant"]:
            self._variants(options, names)
            return
        began, machines, first = time.monotonic(), options["json"], options["first_seed"]
        if not machines:
            self.stdout.write("\n".join(HEAD))
        table = make_hard_table(
            kinds=names,
            seeds=range(first, first + options["seeds"]),
            processes=options["processes"],
            hashes=options["hashes"],
            gated=not options["ungated"],
            on_row=self._no_row if machines else self._write_row,
        )
        lines = acceptance(table, hashes=options["hashes"])
        if machines:
            self.stdout.write(json.dumps(asdict(table) | {"acceptance": [asdict(line) for line in lines]}, indent=1))
            return
        self.stdout.write("\n".join(acceptance_lines(lines)))
        self.stdout.write(f"{time.monotonic() - began:.0f} s")

    def _variants(self, options: dict[str, Any], names: list[str]) -> None:
        """Other companies, one line each, and how many innocents are named in them."""
        began, first = time.monotonic(), options["first_seed"]
        runs = run_variants(
            variants=options["variant"],
            kinds=names,
            seeds=range(first, first + options["seeds"]),
            processes=options["processes"],
            on_run=(lambda run: None) if options["json"] else self._write_run,
        )
        if options["json"]:
            self.stdout.write(json.dumps([asdict(run) for run in runs], indent=1))
            return
        wrong = sum(bool(run.innocents) for run in runs)
        self.stdout.write(f"an innocent is named in {wrong} of {len(runs)} companies")
        self.stdout.write(f"{time.monotonic() - began:.0f} s")

    def _write_run(self, run: VariantRun) -> None:
        named = ", ".join(f"{name} {share:+.2f}" for name, share in run.named.items()) or "nobody"
        mark = " INNOCENT" if run.innocents else ""
        self.stdout.write(f"{run.variant} {run.kind} {run.seed}: {named}{mark}")
        self.stdout.flush()

    def _write_row(self, row: KindRow) -> None:
        self.stdout.write("\n".join(lines_of(row)))
        self.stdout.flush()

    def _no_row(self, row: KindRow) -> None:
        """Machines get everything at the end."""


def as_text(table: Table) -> list[str]:
    """The table as Markdown, and the summary below it. Money in millions."""
    judged = table.judged_when_nothing_changed
    return [
        "| scenario | shape | true (M) | mean estimate (M) | error | coverage | judged | unexplained |",
        "|---|---|---|---|---|---|---|---|",
        *(_markdown(row) for row in table.rows),
        "",
        f"error of the mean share: {table.mean_error:.1%} on average, {table.worst_error:.1%} at worst",
        f"truth within the 90 % interval: {table.coverage:.1%} of (party, company) pairs",
        f"judged where nothing changed: {'-' if judged is None else f'{judged:.1%}'} of parties",
        f"unexplained: mean within {abs(table.unexplained_mean):.2%}, spread within {table.unexplained_spread:.2%} of "
        "won revenue",
    ]


def _markdown(row: Row) -> str:
    moved = [key for key, value in row.true.items() if value]
    true = ", ".join(f"{key} {row.true[key] / 1e6:+.2f}" for key in moved) or "all zero"
    largest = max(row.estimated, key=lambda key: abs(row.estimated[key]))
    cells = moved or [largest]
    estimated = ", ".join(f"{key} {row.estimated[key] / 1e6:+.2f}" for key in cells)
    return (
        f"| {row.scenario} | {row.shape} | {true} | {estimated} | {row.error:.1%} | {row.coverage:.0%} "
        f"| {row.judged:.0%} | {row.unexplained_mean:+.2%} ± {row.unexplained_spread:.2%} |"
    )
