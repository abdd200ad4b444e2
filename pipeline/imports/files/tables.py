"""A CSV file as a stream of Arrow tables of raw text, every row with its line; what cannot be a row is reported."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from departments.translation import gettext_noop
from pipeline.imports.files.headers import (
    LINE,
    Expected,
    Header,
    header_of,
    separator_line,
    split_header,
    wrong_kind,
    wrong_separator,
    wrong_separator_line,
)
from pipeline.imports.files.records import Block, BrokenRecords, Records, blocks_of, records_of
from pipeline.imports.problems import ProblemList

_BOM = b"\xef\xbb\xbf"
_ENCODING = gettext_noop("is not UTF-8; save the file in the encoding UTF-8")
_NUL = gettext_noop("contains a NUL byte")


def tables_of(
    stream: IO[bytes], file: str, problems: ProblemList, *, delimiter: str = ",", expected: Expected | None = None
) -> Iterator[Header | pa.Table]:
    """First the header, then tables of its columns plus LINE. Stops, having said why, where a file breaks.

    Rows in which every field is empty are left out, counted in `problems.blank_rows`. `expected` says more than a
    delimiter does.
    """
    try:
        yield from _tables(stream, file, problems, expected or Expected(delimiter=delimiter))
    except BrokenRecords as broken:
        problems.refuse_file(file, broken.reason, line=broken.line)


def _tables(stream: IO[bytes], file: str, problems: ProblemList, expected: Expected) -> Iterator[Header | pa.Table]:
    header: Header | None = None
    delimiter = expected.delimiter
    for block in blocks_of(stream):
        if header is None:
            if why := wrong_kind(block.data):
                problems.refuse_file(file, why, line=1)
                return
            header, block = _header_of(block, file, problems, expected)
            if header is None:
                return
            yield header
        block = _readable_block(block, header, file, problems, delimiter)
        yield _parse(records_of(block, delimiter=delimiter), header, file, problems, delimiter)
    if header is None:
        problems.refuse_file(file, gettext_noop("is empty; it needs a header row"), line=1)


def _header_of(block: Block, file: str, problems: ProblemList, expected: Expected) -> tuple[Header | None, Block]:
    """The header and the block without it."""
    data, first_line = block.data.removeprefix(_BOM), block.first_line
    if sign := separator_line(data):
        if why := wrong_separator_line(sign, expected):
            problems.refuse_file(file, why, line=1)
            return None, block
        data, first_line = data[data.find(b"\n") + 1 :], first_line + 1
    end = data.find(b"\n") + 1
    while data.count(b'"', 0, end) % 2:
        end = data.find(b"\n", end) + 1
    rest = Block(data[end:], first_line + data.count(b"\n", 0, end))
    if why := wrong_separator(data[:end], expected):
        problems.refuse_file(file, why, line=first_line)
        return None, rest
    problems_before = problems.total
    cleaned = _readable_block(Block(data[:end], first_line), None, file, problems, expected.delimiter)
    names = split_header(records_of(cleaned, delimiter=expected.delimiter).data, expected.delimiter)
    if problems.total > problems_before:
        problems.unusable.add(file)
        return None, rest
    return header_of(names, file, problems), rest


def _readable_block(block: Block, header: Header | None, file: str, problems: ProblemList, delimiter: str) -> Block:
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
    for name, cell in zip(header.columns, cells, strict=False):
        if sign in cell:
            return name, cell
    return "", line


def _parse(records: Records, header: Header, file: str, problems: ProblemList, delimiter: str) -> pa.Table:
    names = list(header.columns)
    if not len(records.lines):
        return pa.table({**{name: pa.array([], pa.string()) for name in header.names}, LINE: pa.array([], pa.int64())})
    left_out: list[int] = []

    def skip(row: pa.csv.InvalidRow) -> str:
        left_out.append(row.number - 1)
        if not row.text.strip(f'{delimiter}" \t\r\n'):
            problems.blank_rows[file] += 1
            return "skip"
        reason = gettext_noop("has {actual_columns} fields where the header has {expected_columns}").format(
            actual_columns=row.actual_columns, expected_columns=row.expected_columns
        )
        problems.refuse_row(file, int(records.lines[row.number - 1]), "", row.text, reason)
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
    lines = np.delete(records.lines, left_out) if left_out else records.lines
    if len(lines) != table.num_rows:
        first = int(records.lines[0])
        raise BrokenRecords(
            first,
            gettext_noop("the rows from this line on cannot be told apart ({num_rows} or {count})").format(
                num_rows=table.num_rows, count=len(lines)
            ),
        )
    return _named_columns(_filled(table.append_column(LINE, pa.array(lines)), file, problems), header, file, problems)


def _filled(table: pa.Table, file: str, problems: ProblemList) -> pa.Table:
    """The table without rows of nothing: a spreadsheet writes bare separators for rows that were emptied."""
    blank = None
    for name in table.column_names:
        if name == LINE:
            continue
        empty = pc.equal(pc.utf8_trim_whitespace(table[name]), "")
        blank = empty if blank is None else pc.and_(blank, empty)
        # Nearly always the first column, a key, tells that no row is blank.
        if not pc.any(blank).as_py():
            return table
    problems.blank_rows[file] += pc.sum(blank).as_py()
    return table.filter(pc.invert(blank))


def _named_columns(table: pa.Table, header: Header, file: str, problems: ProblemList) -> pa.Table:
    """The table without columns that have no name; a value in one of them is refused, since nothing says what it is."""
    for name in header.nameless:
        filled = table.filter(pc.not_equal(pc.utf8_trim_whitespace(table[name]), ""))
        for line, value in zip(filled[LINE].to_pylist(), filled[name].to_pylist(), strict=True):
            problems.refuse_row(file, line, name, value, gettext_noop("has a value, and the header has no name for it"))
    return table.drop_columns(list(header.nameless)) if header.nameless else table
