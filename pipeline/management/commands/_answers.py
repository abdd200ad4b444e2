"""How commands of imports answer: one JSON object with --json, sentences without; exit code 1 on refusal."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from pipeline.imports.folder.staging import Progress
from pipeline.imports.problems import ConversionRefused, ImportProblem
from pipeline.services.imports_result import ImportResult

_LISTED_PROBLEMS = 20
_SHORT = 200


class AnsweringCommand(BaseCommand):
    """A command that prints its answer once, at the end. Subclasses implement `answer`."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            accepted = self.answer(options)
        except ImportProblem as problem:
            if options["json"]:
                self.stdout.write(json.dumps({"error": str(problem), **_problems_json(problem)}, ensure_ascii=False))
            raise CommandError(str(problem)) from problem
        except OSError as problem:
            # A path that cannot be, a file nobody may read, a full disk: what the system says, without a traceback.
            sentence = f"{_short(problem.filename)}{problem.strerror or problem}. Check the path and try again."
            if options["json"]:
                self.stdout.write(json.dumps({"error": sentence}, ensure_ascii=False))
            raise CommandError(sentence) from problem
        if not accepted:
            raise SystemExit(1)

    def answer(self, options: dict[str, Any]) -> bool:
        raise NotImplementedError

    def say(self, options: dict[str, Any], answer: dict[str, Any], *sentences: str) -> None:
        """The answer in the form asked for."""
        if options["json"]:
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
        else:
            for sentence in sentences:
                self.stdout.write(sentence)

    def progress(self, options: dict[str, Any]) -> Progress | None:
        """Steps on standard error for a person at a terminal."""
        if options["json"] or not self.stderr.isatty():
            return None
        last = [""]

        def show(step: str, share: float) -> None:
            if step != last[0]:
                last[0] = step
                self.stderr.write(f"{share:4.0%} {step}")

        return show

    def say_import(self, options: dict[str, Any], result: ImportResult) -> bool:
        """The outcome of an import."""
        self.say(options, result.as_json(), *import_sentences(result))
        return result.accepted


def _short(path: object) -> str:
    """The path an error is about, for the beginning of a sentence; nothing where it is about none."""
    text = str(path or "")
    return f"{text if len(text) <= _SHORT else '…' + text[-_SHORT:]}: " if text else ""


def _problems_json(problem: ImportProblem) -> dict[str, Any]:
    """Each problem of a refused conversion with its place."""
    if not isinstance(problem, ConversionRefused):
        return {}
    return {"problem_count": problem.problems.total, "problems": [asdict(listed) for listed in problem.problems.listed]}


def import_sentences(result: ImportResult) -> list[str]:
    """What an import did, for a person."""
    labels = [
        ("read", "read"),
        ("new", "new"),
        ("changed", "changed"),
        ("unchanged", "unchanged"),
        ("refused", "refused"),
    ]
    lines = []
    if not result.accepted:
        what = "Nothing would be loaded" if result.dry_run else "Refused, nothing was loaded"
        lines.append(f"{what}: {result.problem_count:,} problems.")
        lines += [f"  {problem}" for problem in result.problems[:_LISTED_PROBLEMS]]
        if result.problem_count > _LISTED_PROBLEMS:
            lines.append("  …")
        lines.append(f"All of them: {result.errors_file}")
    else:
        lines.append("This is what would be loaded:" if result.dry_run else f"Import {result.batch} is loaded.")
    for name, counts in result.files.items():
        parts = ", ".join(f"{counts[key]:,} {label}" for key, label in labels if counts[key] or key == "read")
        lines.append(f"  {name}: {parts}")
    return lines + [f"Note: {note}" for note in result.notes]
