"""Reads which texts a compiled catalogue (`.mo`) translates: Python's gettext only answers for one text at a time."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

_HEAD = struct.Struct("<7I")
_ENTRY = struct.Struct("<2I")
_CONTEXT = b"\x04"
_PLURAL = b"\x00"


def texts_of(path: Path) -> Iterator[str | tuple[str, str]]:
    """Each text of the file; singular and plural where it is counted. Without those that need a context."""
    data = path.read_bytes()
    _magic, _revision, count, at, *_rest = _HEAD.unpack_from(data)
    for number in range(count):
        length, start = _ENTRY.unpack_from(data, at + number * _ENTRY.size)
        text = data[start : start + length]
        # The first text is empty: its translation is the head of the catalogue.
        if not text or _CONTEXT in text:
            continue
        singular, _, plural = text.partition(_PLURAL)
        yield (singular.decode(), plural.decode()) if plural else singular.decode()
