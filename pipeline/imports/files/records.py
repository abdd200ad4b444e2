"""A stream of bytes cut into blocks of whole CSV records, each record with the line it starts on.

Nothing here is per row for a well-formed file: quotation marks and line ends are counted in whole blocks. A quote
is inside a value when an odd number of quotes stands before it; so a record ends at a line end after an even number.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

import numpy as np
import numpy.typing as npt

from departments.translation import gettext_noop

BLOCK_BYTES = 8 * 1024 * 1024
LONGEST_RECORD = 1024 * 1024
_QUOTE, _LINE_FEED, _RETURN = 0x22, 0x0A, 0x0D


class BrokenRecords(Exception):
    """The text cannot be cut into records from this line on."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line, self.reason = line, reason


@dataclass(frozen=True)
class Block:
    """Whole records and the number of the line the first of them starts on."""

    data: bytes
    first_line: int


def blocks_of(stream: IO[bytes], *, block_bytes: int = BLOCK_BYTES) -> Iterator[Block]:
    """Cut a stream; memory stays near `block_bytes` whatever comes."""
    line, carry = 1, b""
    while read := stream.read(block_bytes):
        data = carry + read
        cut = _last_record_end(data)
        if len(data) - cut > LONGEST_RECORD:
            raise BrokenRecords(line + data.count(b"\n", 0, cut), _too_long(data[cut:]))
        if cut:
            yield Block(data[:cut], line)
            line += data.count(b"\n", 0, cut)
        carry = data[cut:]
    if carry.count(b'"') % 2:
        raise BrokenRecords(line, gettext_noop("a quotation mark opens in this row and is never closed"))
    if carry:
        yield Block(carry + b"\n", line)


def _too_long(rest: bytes) -> str:
    if rest.count(b'"') % 2:
        return gettext_noop(
            "a quotation mark opens in this row and is not closed within {longest_record:,} bytes"
        ).format(longest_record=LONGEST_RECORD)
    return gettext_noop("the line is longer than {longest_record:,} bytes").format(longest_record=LONGEST_RECORD)


def _last_record_end(data: bytes) -> int:
    """Where the last whole record ends; 0 when there is none."""
    end = data.rfind(b"\n") + 1
    if not end or not data.count(b'"'):
        return end
    quotes = data.count(b'"', 0, end)
    while end and quotes % 2:
        previous = data.rfind(b"\n", 0, end - 1) + 1
        quotes -= data.count(b'"', previous, end)
        end = previous
    return end


@dataclass(frozen=True)
class Records:
    """A block ready to parse: empty lines taken out, and the line number of every record."""

    data: bytes
    lines: npt.NDArray[np.int64]


def records_of(block: Block, *, delimiter: str = ",") -> Records:
    """Number the records of a block, and refuse what a CSV reader could understand in two ways."""
    data = block.data
    simple = b'"' not in data and b"\r" not in data and b"\n\n" not in data and not data.startswith(b"\n")
    if simple:
        count = data.count(b"\n")
        return Records(data, np.arange(block.first_line, block.first_line + count, dtype=np.int64))
    codes = np.frombuffer(data, dtype=np.uint8)
    quotes = np.flatnonzero(codes == _QUOTE)
    _check_quotes(codes, quotes, block.first_line, ord(delimiter))
    feeds = np.flatnonzero(codes == _LINE_FEED)
    outside = np.searchsorted(quotes, feeds) % 2 == 0
    _check_returns(codes, quotes, feeds, block.first_line)
    ends = feeds[outside]
    starts = np.concatenate([[0], ends[:-1] + 1])
    lines = block.first_line + np.searchsorted(feeds, starts)
    length = ends - starts
    empty = (length == 0) | ((length == 1) & (codes[starts] == _RETURN))
    if empty.any():
        data = b"".join(data[s : e + 1] for s, e in zip(starts[~empty], ends[~empty], strict=True))
    return Records(data, lines[~empty].astype(np.int64))


def _line_at(codes: npt.NDArray[np.uint8], position: int, first_line: int) -> int:
    return first_line + int(np.count_nonzero(codes[:position] == _LINE_FEED))


def _check_quotes(codes: npt.NDArray[np.uint8], quotes: npt.NDArray[np.int64], first_line: int, delimiter: int) -> None:
    """A quote opens after a delimiter or line end, closes before one, or is doubled."""
    padded = np.concatenate([[_LINE_FEED], codes, [_LINE_FEED]])
    before, after = padded[quotes], padded[quotes + 2]
    opens = np.arange(len(quotes)) % 2 == 0
    fine_open = (before == delimiter) | (before == _LINE_FEED) | (before == _QUOTE)
    fine_close = (after == delimiter) | (after == _LINE_FEED) | (after == _RETURN) | (after == _QUOTE)
    wrong = np.flatnonzero(np.where(opens, ~fine_open, ~fine_close))
    if len(wrong):
        line = _line_at(codes, int(quotes[wrong[0]]), first_line)
        raise BrokenRecords(
            line,
            gettext_noop(
                'a quotation mark is inside a value; the whole value needs quotes and its own are doubled: ""'
            ),
        )


def _check_returns(
    codes: npt.NDArray[np.uint8], quotes: npt.NDArray[np.int64], feeds: npt.NDArray[np.int64], first_line: int
) -> None:
    """A lone carriage return outside quotes ends a line for some readers and not for others."""
    returns = np.flatnonzero(codes == _RETURN)
    if not len(returns):
        return
    lone = ~np.isin(returns + 1, feeds) & (np.searchsorted(quotes, returns) % 2 == 0)
    if lone.any():
        line = _line_at(codes, int(returns[lone][0]), first_line)
        raise BrokenRecords(
            line, gettext_noop("a carriage return without a line feed; save the file with line ends of one kind")
        )
