"""serve: the dashboard with your own data, everything under one supervisor."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from departments.management.arguments import whole_number
from departments.people.services.first_account import first_account_path
from revenue_health.embedded import serving
from revenue_health.embedded.process import ServerError
from revenue_health.embedded.steps import Steps


class Command(BaseCommand):
    help = "Serve your own data: servers (unless DATABASE_URL and REDIS_URL name some), web, worker and clock."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--home", metavar="DIR", help="Where the data live (default: .revenue_health here).")
        parser.add_argument(
            "--port", type=whole_number(0, 65_535), help="Port on 127.0.0.1 (default: 8000, or the next free one)."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        home, steps = settings.HOME, Steps()
        try:
            with serving.owned_home(home, steps) as ownership:
                serving.prepare(home, steps)
                signin = "Sign in with your account."
                if path := first_account_path():
                    signin = (
                        f"Set it up: open {{address}}{path.lstrip('/')} within a day; it makes the first account, once."
                    )
                serving.run(home, ownership, port=options["port"], signin=signin)
        except ServerError as error:
            raise CommandError(str(error)) from error
