"""A CSV file as a stream of Arrow tables of raw text, every row with its line; what cannot be a row is reported."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

import numpy as np
import pyarrow as pa
import pyarrow.csv

from pipeline.imports.problems import ProblemList
from pipeline.imports.records import Block, BrokenRecords, Records, blocks_of, records_of

LINE = "line of the file"
"""The column that is added to every table: the line a row starts on."""

_BOM = b"\xef\xbb\xbf"
_MOST_COLUMNS = 2_000
_ENCODING = "is not UTF-8; save the file in the encoding UTF-8"
_NUL = "holds a NUL byte"


@dataclass(frozen=True)
class Header:
    """The names in the first row, in the order of the file."""

    names: tuple[str, ...]


def tables_of(
    stream: IO[bytes], file: str, problems: ProblemList, *, delimiter: str = ","
) -> Iterator[Header | pa.Table]:
    """First the header, then tables of its columns plus LINE. Stops, having said why, where a file breaks."""
    try:
        yield from _tables(stream, file, problems, delimiter)
    except BrokenRecords as broken:
        problems.refuse_file(file, broken.reason, line=broken.line)


def _tables(stream: IO[bytes], file: str, problems: ProblemList, delimiter: str) -> Iterator[Header | pa.Table]:
    header: Header | None = None
    for block in blocks_of(stream):
        if header is None:
            if block.data.startswith((b"\xff\xfe", b"\xfe\xff")):
                problems.refuse_file(file, "is UTF-16; save the file in the encoding UTF-8", line=1)
                return
            header, block = _header_of(block, file, problems, delimiter)
            if header is None:
                return
            yield header
        block = _clean(block, header, file, problems, delimiter)
        yield _parse(records_of(block, delimiter=delimiter), header, file, problems, delimiter)
    if header is None:
        problems.refuse_file(file, "is empty; it needs a header row", line=1)


def _header_of(block: Block, file: str, problems: ProblemList, delimiter: str) -> tuple[Header | None, Block]:
    """The header and the block without it."""
    data = block.data.removeprefix(_BOM)
    end = data.find(b"\n") + 1
    while data.count(b'"', 0, end) % 2:
        end = data.find(b"\n", end) + 1
    head = Block(data[:end], block.first_line)
    problems_before = problems.total
    cleaned = _clean(head, None, file, problems, delimiter)
    records = records_of(cleaned, delimiter=delimiter)
    names = _split(records.data, delimiter)
    rest = Block(data[end:], block.first_line + data.count(b"\n", 0, end))
    doubled = sorted({name for name in names if names.count(name) > 1})
    if problems.total > problems_before:
        problems.unusable.add(file)
    elif not names or not any(names):
        problems.refuse_file(file, "has an empty first line; it needs a header row", line=1)
    elif len(names) > _MOST_COLUMNS:
        problems.refuse_file(file, f"has more than {_MOST_COLUMNS} columns", line=1)
    elif LINE in names:
        problems.refuse_file(file, "is a name kept for the import itself", line=1, column=LINE)
    elif doubled:
        for name in doubled:
            problems.refuse_file(file, "stands in the header twice", line=1, column=name)
    else:
        return Header(tuple(names)), rest
    return None, rest


def _split(record: bytes, delimiter: str) -> list[str]:
    rows = csv.reader(io.StringIO(record.decode("utf-8", "replace"), newline=""), delimiter=delimiter)
    return [name.strip() for name in next(rows, [])]


def _clean(block: Block, header: Header | None, file: str, problems: ProblemList, delimiter: str) -> Block:
    """Report lines that are not UTF-8 or hold NUL bytes, and make them readable so that the rest is checked too."""
    data = block.data
    has_nul = b"\0" in data
    try:
        data.decode("utf-8")
        if not has_nul:
            return block
    except UnicodeDecodeError:
        pass
    for offset, line in enumerate(data.split(b"\n")):
        try:
            readable, reason = line.decode("utf-8"), _NUL if b"\0" in line else ""
        except UnicodeDecodeError:
            readable, reason = line.decode("utf-8", "replace"), _ENCODING
        if reason:
            column, value = _where(readable, header, delimiter, "\0" if reason == _NUL else "�")
            problems.refuse_row(file, block.first_line + offset, column, value, reason)
    return Block(data.decode("utf-8", "replace").replace("\0", "�").encode(), block.first_line)


def _where(line: str, header: Header | None, delimiter: str, sign: str) -> tuple[str, str]:
    """The column and value of a line that hold a sign."""
    if header is None:
        return "", line
    cells = line.rstrip("\r").split(delimiter)
    for name, cell in zip(header.names, cells, strict=False):
        if sign in cell:
            return name, cell
    return "", line


def _parse(records: Records, header: Header, file: str, problems: ProblemList, delimiter: str) -> pa.Table:
    names = list(header.names)
    if not len(records.lines):
        return pa.table({**{name: pa.array([], pa.string()) for name in names}, LINE: pa.array([], pa.int64())})
    ragged: list[int] = []

    def skip(row: pa.csv.InvalidRow) -> str:
        line = int(records.lines[row.number - 1])
        problems.refuse_row(
            file, line, "", row.text, f"has {row.actual_columns} fields where the header has {row.expected_columns}"
        )
        ragged.append(row.number - 1)
        return "skip"

    table = pa.csv.read_csv(
        pa.BufferReader(records.data),
        read_options=pa.csv.ReadOptions(column_names=names, use_threads=False, block_size=len(records.data) + 1),
        parse_options=pa.csv.ParseOptions(
            delimiter=delimiter, newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=skip
        ),
        convert_options=pa.csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False, check_utf8=False
        ),
    )
    lines = np.delete(records.lines, ragged) if ragged else records.lines
    if len(lines) != table.num_rows:
        first = int(records.lines[0])
        raise BrokenRecords(
            first, f"the rows from this line on cannot be told apart ({table.num_rows} or {len(lines)})"
        )
    return table.append_column(LINE, pa.array(lines))
