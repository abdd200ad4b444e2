"""backup: everything of this installation in one file, while it runs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from revenue_health.backup.create import backup_create
from revenue_health.backup.errors import BackupError
from revenue_health.management.passphrase import add_passphrase_option, read_passphrase


class Command(BaseCommand):
    help = "Write database, uploads, exported files and custody files to one verified file. The system may be running."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="Where to write it; never overwrites.")
        parser.add_argument("--home", metavar="DIR", help="Where the data live (default: .revenue_health here).")
        parser.add_argument("--json", action="store_true", help="One JSON object on standard output.")
        add_passphrase_option(parser, "seals SECRET_KEY into the backup; without it the key is left out")

    def handle(self, *args: Any, **options: Any) -> None:
        passphrase = read_passphrase(options["passphrase_file"]) or settings.BACKUP_PASSPHRASE
        try:
            backup = backup_create(target=options["file"].absolute(), passphrase=passphrase, now=timezone.now())
        except BackupError as problem:
            raise CommandError(str(problem)) from problem
        if options["json"]:
            self.stdout.write(json.dumps(backup.to_dict()))
            return
        key = (
            "The secret key is sealed in it with your passphrase."
            if backup.key == "sealed"
            else "The secret key is not in it: after a restore elsewhere, sessions and links in mails have ended."
        )
        self.stdout.write(
            f"{backup.file}: {backup.rows:,} rows of {backup.tables} tables, {backup.files} files, "
            f"{backup.packs} packs, {backup.bytes / 1e6:.1f} MB in {backup.seconds:.1f} s. {key}"
        )
