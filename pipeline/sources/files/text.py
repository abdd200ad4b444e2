"""How a text file of rows is written: its encoding, the sign between values, and the row with the names."""

from __future__ import annotations

import codecs
import csv
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from departments.translation import gettext_noop
from pipeline.imports.files.headers import separator_line
from pipeline.imports.files.records import LONGEST_RECORD
from pipeline.imports.problems import ImportUnreadable

GUESSED = "cp1252"
"""What every file can be read in that is in no other encoding, rightly or not."""
_JAPANESE, _LEAST_WIDE = "cp932", 4
ENCODINGS = {
    "utf-8-sig": "UTF-8", "utf-16": "UTF-16", "utf-16-le": "UTF-16 LE", "utf-16-be": "UTF-16 BE",
    GUESSED: "Windows-1252", "iso8859-15": "ISO 8859-15", "cp1250": gettext_noop("Windows-1250 (Central Europe)"),
    "cp1251": gettext_noop("Windows-1251 (Cyrillic)"), "cp932": gettext_noop("Shift JIS (Japanese)"),
    "gb18030": gettext_noop("GB 18030 (Chinese)"), "big5": gettext_noop("Big5 (Chinese)"),
    "cp949": gettext_noop("Korean"),
}  # fmt: skip
DELIMITERS = {
    ",": gettext_noop("comma"),
    ";": gettext_noop("semicolon"),
    "\t": gettext_noop("tab"),
    "|": gettext_noop("vertical bar"),
}
MOST_COLUMNS = 2_000
UNREADABLE = "\ufffd"
"""What stands for bytes that the encoding does not have; they are counted and told."""
_SAMPLE_ROWS = 200
_HEADER_AMONG = 30
_BLOCK = 1024 * 1024
_LONGEST_BYTES = 4 * LONGEST_RECORD
"""A sign takes four bytes at most."""
_NO_ROWS = gettext_noop("It is no table of rows: export the list again as CSV or XLSX.")


def encoding_of(path: Path) -> str:
    """The encoding in which all of a file can be read. Raises ImportUnreadable where it is no text."""
    with path.open("rb") as stream:
        head = stream.read(4096)
        if wide := _wide_encoding(head):
            if path.stat().st_size % 2:
                raise ImportUnreadable(
                    gettext_noop("{path} is cut off in the middle of a sign; export it again.").format(path=path.name)
                )
            return wide
        if b"\0" in head:
            raise ImportUnreadable(
                gettext_noop("{path} is not a text file; export it again as CSV or XLSX.").format(path=path.name)
            )
        stream.seek(0)
        decoder, without_end = codecs.getincrementaldecoder("utf-8")(), 0
        try:
            while block := stream.read(_BLOCK):
                without_end = 0 if b"\n" in block or b"\r" in block else without_end + len(block)
                if without_end > _LONGEST_BYTES:  # before the rest is read
                    raise ImportUnreadable(
                        gettext_noop("{path}: a line is longer than a megabyte. {no_rows}").format(
                            path=path.name, no_rows=_NO_ROWS
                        )
                    )
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            stream.seek(0)
            return _JAPANESE if _is_japanese(stream.read(_BLOCK)) else GUESSED
    return "utf-8-sig"


def _is_japanese(data: bytes) -> bool:
    """Whether the lines of some bytes are Shift JIS: no western text, since it has bytes that mean nothing there, and
    the second bytes of signs are often none of ASCII, as western letters behind an accented one always are."""
    # The block may end in the middle of a sign.
    lines = data[: data.rfind(b"\n") + 1] or data
    try:
        lines.decode(GUESSED)
    except UnicodeDecodeError:
        pass
    else:
        return False
    try:
        wide = [encoded for sign in lines.decode(_JAPANESE) if len(encoded := sign.encode(_JAPANESE)) == 2]
    except UnicodeError:
        return False
    return len(wide) >= _LEAST_WIDE and sum(encoded[1] >= 0x80 for encoded in wide) > 0.3 * len(wide)


def _wide_encoding(head: bytes) -> str:
    """UTF-16 by its mark; without one, western text has a zero in nearly every second byte and in no other."""
    # The mark of UTF-32 LE begins with that of UTF-16 LE.
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) and not head.startswith(codecs.BOM_UTF32_LE):
        return "utf-16"
    even, odd = head[0::2].count(0), head[1::2].count(0)
    most = len(head) * 0.3
    if odd > most and not even:
        return "utf-16-le"
    return "utf-16-be" if even > most and not odd else ""


@contextmanager
def text_lines(path: Path, encoding: str) -> Iterator[Iterator[str]]:
    """The lines of a file, none of them longer than a row of a table can be."""
    with path.open("r", encoding=encoding, errors="replace", newline="") as stream:
        yield _bounded_lines(stream, path.name)


def _bounded_lines(stream: TextIO, name: str) -> Iterator[str]:
    number = 0
    # One sign more than allowed, to tell a line that is too long without reading all of it.
    while line := stream.readline(LONGEST_RECORD + 1):
        number += 1
        if len(line) > LONGEST_RECORD:
            raise ImportUnreadable(
                gettext_noop("{name}: line {number:,} is longer than a megabyte. {no_rows}").format(
                    name=name, number=number, no_rows=_NO_ROWS
                )
            )
        if "\0" in line:
            raise ImportUnreadable(
                gettext_noop("{name}: line {number:,} holds a NUL byte; export the file again as CSV.").format(
                    name=name, number=number
                )
            )
        yield line


def rows_of(lines: Iterator[str], delimiter: str, name: str) -> Iterator[tuple[int, list[str]]]:
    """Rows with the line they begin on; ImportUnreadable where quotation marks do not fit."""
    reader = csv.reader(lines, delimiter=delimiter)
    before = 0
    try:
        for row in reader:
            yield before + 1, row
            before = reader.line_num
    except csv.Error as error:
        raise ImportUnreadable(
            gettext_noop(
                "{name}: the row that begins on line {before:,} cannot be read ({error}). A quotation mark in it "
                "is probably not closed, or the file was cut off."
            ).format(name=name, before=before + 1, error=error)
        ) from error


def delimiter_of(path: Path, encoding: str) -> str:
    """The sign that divides most rows into the same number of values; a first line `sep=;` decides."""
    with text_lines(path, encoding) as lines:
        sample = [line for _, line in zip(range(_SAMPLE_ROWS), lines, strict=False)]
    if not sample:
        raise ImportUnreadable(gettext_noop("{path} is empty; export it again.").format(path=path.name))
    if named := separator_named(sample[0]):
        return named
    scores = {sign: _evenness(sample, sign, path.name) for sign in DELIMITERS}
    return max(scores, key=lambda sign: scores[sign])


def separator_named(line: str) -> str:
    """The sign that a first line `sep=;` names, as spreadsheets write it; empty for any other line."""
    return separator_line(line.rstrip("\r\n").encode("utf-8", "replace") + b"\n")


def _evenness(sample: list[str], sign: str, name: str) -> float:
    try:
        widths = Counter(len(row) for _, row in rows_of(iter(sample), sign, name) if any(row))
    except ImportUnreadable:
        return 0.0
    # A sign that divides no row is no candidate, however even its rows of one value are.
    width, count = max(widths.items(), key=lambda item: (item[1] * (item[0] > 1), item[0]), default=(0, 0))
    # The width only decides between signs that divide equally evenly.
    return 0.0 if width < 2 else count / sum(widths.values()) * (1 + width / 1_000)


def header_row_of(rows: list[list[str]]) -> int:
    """The place, from 0, of the first row that names columns: as wide as most rows, filled with different texts.

    Titles and blank lines that reports put above a table are narrower.
    """
    widths = Counter(_width(row) for row in rows if _width(row) > 1)
    if not widths:
        return 0
    usual = max(width for width, count in widths.items() if count * 2 >= max(widths.values()))
    for place, row in enumerate(rows[:_HEADER_AMONG]):
        names = [cell.strip() for cell in row if cell.strip()]
        if len(names) >= max(2, usual * 0.6) and len(set(names)) == len(names) and not any(map(_is_number, names)):
            return place
    return 0


def _width(row: list[str]) -> int:
    return max((place for place, cell in enumerate(row, 1) if cell.strip()), default=0)


def _is_number(text: str) -> bool:
    return text.replace(".", "").replace(",", "").removeprefix("-").isdigit()


def column_names(row: list[str]) -> list[str]:
    """A name for every column: those without one get a number, a name that comes again too."""
    names: list[str] = []
    taken: set[str] = set()
    for place, cell in enumerate(row, 1):
        base = " ".join(cell.split()) or f"column {place}"
        name, number = base, 2
        while name in taken:
            name, number = f"{base} ({number})", number + 1
        names.append(name)
        taken.add(name)
    return names
