"""The first lines of a CSV file: what separates its values, and what its columns are called."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from departments.translation import gettext_noop
from pipeline.imports.files.wrong_kinds import HEAD, ZIP, kind_by_bytes
from pipeline.imports.problems import ProblemList

LINE = gettext_noop("line of the file")
"""The column that is added to every table: the line a row starts on."""

_MOST_COLUMNS = 2_000
_SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}
_SEP_LINE = re.compile(rb'"?sep=(.)"?\r?\n?', re.IGNORECASE)


@dataclass(frozen=True)
class Header:
    """The names in the first row, in the order of the file; `columns` has a stand-in for each empty name."""

    names: tuple[str, ...]
    columns: tuple[str, ...] = ()

    @property
    def nameless(self) -> tuple[str, ...]:
        """Stand-ins of the columns without a name: a spreadsheet writes them for cells that were once filled."""
        return tuple(name for name in self.columns if name not in self.names)


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What the reader of a file counts on: its separator, the place that says so, and names of columns it may have."""

    delimiter: str = ","
    says: str = gettext_noop("the mapping says")
    columns: Collection[str] = ()


def wrong_kind(data: bytes) -> str:
    """Why the first bytes cannot be those of a CSV file in UTF-8; empty where they can."""
    start = data[:400]
    if start.startswith(ZIP):
        return gettext_noop(
            "is a spreadsheet or a zip under the name of a CSV file; save the sheet as CSV in the encoding UTF-8"
        )
    if what := kind_by_bytes(data[:HEAD]):
        return gettext_noop("{what}; save the table as CSV in the encoding UTF-8").format(what=what)
    if start.startswith((b"\xff\xfe", b"\xfe\xff")) or start.count(b"\0") > len(start) // 4:
        return gettext_noop("is UTF-16; save the file in the encoding UTF-8")
    return ""


def separator_line(data: bytes) -> str:
    """The sign that a first line `sep=;` names; empty where there is no such line."""
    match = _SEP_LINE.fullmatch(data[: data.find(b"\n") + 1])
    return match[1].decode("latin-1") if match else ""


def split_header(record: bytes, delimiter: str) -> list[str]:
    """The names in a header row, without the spaces around them."""
    text = record.decode("utf-8", "replace")
    try:
        names = next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
    except csv.Error:  # a name longer than the reader takes: read by another sign than the file's own
        names = text.split(delimiter)
    return [name.strip() for name in names]


def wrong_separator(record: bytes, expected: Expected) -> str:
    """Why the header seems to be separated by another sign than expected; empty where it does not."""
    score = _header_score(record, expected.delimiter, expected.columns)
    for sign in _SEPARATORS:
        if sign != expected.delimiter and _header_score(record, sign, expected.columns) > max(score, 1):
            return gettext_noop("seems to be separated by {sign}; {says} {delimiter}").format(
                sign=_sign_name(sign), says=expected.says, delimiter=_sign_name(expected.delimiter)
            )
    return ""


def wrong_separator_line(sign: str, expected: Expected) -> str:
    """Why a first line `sep=;` refuses the file; empty where it names the expected sign."""
    if sign == expected.delimiter:
        return ""
    right = _sign_name(expected.delimiter)
    return gettext_noop("begins with “sep={sign}”, so it is separated by {sign2}; {says} {right}").format(
        sign=sign, sign2=_sign_name(sign), says=expected.says, right=right
    )


def _header_score(record: bytes, sign: str, expected: Collection[str]) -> int:
    """How much a header looks like one separated by a sign. Without names to look for, a header of several columns
    is taken as it stands, whatever else is in the names."""
    names = split_header(record, sign)
    if expected:
        return len(set(names) & set(expected))
    return len(names) if len(names) > 1 and sign in _SEPARATORS else 1


def written_otherwise(names: Collection[str], right: Collection[str]) -> dict[str, str]:
    """Names that are right but for capitals, spaces and dashes, with the right one, where that is not there itself:
    left out as unknown, what they hold would be lost."""
    by_letters = {_letters(name): name for name in right if name not in names}
    return {name: by_letters[_letters(name)] for name in names if name not in right and _letters(name) in by_letters}


def _letters(name: str) -> str:
    return re.sub(r"[\s_-]", "", name).casefold()


def _sign_name(sign: str) -> str:
    return _SEPARATORS.get(sign, f"“{sign}”")


def header_of(names: list[str], file: str, problems: ProblemList) -> Header | None:
    """The header with these names, or what is wrong with them."""
    doubled = sorted(name for name, count in Counter(names).items() if name and count > 1)
    if not any(names):
        problems.refuse_file(file, gettext_noop("has an empty first line; it needs a header row"), line=1)
    elif len(names) > _MOST_COLUMNS:
        problems.refuse_file(
            file, gettext_noop("has more than {most_columns} columns").format(most_columns=_MOST_COLUMNS), line=1
        )
    elif LINE in names:
        problems.refuse_file(file, gettext_noop("is a name reserved for the import"), line=1, column=LINE)
    elif doubled:
        for name in doubled:
            problems.refuse_file(file, gettext_noop("appears in the header twice"), line=1, column=name)
    else:
        columns = tuple(
            name or gettext_noop("column {position} without a name").format(position=position)
            for position, name in enumerate(names, 1)
        )
        return Header(tuple(name for name in names if name), columns)
    return None
