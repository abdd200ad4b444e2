"""Uploads of a source in tests: files in, a worker's steps done here and now."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from pipeline.models import DataSource, SourcePull
from pipeline.services.sources.mappings import EDITED, mapping_content, mapping_save
from pipeline.services.sources.pulls import pull_confirm, pull_import, pull_preview, pull_read, pull_start

COMPANY = {"name": "Werk GmbH", "reporting_currency": "EUR", "time_zone": "Europe/Berlin", "fiscal_year_start_month": 1}
HEADER = "Deal ID,Stage,Created,Closed,Amount,Owner,Lost reason\n"


def upload(
    files: dict[str, bytes | str], *, source: DataSource | None = None, taken_at: datetime | None = None
) -> SourcePull:
    """Files of one upload, read."""
    pieces = [(name, [data if isinstance(data, bytes) else data.encode()]) for name, data in files.items()]
    pull = pull_start(files=pieces, source=source, user=None, taken_at=taken_at)
    pull_read(token=pull.token)
    pull.refresh_from_db()
    return pull


def uploaded(folder: Path) -> SourcePull:
    """Every file of a folder as one upload."""
    return upload({path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()})


def edit(pull: SourcePull, **parts: Any) -> None:
    """The newest mapping with some parts changed; a dictionary is merged into its part."""
    newest = pull.source.mappings.first()
    assert newest is not None
    content = mapping_content(newest)
    for name, part in parts.items():
        content[name] = content.get(name, {}) | part if isinstance(part, dict) else part
    mapping_save(source=pull.source, content=content, origin=EDITED, user=None)


def look(pull: SourcePull) -> dict[str, Any]:
    """What the newest mapping makes of the files."""
    SourcePull.objects.filter(pk=pull.pk).update(state=SourcePull.State.LOOKING)
    pull_preview(token=pull.token)
    pull.refresh_from_db()
    return dict(pull.look)


def take_in(pull: SourcePull) -> SourcePull:
    """Imported and computed."""
    assert pull_confirm(token=pull.token)
    pull_import(token=pull.token, user=None)
    pull.refresh_from_db()
    return pull


def workbook(rows: list[list[Any]], path: Path) -> bytes:
    """A workbook of one sheet."""
    book = Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(row)
    book.save(path)
    book.close()
    return path.read_bytes()
