"""Checks on a workbook before it is parsed: its unpacked size, and that it defines no XML entities."""

from __future__ import annotations

import io
import zipfile

from departments.core.upload_limits import MEGABYTE, SCORE_FILE_BYTES
from departments.scorecards.core.score_file.sheet import FileUnreadable
from departments.translation import gettext as _

MOST_PARTS, MOST_RATIO, MOST_TAGS = 500, 200, 400_000
"""A scorecard of 20 measurables and five years has some 20 parts, packs 12 to 1 and holds 30,000 tags."""
_SMALL = 64 * 1024
"""Parts that are no larger may be packed as tightly as they like."""


def is_zip(data: bytes) -> bool:
    """Whether the bytes begin as a zip archive does; every workbook is one."""
    return data.startswith(b"PK\x03\x04")


def workbook_examine(data: bytes) -> None:
    """Raise FileUnreadable for a workbook that unpacks to too much; reads no more than the limit."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            _bounded(parts)
            if "mimetype" in archive.namelist():
                raise FileUnreadable(_("This is a sheet in the OpenDocument format. Save it as XLSX or CSV."))
            tags = sum(_tags(archive.read(part)) for part in parts if part.filename.endswith((".xml", ".rels")))
    except FileUnreadable:
        raise
    except Exception as problem:  # the library answers broken archives with many kinds of errors
        raise FileUnreadable(
            _("This XLSX file cannot be opened. Save it again in your spreadsheet program.")
        ) from problem
    if tags > MOST_TAGS:
        raise FileUnreadable(
            _("The workbook contains {tags:,} cells and marks; at most {most_tags:,} are read.").format(
                tags=tags, most_tags=MOST_TAGS
            )
        )


def _bounded(parts: list[zipfile.ZipInfo]) -> None:
    size = sum(part.file_size for part in parts)
    if size > SCORE_FILE_BYTES or len(parts) > MOST_PARTS:
        raise FileUnreadable(
            _(
                "The workbook is too large when unpacked: {size:.1f} MB in {parts} parts, and at most "
                "{score_file_bytes} MB in {most_parts} are read. Keep only the sheet of the scorecard."
            ).format(
                size=size / 1024 / 1024,
                parts=len(parts),
                score_file_bytes=SCORE_FILE_BYTES // MEGABYTE,
                most_parts=MOST_PARTS,
            )
        )
    tight = next((part for part in parts if part.file_size > max(_SMALL, MOST_RATIO * part.compress_size)), None)
    if tight is not None:
        raise FileUnreadable(
            _("The workbook is too large when unpacked: {filename} is packed over {most_ratio} to 1.").format(
                filename=tight.filename, most_ratio=MOST_RATIO
            )
        )


def _tags(part: bytes) -> int:
    # A zero byte is UTF-16, in which these words would not be seen.
    if b"<!DOCTYPE" in part or b"<!ENTITY" in part or b"\0" in part:
        raise FileUnreadable(_("The workbook defines entities of its own, or is not in UTF-8. Save it again as XLSX."))
    return part.count(b"<")
