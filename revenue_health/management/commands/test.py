"""`manage.py test [pytest arguments]`: the whole test run, by pytest."""

from __future__ import annotations

import os
import sys

from django.conf import settings
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    """Takes Django's `test` over: every argument after it goes to pytest as it is."""

    help = "Run the tests with pytest; every argument is pytest's."

    def run_from_argv(self, argv: list[str]) -> None:
        os.chdir(settings.BASE_DIR)
        # The whole run takes two processors; one module of tests stays in one process, with what it has set up.
        arguments = argv[2:] or ["-n", "2", "--dist", "loadscope"]
        # A new process: pytest must find the settings and the servers by itself, as it does without manage.py.
        os.execv(sys.executable, [sys.executable, "-m", "pytest", *arguments])  # noqa: S606
