"""restore: an installation back from its backup."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from revenue_health.backup.errors import BackupError
from revenue_health.backup.restore import backup_restore
from revenue_health.management.passphrase import add_passphrase_option, read_passphrase


class Command(BaseCommand):
    help = "Check a backup and restore it, into an empty installation or, with --replace, in place of this one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="What `backup` wrote.")
        parser.add_argument("--replace", action="store_true", help="Replace the data, people and packs that are here.")
        parser.add_argument("--home", metavar="DIR", help="Where the data live (default: .revenue_health here).")
        parser.add_argument("--key-to", type=Path, metavar="FILE", help="Write the backup's SECRET_KEY to this file.")
        parser.add_argument("--json", action="store_true", help="One JSON object on standard output.")
        add_passphrase_option(parser, "opens the SECRET_KEY sealed in the backup")

    def handle(self, *args: Any, **options: Any) -> None:
        passphrase = read_passphrase(options["passphrase_file"]) or settings.BACKUP_PASSPHRASE
        try:
            restored = backup_restore(
                source=options["file"],
                passphrase=passphrase,
                replace=options["replace"],
                key_file=options["key_to"],
            )
        except BackupError as problem:
            raise CommandError(str(problem)) from problem
        if options["json"]:
            self.stdout.write(json.dumps(restored.to_dict()))
        else:
            self.stdout.write(
                f"Restored the backup of {restored.created_at} (release {restored.version}): {restored.rows:,} rows of "
                f"{restored.tables} tables, {restored.files} files, {restored.packs_verified} of {restored.packs} "
                f"packs verified, {restored.migrated} migrations applied. Secret key: {restored.key}."
            )
        if restored.packs_verified != restored.packs:
            raise CommandError("Some packs are not what was frozen; see the Packs page for which.")
