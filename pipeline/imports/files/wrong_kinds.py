"""What a file is that holds no table of text, by what stands in it and whatever it is called."""

from __future__ import annotations

import codecs
import re
from collections.abc import Collection

from departments.translation import gettext_noop

HEAD = 4096
"""Bytes from the beginning of a file that tell what it is."""
ZIP, EMPTY_ZIP, OLD_OFFICE = b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0"
WORKBOOK = "xl/workbook.xml"
_PICTURE = gettext_noop("is a picture, not a table")
_OF_BYTES = (
    (b"%PDF", gettext_noop("is a PDF, which holds no table")),
    (b"\x89PNG", _PICTURE),
    (b"\xff\xd8\xff", _PICTURE),
    (b"GIF8", _PICTURE),
    (b"Rar!", gettext_noop("is a RAR archive, which is not read")),
    (b"7z\xbc\xaf", gettext_noop("is a 7z archive, which is not read")),
    (b"PAR1", gettext_noop("is a Parquet file, which is not read")),
    (b"SQLite format 3", gettext_noop("is a database, which is not read")),
)
_OF_ENTRIES = (
    ("xl/workbook.bin", gettext_noop("is a binary workbook (XLSB), which is not read")),
    ("META-INF/manifest.xml", gettext_noop("is an OpenDocument file (ODS), which is not read")),
    ("Index/Document.iwa", gettext_noop("is a Numbers document, which is not read")),
    ("word/document.xml", gettext_noop("is a text document, not a table")),
    ("ppt/presentation.xml", gettext_noop("is a presentation, not a table")),
)
_OF_TEXT = (
    (
        r"<(!doctype html|html|head|body|table|script|meta|div)\b",
        gettext_noop("is a web page: the sign-in page of a system, or a table saved as HTML"),
    ),
    (r"<\?xml|<[a-z][\w:.-]*[\s/>]", gettext_noop("is XML that is no XES log")),
    (r"\{\s*\"|\[\s*[\[{\"]", gettext_noop("is JSON, not a table")),
    (
        r"(--[^\n]*\n\s*)*(create\s+table|insert\s+into|drop\s+table|begin\s+transaction)\b",
        gettext_noop("is a script for a database, not a table"),
    ),
)
_LOG = re.compile(r"(?:<\?.*?\?>|<!--.*?-->|\s)*<(?:[\w.-]+:)?log\b", re.DOTALL)


def kind_by_bytes(head: bytes) -> str:
    """What a file with this beginning is that holds no table; empty where it may hold one."""
    if head.startswith(OLD_OFFICE):
        return gettext_noop("has a password, or is of the old XLS format")
    if by_bytes := next((what for begin, what in _OF_BYTES if head.startswith(begin)), ""):
        return by_bytes
    text = as_text(head).lstrip()
    if not is_log(text):
        return next((what for pattern, what in _OF_TEXT if re.match(pattern, text, re.IGNORECASE)), "")
    return ""


def kind_by_entries(names: Collection[str]) -> str:
    """What a zip with these entries is that holds no tables; empty where it may hold some."""
    return next((what for name, what in _OF_ENTRIES if name in names), "")


def is_log(text: str) -> bool:
    """Whether a text begins as an XES log does."""
    return bool(_LOG.match(text))


def as_text(head: bytes) -> str:
    """The beginning of a file as text, as far as it is one."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return head.decode("utf-16", "replace")
    return head.decode("utf-8-sig", "replace")
