"""Files that are not what they should be, and what is said of each: as a source, and beside the words of other ways."""

from __future__ import annotations

import gzip
import random
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook

from tests.pipeline.sources.uploads import HEADER

ROW = "D1,Offer,2026-01-05,,100,Ann,\n"
ROWS = (
    "D1,Qualify,2026-02-02,,100,Ann,\nD2,Won,2026-02-03,2026-03-10,200,Ann,\nD3,Won,2026-02-04,2026-03-10,300,Bob,\n"
    "D4,Offer,2026-02-05,,150,Bob,\nD5,Qualify,2026-02-06,,80,Ann,\nD6,Won,2026-02-07,2026-03-01,90,Ann,\n"
)
GOOD = (HEADER + ROWS).encode()
NOISE = random.Random(3).randbytes(5_000)
OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
HTML = b"<!DOCTYPE html>\n<title>Sign in</title>\n<p>Please, sign in, now</p>\n"
JSON = b'[{"Deal ID": "D1", "Stage": "Won"},\n {"Deal ID": "D2", "Stage": "Won"}]\n'
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + NOISE
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\n"


def zipped(files: dict[str, bytes]) -> bytes:
    target = BytesIO()
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return target.getvalue()


def book(text: str = HEADER + ROWS) -> bytes:
    workbook, out = Workbook(), BytesIO()
    sheet = workbook.active
    assert sheet is not None
    for line in text.splitlines():
        sheet.append(line.split(","))
    workbook.save(out)
    return out.getvalue()


def locked_zip() -> bytes:
    data = bytearray(zipped({"deals.csv": GOOD}))
    for sign, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.find(sign) + place] |= 1
    return bytes(data)


def swapped(one: int, other: int) -> bytes:
    """The values of two columns in each other's place; the names stay."""
    lines = [line.split(",") for line in ROWS.splitlines()]
    for cells in lines:
        cells[one], cells[other] = cells[other], cells[one]
    return (HEADER + "".join(",".join(cells) + "\n" for cells in lines)).encode()


def columns(count: int) -> bytes:
    return (",".join(f"c{n}" for n in range(count)) + "\n" + "," * (count - 1) + "1\n").encode()


def rows(*lines: str) -> bytes:
    return (HEADER + "".join(f"{line}\n" for line in lines)).encode()


FOLDER = zipped({"company.csv": b"name\nX\n", "stages.csv": b"key\n", "events.csv": b"opportunity\n"})
XES = b"<?xml version='1.0'?>"
REFUSED: dict[str, tuple[str, bytes, str]] = {
    "only a mark": ("deals.csv", b"\xef\xbb\xbf", "is empty; export it again"),
    "blank lines": ("deals.csv", b"\n\n \n", "Export it again with names"),
    "names only": ("deals.csv", HEADER.encode(), "no row under them. Export it again with its rows"),
    "no names": ("deals.csv", ROWS.encode(), "row 1 holds values such as “2026-02-02”"),
    "one column": ("deals.csv", b"Deal\nD1\nD2\n", "only one column"),
    "units under the names": (
        "deals.csv", rows("text,text,date,date,EUR,text,text") + ROWS.encode(), "row 2 seems to be a second row"
    ),
    "names in a second language": (
        "deals.csv", rows("Nr,Phase,Angelegt,Ende,Betrag,Wer,Grund") + ROWS.encode(), "Delete one of the two rows"
    ),
    "cut off": ("deals.csv", GOOD[:-20], "cut off at line 7: export it again"),
    "an open quotation mark": ("deals.csv", (HEADER + ROW + 'D2,"Offer,2026-01-05\n' + ROW * 9_000).encode(), "quot"),
    "a quotation mark open to the end": (
        "deals.csv", rows('D7,"Offer,2026-02-02,,100,Ann,') + ROWS.encode(), "on line 2 is probably never closed"
    ),
    "rows of another width": (
        "deals.csv", rows(ROW.strip(), "D2,a,b,c,d,e,f,g,h", "D3,a"), "2 rows do not have 7 values"
    ),
    "a decimal comma in one row": (
        "deals.csv", rows(ROW.strip(), "D2,Offer,2026-01-05,,1,000,Ann,"), "such as “1,000” on line 3"
    ),
    "a decimal comma in every row": (
        "deals.csv", rows(*(f"D{n},Offer,2026-01-05,,1{n},50,Ann," for n in range(4))), "a number is cut in two"
    ),
    "a line of two megabytes": ("deals.csv", rows("D1," + "x" * 2_000_000), "line 2 is longer than a megabyte"),
    "2,100 columns": ("deals.csv", columns(2_100), "at most 2,000 are read. Leave out"),
    "30,000 columns": ("deals.csv", columns(30_000), "at most 2,000"),
    "NUL bytes later on": ("deals.csv", GOOD + b" " * 5_000 + b"\n\0\0", "line 9 holds a NUL byte"),
    "half of UTF-16": ("deals.csv", (HEADER + ROW).encode("utf-16")[:-1], "cut off in the middle of a sign"),
    "UTF-32": ("deals.csv", (HEADER + ROW).encode("utf-32"), "export it again as CSV or XLSX"),
    "bytes": ("deals.csv", NOISE, "is not a text file"),
    "bytes without a NUL": ("deals.csv", NOISE.replace(b"\0", b"\1"), "is not a text file"),
    "a picture": ("deals.csv", PNG, "is a picture"),
    "a picture by its name": ("photo.png", PNG, "is a picture, not a table. Export the list as CSV or XLSX"),
    "a PDF": ("report.pdf", PDF, "is a PDF"),
    "a PDF as CSV": ("deals.csv", PDF, "is a PDF"),
    "a sign-in page": ("deals.csv", HTML, "is a web page: the sign-in page of a system"),
    "HTML saved as XLS": ("deals.xls", b"<html><table><tr><td>1</td></tr></table></html>", "saved as HTML"),
    "JSON": ("deals.json", JSON, "is JSON"),
    "JSON as CSV": ("deals.csv", JSON, "is JSON"),
    "JSON lines": ("deals.csv", JSON[1:], "is JSON"),
    "a script for a database": ("deals.csv", b"-- dump\nCREATE TABLE d (a int, b int);\n", "is a script for"),
    "XML": ("deals.xml", XES + b"<deals><deal id='D1'/></deals>", "is XML that is no XES log"),
    "XML as CSV": ("deals.csv", XES + b"<deals><deal id='D1'/></deals>", "is XML that is no XES log"),
    "a Parquet file": ("deals.parquet", b"PAR1" + NOISE, "is a Parquet file"),
    "an old workbook": ("deals.xls", OLD, "is of the old XLS format. Save it as XLSX"),
    "an old workbook as CSV": ("deals.csv", OLD, "is of the old XLS format"),
    "a password": ("deals.xlsx", OLD + "EncryptedPackage".encode("utf-16-le"), "has a password. Save it without"),
    "a binary workbook": ("deals.xlsb", zipped({"xl/workbook.bin": b"1"}), "is a binary workbook (XLSB)"),
    "an OpenDocument table": ("deals.ods", zipped({"META-INF/manifest.xml": b"1"}), "is an OpenDocument file (ODS)"),
    "a Numbers document": ("deals.numbers", zipped({"Index/Document.iwa": b"1"}), "is a Numbers document"),
    "a letter": ("deals.docx", zipped({"word/document.xml": b"1"}), "is a text document"),
    "half a workbook": ("deals.xlsx", book()[:2_000], "damaged or only half there"),
    "text named as a workbook": ("deals.xlsx", GOOD, "damaged or only half there"),
    "a zip named as a workbook": ("deals.xlsx", zipped({"a.csv": b"a,b\n1,2\n"}), "is not an XLSX workbook"),
    "an empty zip": ("deals.zip", zipped({}), "no file to read"),
    "a zip of pictures": ("deals.zip", zipped({"a.png": PNG}), "is a picture"),
    "a zip of letters": ("deals.zip", zipped({"a.eml": b"x", "b.eml": b"y"}), "This holds a.eml, b.eml"),
    "a zip in a zip": ("deals.zip", zipped({"inner.zip": zipped({"a.csv": b"a,b\n1,2\n"})}), "unpack that one first"),
    "half a zip": ("deals.zip", zipped({"a.csv": NOISE})[:300], "only half there; upload it again"),
    "a path out of the zip": ("deals.zip", zipped({"../deals.csv": GOOD}), "a path outside it. Pack the files"),
    "a zip with folders": ("deals.zip", zipped({"a/b/deals.csv": GOOD}), "only one folder deep is read"),
    "a zip bomb": ("deals.zip", zipped({"deals.csv": b"0" * 3_000_000}), "more than 200 times its size"),
    "a zip with a password": ("deals.zip", locked_zip(), "Pack it without a password"),
    "two files of one name": ("deals.zip", zipped({"a/deals.csv": GOOD, "b/deals.csv": GOOD}), "deals.csv twice"),
    "a table twice": ("deals.zip", zipped({"deals.csv": GOOD, "deals.xlsx": book()}), "would both be the table"),
    "an empty file beside": ("deals.zip", zipped({"deals.csv": GOOD, "other.csv": b""}), "other.csv is empty"),
    "a RAR archive": ("deals.rar", b"Rar!\x1a\x07\0" + NOISE, "is a RAR archive"),
    "a company folder": ("company.zip", FOLDER, "Upload it on the Data page"),
    "XML named as a log": ("log.xes", XES + b"<html></html>", "not <log>. Export the log as XES or CSV"),
    "half a log": ("log.xes", XES + b"<log><trace><event>", "not well-formed"),
    "a log without events": ("log.xes", XES + b"<log></log>", "no events; export it again"),
    "half a packed log": ("log.xes.gz", gzip.compress(b"<log>" + NOISE)[:300], "only half there; upload it again"),
    "a packed table": ("deals.csv.gz", gzip.compress(GOOD), "Unpack it, and upload what is in it"),
    "a table named as packed": ("log.xes.gz", GOOD, "is not packed by gzip"),
    "an entity bomb": ("log.xes", XES + b'<!DOCTYPE l [<!ENTITY a "a">]><log>&a;</log>', "entities"),
    "a packed bomb": ("log.xes.gz", gzip.compress(b"<log>" + b" " * 17 * 1024**2), "no tag for 16,777,216 bytes"),
}  # fmt: skip
"""Refused when they are read: name, bytes, and a part of the sentence."""

ASKED: dict[str, tuple[bytes, str]] = {
    "amounts where dates should be": (swapped(2, 4), "“Created” does not hold dates written in one way (“100”"),
    "dates where amounts should be": (swapped(2, 4), "“Amount” does not hold numbers written in one way"),
    "dates of two orders": (
        rows("D1,Offer,25/12/2025,,100,Ann,", "D2,Offer,12/25/2025,,100,Ann,", "D3,Offer,2025-12-25,,9,Ann,"),
        "“Created” does not hold dates written in one way (“12/25/2025”, “2025-12-25”, “25/12/2025”): mend the file",
    ),
    "dates that may be either": (rows(ROW.replace("2026-01-05", "01/02/2026").strip()), "day first or the month first"),
    "no day of creation": (b"Deal ID,Stage,Amount\nD1,Offer,100\nD2,Won,50\n", "as the day on which a deal began"),
    "no key": (b"Stage,Created,Amount\nOffer,2026-02-02,1\nOffer,2026-02-02,1\n", "No column is chosen as the key"),
    "keys that are all equal": (rows(*[ROW.strip()] * 3), "“Deal ID” has the same value again in 2 rows"),
    "keys that are empty": (rows(",Won,2026-01-05,,1,Ann,", ",Won,2026-01-06,,2,Ann,"), "“Deal ID” is empty"),
    "amounts as words": (
        rows("D1,Offer,2026-01-05,,a lot,Ann,", "D2,Offer,2026-01-05,,much,Ann,"),
        "“Amount” does not hold numbers written in one way (“a lot”, “much”): mend the file, then upload it again.",
    ),
    "another language": (
        b"Numer,Etap,Utworzono,Kwota\nD1,Wygrane,02.02.2026,100\nD2,Oferta,03.02.2026,50\n",
        "No column is chosen as the amount",
    ),
}  # fmt: skip
"""Read, and asked about before anything can be taken in."""

BY_LINE: dict[str, tuple[bytes, str]] = {
    "a negative amount": (GOOD.replace(b",150,", b",-150,"), "deals.csv line 5: Amount “-150” is negative; an amount"),
    "no number": (GOOD.replace(b",150,", b",NaN,"), "deals.csv line 5: Amount “NaN” is not a number"),
    "swapped in one row": (GOOD + b"D7,Offer,500,,2026-02-02,Ann,\n", "deals.csv line 8: Created “500” of the export"),
    "a control character": (GOOD.replace(b"Bob", b"B\x01b", 1), "deals.csv line 4: Owner “B␁b” contains a control"),
}  # fmt: skip
"""Read, and refused by the line of the file."""

NOTED: dict[str, tuple[bytes, str, str]] = {
    "one name twice": (GOOD.replace(b"Owner", b"Stage"), "utf-8-sig", "2 columns are called “Stage”"),
    "two encodings": (
        rows("D1,Offer,2026-01-05,,1,Jürgen,") + "D2,Offer,2026-01-05,,1,Jürgen,\n".encode("cp1252"), "cp1252",
        "Some values are in UTF-8 and others are not, such as “JÃ¼rgen”",
    ),
    "an encoding nobody can guess": (
        "Номер,Этап\n1,Выиграно\n2,Новый\n".encode("cp1251"), "cp1252", "look as if another encoding was right"
    ),
}  # fmt: skip
"""Read, with a remark beside the table that was found: bytes, encoding, part of the remark."""
