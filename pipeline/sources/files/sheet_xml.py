"""What a sheet's own XML says that its values do not: formulas without a result, hidden rows."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import IO

_BLOCK = 1024**2
_END = b"</c>"
# The last cell of a piece: the split took its end tag away.
_CELL = re.compile(rb"<c\b([^>]*)>(?:(?!<c\b).)*$", re.DOTALL)
_PLACE = re.compile(rb'\br="([A-Z]+[0-9]+)"')
_FORMULA, _RESULT = re.compile(rb"<(?:\w+:)?f\b"), re.compile(rb"<(?:\w+:)?v\b[^>]*>[^<]|<(?:\w+:)?is\b")
_TEXT = re.compile(rb'\bt="(?:str|e)"')
_HIDDEN = re.compile(rb'<row\b[^>]*\bhidden="(?:1|true)"')
_MERGED = re.compile(rb'<mergeCell\b[^>]*\bref="([A-Z0-9:]+)"')
_LISTED = 5


@dataclass
class SheetXml:
    """Counts of one sheet; `places` are some of the cells with a formula that has no result, `merged` all areas of
    merged cells, such as `B2:B4`."""

    without_result: int = 0
    hidden_rows: int = 0
    places: list[str] = field(default_factory=list)
    merged: list[str] = field(default_factory=list)


def sheet_xml_read(stream: IO[bytes]) -> SheetXml:
    """Read the XML of a sheet, a block in memory at a time."""
    counts, rest = SheetXml(), b""
    while block := stream.read(_BLOCK):
        # A cell may lie across two blocks.
        *cells, rest = (rest + block).split(_END)
        for cell in cells:
            _take(cell, counts)
        if len(rest) > _BLOCK:  # no cell ends here for long: none that holds a formula
            _take(rest[: -_BLOCK // 2], counts)
            rest = rest[-_BLOCK // 2 :]
    _take(rest, counts)
    return counts


def _take(piece: bytes, counts: SheetXml) -> None:
    """What stands before the end of a cell: the cell, and the row it begins, if it is the first."""
    if b"<mergeCell" in piece:
        counts.merged += [place.decode() for place in _MERGED.findall(piece)]
    if b"<row" in piece:
        counts.hidden_rows += len(_HIDDEN.findall(piece))
    # A formula whose result is an empty text says that it is a text.
    if not _FORMULA.search(piece) or not (cell := _CELL.search(piece)):
        return
    if _RESULT.search(cell[0]) or _TEXT.search(cell[1]):
        return
    counts.without_result += 1
    if len(counts.places) < _LISTED and (place := _PLACE.search(cell[1])):
        counts.places.append(place[1].decode())
