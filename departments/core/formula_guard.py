"""The one guard against formula injection: text that a spreadsheet would run is written so that it stays text."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from departments.core.text import clean_text

_MARK = "'"
_STARTS = "=+-@"
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")


def is_formula(text: str) -> bool:
    """Whether a spreadsheet could take the text of a cell for a formula, or for the start of another cell.

    It begins with `=`, `+`, `-` or `@`, also in a wide or small form and after blanks or invisible characters, or with
    a tab or a line break. A number with its sign is a number.
    """
    if text[:1] in ("\t", "\r", "\n") and text:
        return True
    if _NUMBER.fullmatch(text):
        return False
    first = next((sign for sign in text if unicodedata.category(sign)[0] not in "ZC"), "")
    return bool(first) and unicodedata.normalize("NFKC", first)[:1] in _STARTS


def guarded[Value](value: Value) -> Value | str:
    """A value as it is written into a cell: text gets a leading apostrophe if it needs one, other values stay."""
    # Apostrophes that were there already do not count: `unguarded` then gives back exactly the same text.
    return _MARK + value if isinstance(value, str) and is_formula(value.lstrip(_MARK)) else value


def unguarded(text: str) -> str:
    """The text that `guarded` was called with: the way back in."""
    return text[1:] if text.startswith(_MARK) and is_formula(text.lstrip(_MARK)) else text


class GuardedWriter:
    """A CSV writer of files that people open in spreadsheets: every cell guarded and readable, heads too."""

    def __init__(self, handle: Any, **options: Any) -> None:
        self._writer = csv.writer(handle, **options)

    def writerow(self, row: Iterable[object]) -> None:
        """One row; text that a spreadsheet would run gets its apostrophe."""
        self._writer.writerow([guarded(clean_text(value) if isinstance(value, str) else value) for value in row])

    def writerows(self, rows: Iterable[Iterable[object]]) -> None:
        """Rows, each as `writerow` writes it."""
        for row in rows:
            self.writerow(row)
