"""A passphrase from a file: on the command line every account of the machine could read it."""

from __future__ import annotations

from pathlib import Path

from django.core.management.base import CommandError, CommandParser


def add_passphrase_option(parser: CommandParser, purpose: str) -> None:
    parser.add_argument(
        "--passphrase-file",
        type=Path,
        metavar="FILE",
        help=f"First line of FILE {purpose} (default: BACKUP_PASSPHRASE of the environment).",
    )


def read_passphrase(file: Path | None) -> str:
    """The first line of the file, without blanks around it; empty without a file. Raises CommandError."""
    if file is None:
        return ""
    try:
        line = file.read_text(encoding="utf-8").split("\n", 1)[0].strip()
    except (OSError, UnicodeDecodeError) as problem:
        raise CommandError(f"The passphrase cannot be read from {file}: {problem}") from problem
    if not line:
        raise CommandError(f"The first line of {file} is empty: no passphrase.")
    return line
