"""demo: from nothing to a running dashboard with a simulated company."""

from __future__ import annotations

import contextlib
import getpass
import json
import os
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from departments.management.arguments import day, whole_number
from pipeline.generator.files.folder import MAX_OPPORTUNITIES, MAX_SEED, MAX_YEARS
from revenue_health.bootstrap import PASSWORD_VARIABLE
from revenue_health.embedded import demo_home, serving
from revenue_health.embedded.process import ServerError
from revenue_health.embedded.steps import Steps


class Command(BaseCommand):
    help = "Build a demo company and serve it: servers, tables, data, figures, web, worker and clock. Ctrl-C stops all."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--home", metavar="DIR", help="Where the data live (default: .revenue_health here).")
        parser.add_argument(
            "--port", type=whole_number(0, 65_535), help="Port on 127.0.0.1 (default: 8000, or the next free one)."
        )
        parser.add_argument("--password", action="store_true", help="Prompt for a password for the demo users.")
        parser.add_argument("--password-file", metavar="FILE", help="Take it from a file (or from DEMO_PASSWORD).")
        parser.add_argument("--build-only", action="store_true", help="Build, print, exit.")
        parser.add_argument("--as-of", type=day, metavar="DATE", help="Last day of the company.")
        parser.add_argument(
            "--seed", type=whole_number(0, MAX_SEED), help="Another seed, another company (default: 1)."
        )
        parser.add_argument(
            "--opportunities",
            type=whole_number(1, MAX_OPPORTUNITIES),
            metavar="N",
            help="Size of the company (default: 20000).",
        )
        parser.add_argument(
            "--years", type=whole_number(1, MAX_YEARS), metavar="N", help="Years of its history (default: 3)."
        )
        parser.add_argument("--json", action="store_true", help="With --build-only: one JSON object.")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.EMBEDDED:
            raise CommandError("demo builds servers of its own: unset DATABASE_URL and REDIS_URL, or use `serve`.")
        if options["json"] and not options["build_only"]:
            raise CommandError("--json goes with --build-only.")
        choice = demo_home.DemoChoice(
            **{name: options[name] for name in ("as_of", "seed", "opportunities", "years")},
            password=_password(ask=options["password"], file=options["password_file"]),
        )
        try:
            self._demo(choice, build_only=options["build_only"], port=options["port"], as_json=options["json"])
        except ServerError as error:
            raise CommandError(str(error)) from error

    def _demo(self, choice: demo_home.DemoChoice, *, build_only: bool, port: int | None, as_json: bool) -> None:
        home, steps = settings.HOME, Steps()
        with serving.owned_home(home, steps) as ownership:
            # Standard output belongs to the answer; what the steps say is progress.
            with contextlib.redirect_stdout(sys.stderr):
                built = demo_home.build(home, choice, steps)
            if build_only:
                answer = {
                    "home": str(home.path),
                    **built.to_dict(),
                    "seconds": {**steps.seconds, "total": steps.total()},
                }
                text = f"The demo company is built in {home.path} ({steps.total():.0f} s). `demo` serves it."
                self.stdout.write(json.dumps(answer) if as_json else text)
                return
            signin = "Sign in there with one click as ceo, board, analyst or the head of a department"
            signin += " (by form: these names and your password)." if choice.password else "."
            serving.run(home, ownership, port=port, signin=signin)


def _password(*, ask: bool, file: str | None) -> str | None:
    """The demo users' password: from the terminal, a file or the environment, none of which others can see."""
    # Taken out: the programs started from here inherit the environment.
    password = os.environ.pop(PASSWORD_VARIABLE, None)
    if file:
        try:
            password = Path(file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as problem:
            raise CommandError(f"The password cannot be read from {file}: {problem}") from problem
    elif ask:
        password = getpass.getpass("Password of the demo users: ")
    if password == "":
        raise CommandError("The password is empty.")
    return password
