"""What a backup says of itself: enough to refuse it, to check it, and to prove the restored installation equal."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from revenue_health.backup.errors import BackupError

FORMAT = 1
"""Raised when an older release could not read what a newer one writes."""


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """The first entry of a backup.

    `tables` counts the rows of every table; `migrations` are the applied ones as "app.name"; `members` gives size in
    bytes and SHA-256 of every other entry; `key` is "sealed" or "left out"; `demo` is the demo home's marker, if any.
    """

    format: int
    version: str
    created_at: str
    postgres_major: int
    migrations: list[str]
    tables: dict[str, int]
    members: dict[str, dict[str, Any]]
    key: str
    demo: str

    def to_json(self) -> bytes:
        return json.dumps(asdict(self), indent=1, sort_keys=True).encode()


def parse_manifest(content: bytes) -> Manifest:
    """Read a manifest; BackupError where it is of a newer format or none at all."""
    try:
        fields = json.loads(content)
        written_format = int(fields["format"])
        if written_format > FORMAT:
            raise BackupError(
                f"This backup was written by Revenue Health {fields.get('version', 'of a later release')} in format "
                f"{written_format}; this release reads up to {FORMAT}. Install that release or a later one."
            )
        return Manifest(**fields)
    except (ValueError, KeyError, TypeError):
        raise BackupError("This file is not a backup of Revenue Health: its manifest cannot be read.") from None
