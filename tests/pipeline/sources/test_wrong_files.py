"""Wrong files get a sentence that says what to do, nothing is half-written, and the upload can be tried again."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path

import pytest
from django.conf import settings

from pipeline.models import DataSource, ImportBatch, Opportunity, SourcePull
from tests.pipeline.sources.uploads import COMPANY, HEADER, edit, look, upload, workbook

pytestmark = pytest.mark.django_db
ROW = "D1,Offer,2026-01-05,,100,Ann,\n"


@pytest.fixture(autouse=True)
def _folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "UPLOADS", tmp_path / "uploads")
    monkeypatch.setattr(settings, "CUSTODY_STORE", tmp_path / "custody")


def zipped(**files: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in files.items():
            archive.writestr(name.replace("_", "."), data)
    return target.getvalue()


def half_a_workbook(tmp_path: Path) -> bytes:
    data = workbook([["Deal", "Stage"], ["1", "Offer"]], tmp_path / "whole.xlsx")
    return data[: len(data) // 2]


FOLDER = zipped(company_csv=b"name\nX\n", stages_csv=b"key\n", events_csv=b"opportunity\n")
CASES: dict[str, tuple[str, bytes, str]] = {
    "empty": ("deals.csv", b"", "is empty"),
    "names only": ("deals.csv", HEADER.encode(), "no row under them"),
    "one column": ("deals.csv", b"Deal\nD1\nD2\n", "only one column"),
    "a picture": ("deals.csv", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" * 20, "not a text file"),
    "a picture by its name": ("photo.png", b"\x89PNG", "upload CSV, TSV, XLSX or XES"),
    "cut off": ("deals.csv", (HEADER + ROW * 3 + "D9,Offer").encode(), "cut off"),
    "an open quotation mark": ("deals.csv", (HEADER + ROW + 'D2,"Offer,2026-01-05\n' + ROW * 9_000).encode(), "quot"),
    "rows of another width": ("deals.csv", (HEADER + ROW + "D2,a,b,c,d,e,f,g,h\n" + ROW).encode(), "do not have 7"),
    "a line of two megabytes": (
        "deals.csv",
        (HEADER + "D1," + "x" * 2_000_000 + "\n").encode(),
        "longer than a megabyte",
    ),
    "2,100 columns": (
        "deals.csv",
        (",".join(f"c{n}" for n in range(2_100)) + "\n" + "," * 2_099 + "1\n").encode(),
        "at most 2,000",
    ),
    "NUL bytes later on": ("deals.csv", (HEADER + ROW).encode() + b" " * 5_000 + b"\n\0\0", "NUL"),
    "a workbook with a password": ("deals.xlsx", b"\xd0\xcf\x11\xe0" + b"\0" * 600, "without a password"),
    "text named as a workbook": ("deals.xlsx", (HEADER + ROW).encode(), "damaged or only half there"),
    "a zip named as a workbook": ("deals.xlsx", zipped(a_csv=b"a,b\n1,2\n"), "is not an XLSX workbook"),
    "an empty zip": ("deals.zip", zipped(), "no file to read"),
    "a zip of pictures": ("deals.zip", zipped(a_png=b"x"), "no file to read"),
    "a zip in a zip": ("deals.zip", zipped(inner_zip=zipped(a_csv=b"a,b\n1,2\n")), "unpack that one first"),
    "half a zip": ("deals.zip", zipped(a_csv=b"a,b\n1,2\n" * 500)[:300], "zip"),
    "a company folder": ("company.zip", FOLDER, "Upload it on the Data page"),
    "XML that is no log": ("log.xes", b"<?xml version='1.0'?><html></html>", "not an XES log"),
    "half a log": ("log.xes", b"<?xml version='1.0'?><log><trace><event>", "not well-formed"),
    "a log without events": ("log.xes", b"<?xml version='1.0'?><log></log>", "no events"),
    "half a packed log": ("log.xes.gz", gzip.compress(b"<log>" + b" " * 5_000)[:30], "damaged"),
    "a log that is packed text": ("log.xes.gz", gzip.compress(b"a,b\n1,2\n"), "not well-formed"),
    "an entity bomb": ("log.xes", b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "a">]><log>&a;</log>', "entities"),
}


@pytest.mark.parametrize("case", CASES)
def test_a_wrong_file_is_refused_with_what_to_do(case: str) -> None:
    name, data, words = CASES[case]
    pull = upload({name: data})
    assert pull.state == SourcePull.State.FAILED
    assert words in pull.error, pull.error
    assert "Traceback" not in pull.error
    assert not ImportBatch.objects.exists()


def test_half_a_workbook_is_refused(tmp_path: Path) -> None:
    pull = upload({"deals.xlsx": half_a_workbook(tmp_path)})
    assert "damaged or only half there" in pull.error


def test_the_upload_can_be_tried_again_at_once() -> None:
    wrong = upload({"deals.csv": b""})
    right = upload({"deals.csv": HEADER + ROW}, source=DataSource.objects.get(pk=wrong.source_id))
    edit(right, company=COMPANY)
    assert look(right)["accepted"], right.look


MENDED: dict[str, tuple[bytes, dict[str, object]]] = {
    "semicolons": ((HEADER + ROW).replace(",", ";").encode(), {"delimiter": ";"}),
    "tabs": ((HEADER + ROW).replace(",", "\t").encode(), {"delimiter": "\t"}),
    "a line that names the separator": (b"sep=;\n" + (HEADER + ROW).replace(",", ";").encode(), {"header_row": 2}),
    "UTF-16": ((HEADER + ROW).encode("utf-16"), {"encoding": "utf-16"}),
    "Windows-1252": ((HEADER + ROW.replace("Ann", "Jürgen")).encode("cp1252"), {"encoding": "cp1252"}),
    "a byte of no encoding": ((HEADER + ROW).encode().replace(b"Ann", b"A\x81n"), {
        "encoding": "cp1252",
        "notes": ["1 value has signs that are not of this encoding, shown as \ufffd. Choose another encoding."],
    }),
    "a title above the names": (("Open deals;;;\n\n" + HEADER.replace(",", ";") + ROW.replace(",", ";")).encode(),
                                {"header_row": 3}),
    "totals under the table": ((HEADER + ROW * 1 + "\nGrand total,,,,100,,\n").encode(), {"footer": 1}),
    "names that stand twice": ((HEADER + ROW + HEADER + ROW.replace("D1", "D2")).encode(), {"rows": 2}),
}  # fmt: skip


@pytest.mark.parametrize("case", MENDED)
def test_odd_files_are_read_and_shown_as_found(case: str) -> None:
    data, found = MENDED[case]
    pull = upload({"deals.csv": data})
    assert pull.state == SourcePull.State.READ, pull.error
    assert pull.reading["tables"][0] | found == pull.reading["tables"][0]
    edit(pull, company=COMPANY)
    assert look(pull)["accepted"], pull.look


WRONG_ROWS = {
    "negative amount": ("D1,Offer,2026-01-05,,-100,Ann,\n", "negative"),
    "a day that never was": ("D1,Offer,2026-02-30,,100,Ann,\nD2,Offer,2026-01-05,,100,Ann,\n", "Created"),
    "one key twice": ("D1,Offer,2026-01-05,,100,Ann,\nD1,Won,2026-01-05,2026-01-07,100,Ann,\n", "Deal ID"),
}


@pytest.mark.parametrize("case", WRONG_ROWS)
def test_wrong_rows_stop_the_import_and_nothing_is_half_written(case: str) -> None:
    rows, words = WRONG_ROWS[case]
    pull = upload({"deals.csv": HEADER + rows})
    edit(pull, company=COMPANY, deal={"key": "Deal ID", "created": "Created", "amount": "Amount"},
         files={"decimal_sign": ".", "thousands_sign": ""})  # fmt: skip
    seen = look(pull)
    assert not seen.get("accepted"), seen
    assert any(words in problem for problem in seen["problems"]), seen
    assert not Opportunity.objects.exists()
