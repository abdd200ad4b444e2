"""A workbook as CSV files, one a sheet, in a process that has little time and memory and nothing else to lose.

`python -m pipeline.sources.files.workbook BOOK FOLDER` writes the sheets and says as JSON what they are.
"""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
import warnings
import zipfile
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from departments.translation import gettext_noop
from pipeline.core.money_text import currencies_of
from pipeline.imports.problems import ImportUnreadable
from pipeline.sources.files.content import why_no_table
from pipeline.sources.files.sheet_xml import sheet_xml_read

SECONDS, BYTES = 300, 2 * 1024**3
_MODULE = "pipeline.sources.files.workbook"
_MOST_UNPACKED = 2 * 1024**3
_MOST_RATIO = 300
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.')
"""What a format of numbers writes as it stands."""


class _Refused(Exception):
    """A sentence for the person who sent the workbook."""


def workbook_sheets(path: Path, folder: Path) -> list[dict[str, Any]]:
    """Write each visible sheet that holds anything as a CSV file: its file, name, rows and notes.

    `errors` and `hidden_rows` are counts, `merged` the areas of merged cells, `hidden` the rows by the name of sheets
    that were not read, listed with the first one.
    Raises ImportUnreadable, saying what to do, where the workbook is broken, has a password, is too large, or has
    formulas without a result.
    """
    workbook_examine(path)
    # None of our secrets: a stranger may have built what this process parses.
    environment = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    root = Path(__file__).resolve().parents[3]
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", _MODULE, str(path), str(folder)],
            capture_output=True,
            timeout=SECONDS,
            cwd=root,
            env=environment | {"PYTHONUTF8": "1"},
            check=False,
        )
    except subprocess.TimeoutExpired as problem:
        raise ImportUnreadable(
            gettext_noop("Reading {path} took longer than {seconds} seconds. Save it as CSV and upload that.").format(
                path=path.name, seconds=SECONDS
            )
        ) from problem
    if done.returncode != 0:
        raise ImportUnreadable(
            gettext_noop(
                "{path} cannot be opened, or takes too much memory. Save it again in your spreadsheet program, "
                "or as CSV."
            ).format(path=path.name)
        )
    answer: dict[str, Any] = json.loads(done.stdout)
    if refused := answer.get("refused"):
        raise ImportUnreadable(f"{path.name}: {refused}")
    return list(answer["sheets"])


def workbook_examine(path: Path) -> None:
    """Refuse what is no workbook before a parser sees it."""
    if why := why_no_table(path):
        raise ImportUnreadable(f"{path.name} {why}")
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise ImportUnreadable(
            gettext_noop("{path} is damaged or only half there; upload it again.").format(path=path.name)
        ) from error
    unpacked = sum(entry.file_size for entry in entries)
    # A tiny workbook may pack very well: the ratio counts from 100 kB on.
    if unpacked > _MOST_UNPACKED or unpacked > _MOST_RATIO * max(path.stat().st_size, 100_000):
        raise ImportUnreadable(
            gettext_noop("{path} unpacks to {unpacked:,} bytes, which is too much. Save it as CSV.").format(
                path=path.name, unpacked=unpacked
            )
        )
    if not any(entry.filename == "xl/workbook.xml" for entry in entries):
        raise ImportUnreadable(
            gettext_noop("{path} is not an XLSX workbook. Save it as XLSX or CSV.").format(path=path.name)
        )


def _written(path: Path, folder: Path) -> list[dict[str, Any]]:
    from openpyxl import load_workbook

    # By its bytes, whatever it is called: a workbook may come under the name of an old one or of a text.
    stream = path.open("rb")  # closed with the process
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of things in a workbook that it does not know
        book = load_workbook(stream, read_only=True, data_only=True, keep_links=False)
    sheets: list[dict[str, Any]] = []
    hidden = {sheet.title: _rows_filled(sheet) for sheet in book.worksheets if sheet.sheet_state != "visible"}
    for place, sheet in enumerate(book.worksheets, 1):
        if sheet.title in hidden:
            continue
        sheet.reset_dimensions()  # what a file says of its size may be wrong
        with zipfile.ZipFile(path) as archive, archive.open(sheet._worksheet_path) as part:
            xml = sheet_xml_read(part)
        if xml.without_result:
            listed = ", ".join(xml.places)
            raise _Refused(
                gettext_noop(
                    "{without_result:,} formulas of the sheet “{title}” have no result ({listed}), since the program "
                    "that wrote the file did not calculate them. Open and save it in your spreadsheet program."
                ).format(without_result=xml.without_result, title=sheet.title, listed=listed)
            )
        target = folder / f"sheet-{place}.csv"
        with target.open("w", encoding="utf-8", newline="") as handle:
            rows, errors = _sheet_written(sheet, csv.writer(handle))
        if rows:
            sheets.append({"file": target.name, "name": sheet.title, "rows": rows, "errors": errors,
                           "hidden_rows": xml.hidden_rows, "hidden": {} if sheets else hidden,
                           "merged": xml.merged})  # fmt: skip
        else:
            target.unlink()
    return sheets


def _rows_filled(sheet: Any) -> int:
    """The rows of a sheet that hold anything."""
    sheet.reset_dimensions()
    return sum(any(value is not None and value != "" for value in row) for row in sheet.iter_rows(values_only=True))


def _sheet_written(sheet: Any, writer: Any) -> tuple[int, int]:
    """Rows written and cells with an error; blank rows stay, so that numbers of rows are those of the sheet."""
    filled, errors, blank = 0, 0, 0
    for cells in sheet.iter_rows():
        row = [_shown(cell) for cell in cells]
        while row and not row[-1]:
            row.pop()
        if not row:
            blank += 1
            continue
        for _ in range(blank):
            writer.writerow([""])
        blank = 0
        errors += sum(cell.startswith("#") and cell.endswith(("!", "?", "/A")) for cell in row)
        writer.writerow(row)
        filled += 1
    return filled, errors


def _shown(cell: Any) -> str:
    """A cell's text; a number formatted as percent as the sheet shows it, so that CSV and XLSX say the same."""
    value = cell.value
    # Not isinstance, since a bool is an int. Decimal, since 0.07 * 100 is 7.000000000000001.
    if type(value) in (int, float) and "%" in _LITERAL.sub("", str(cell.number_format)):
        return _text(float(Decimal(repr(value)) * 100)) + "%"
    if type(value) in (int, float) and (currency := _currency(str(cell.number_format))):
        return f"{_text(value)} {currency}"
    if type(value) in (int, float) and value >= 0 and float(value).is_integer():
        before, zeros = _zeros(str(cell.number_format))
        return f"{before}{int(value):0{zeros}}" if zeros else _text(value)
    return _text(value)


@cache
def _zeros(number_format: str) -> tuple[str, int]:
    """What a format of whole numbers such as `00000` or `"D-"0000` writes in front, and how many digits it shows at
    least: keys have such formats, and a CSV of the sheet has the digits. 0 where it is another format."""
    match = re.fullmatch(r'((?:"[^"]*"|\\.)*)(0{2,})', number_format.split(";")[0])
    return (re.sub(r'["\\]', "", match[1]), len(match[2])) if match else ("", 0)


@cache
def _currency(number_format: str) -> str:
    """The currency that a number format shows beside the number, as a CSV of the sheet would have it. What the formats
    show that every program has depends on the country, and says nothing."""
    from openpyxl.styles.numbers import BUILTIN_FORMATS

    if number_format in BUILTIN_FORMATS.values():
        return ""
    first = number_format.split(";")[0]
    shown = [mark.split("-")[0] for mark in re.findall(r"\[\$([^\]]*)\]", first)] + re.findall(r'"([^"]*)"', first)
    bare = re.sub(r'\[[^\]]*\]|"[^"]*"|_.|\*.|\\', "", first)
    marks = [mark.strip() for mark in (*shown, *re.findall(r"[€£¥₹₽₴$]", bare))]
    return next((mark for mark in marks if currencies_of(mark)), "")


def _text(value: Any) -> str:
    """A cell as a file of text would hold it: dates in ISO form, numbers in full."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    if isinstance(value, float):
        # No exponent, and no 0.30000000000000004.
        text = format(Decimal(repr(round(value, 6))), "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    return str(value).replace("\0", "").strip()


def _limited() -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
    # A core dump would hold the data of the workbook.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> None:
    """The sheets as JSON, or `refused` with a sentence."""
    _limited()
    try:
        answer: dict[str, Any] = {"sheets": _written(Path(sys.argv[1]), Path(sys.argv[2]))}
    except _Refused as refused:
        answer = {"refused": str(refused)}
    except MemoryError:
        answer = {"refused": gettext_noop("It is too large when unpacked. Save it as CSV.")}
    except Exception:  # the library answers broken files with many kinds of errors
        answer = {"refused": gettext_noop("It cannot be opened. Save it again in your spreadsheet program, or as CSV.")}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()
