"""Wrong files get a sentence that says what to do, nothing is half-written, and the upload can be tried again."""

from __future__ import annotations

import resource
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client

from departments.models import User
from pipeline.imports.log.event_log import LogReading
from pipeline.imports.log.mapping import LogColumns
from pipeline.imports.problems import ImportUnreadable
from pipeline.models import DataSource, ImportBatch, Opportunity, SourceMapping, SourcePull
from pipeline.services.imports import company_folder_load
from pipeline.services.imports_log import log_cases
from pipeline.services.sources.pulls import pull_read
from pipeline.services.uploads import upload_check, upload_state
from pipeline.sources.files.text import encoding_of
from pipeline.tasks import source_read_requested
from tests.pipeline.folders import GOOD as GOOD_FOLDER
from tests.pipeline.folders import truth
from tests.pipeline.sources.reading.wrong_files import (
    ASKED,
    BY_LINE,
    GOOD,
    HTML,
    JSON,
    NOTED,
    OLD,
    PDF,
    REFUSED,
    ROW,
    book,
    columns,
    zipped,
)
from tests.pipeline.sources.uploads import COMPANY, HEADER, edit, look, upload

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "UPLOADS", tmp_path / "uploads")
    monkeypatch.setattr(settings, "CUSTODY_STORE", tmp_path / "custody")


@pytest.fixture
def root() -> Client:
    client = Client()
    person = User.objects.create_superuser("root", "root@example.com", "quiet-river-stone")
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def kept_files() -> list[Path]:
    return [path for path in Path(settings.UPLOADS).rglob("*") if path.is_file()]


@pytest.mark.parametrize("case", REFUSED)
def test_a_wrong_file_is_refused_with_what_to_do_and_nothing_of_it_stays(case: str) -> None:
    name, data, words = REFUSED[case]
    pull = upload({name: data})
    assert pull.state == SourcePull.State.FAILED
    assert words in pull.error, pull.error
    assert "Traceback" not in pull.error
    assert not ImportBatch.objects.exists()
    assert not SourceMapping.objects.exists()
    assert kept_files() == []


@pytest.mark.parametrize("case", ASKED)
def test_what_a_table_lacks_is_asked_about(case: str) -> None:
    data, words = ASKED[case]
    pull = upload({"deals.csv": data})
    edit(pull, company=COMPANY)
    questions = look(pull)["undecided"]
    assert any(words in question for question in questions), questions


@pytest.mark.parametrize("case", BY_LINE)
def test_a_wrong_value_is_refused_by_its_line(case: str) -> None:
    data, words = BY_LINE[case]
    before = truth()
    pull = upload({"deals.csv": data})
    edit(pull, company=COMPANY)
    seen = look(pull)
    assert seen["problems"][0].startswith(words), seen
    assert len(set(seen["problems"])) == len(seen["problems"])
    assert truth() == before


@pytest.mark.parametrize("case", NOTED)
def test_what_may_be_read_wrongly_is_remarked(case: str) -> None:
    data, encoding, words = NOTED[case]
    (table,) = upload({"deals.csv": data}).reading["tables"]
    assert (table["encoding"], any(words in note for note in table["notes"])) == (encoding, True), table


@pytest.mark.parametrize("name", ["deals.xls", "deals.csv", "deals.zip", "deals.xlsm"])
def test_a_workbook_is_one_whatever_it_is_called(name: str) -> None:
    (table,) = upload({name: book()}).reading["tables"]
    assert (table["sheet"], table["rows"]) == ("Sheet", 6)


def test_files_beside_the_tables_are_named() -> None:
    (table,) = upload({"deals.zip": zipped({"deals.csv": GOOD, "readme.pdf": PDF})}).reading["tables"]
    assert table["notes"] == ["Not read, since they hold no table: readme.pdf."]


def test_two_thousand_columns_are_read() -> None:
    (table,) = upload({"deals.csv": columns(2_000)}).reading["tables"]
    assert len(table["columns"]) == 2_000


def test_a_line_of_a_gigabyte_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path, before = tmp_path / "deals.csv", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with path.open("wb") as stream:
        stream.write(HEADER.encode() + b"D1," + b"x" * 5_000)
        stream.truncate(1024**3)
    with path.open("rb") as stream, pytest.raises(ImportUnreadable, match="longer than a megabyte"):
        encoding_of(path)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000


def test_the_upload_can_be_tried_again_at_once(root: Client) -> None:
    """By page: the sentence is shown, the same form takes the mended file, and it is the same source."""
    sent = root.post("/data/sources/", {"uploads": SimpleUploadedFile("deals.csv", b"")})
    assert (sent.status_code, b"deals.csv: empty; nothing was imported. Export it again" in sent.content) == (422, True)
    for data, words in (
        (JSON, "is JSON, not a table"),
        (HTML, "is a web page"),
        (GOOD, "to answer before anything can be imported"),
    ):
        sent = root.post("/data/sources/", {"uploads": SimpleUploadedFile("deals.csv", data)})
        source_read_requested(token=sent.url.rstrip("/").rsplit("/", 1)[1])
        assert words in root.get(sent.url).content.decode()
    assert DataSource.objects.get().name == "deals"
    pull = SourcePull.objects.latest("pk")
    edit(pull, company=COMPANY)
    assert look(pull)["accepted"], pull.look


def test_a_wrong_choice_of_how_a_file_is_read_can_be_chosen_otherwise(root: Client) -> None:
    pull = upload({"deals.csv": GOOD})
    again = f"/data/sources/files/{pull.token}/read-again/"
    for row, state in (("500", "failed"), ("1", "read")):
        root.post(again, {"table-0-encoding": "utf-8-sig", "table-0-delimiter": ",", "table-0-header_row": row})
        pull_read(token=pull.token)
        pull.refresh_from_db()
        assert pull.state == state, pull.error
        assert b'name="table-0-header_row"' in root.get(f"/data/sources/files/{pull.token}/").content


def test_the_command_says_the_same_and_tries_again(tmp_path: Path) -> None:
    path = tmp_path / "deals.csv"
    for data, words in ((OLD, "old XLS format"), (GOOD, "deals: deals.csv is read.")):
        path.write_bytes(data)
        out = StringIO()
        try:
            call_command("source", "add", str(path), stdout=out)
        except SystemExit:
            assert data is OLD
        assert words in out.getvalue()
    assert DataSource.objects.count() == 1


OF_FOLDERS: dict[str, tuple[str, bytes, str]] = {
    "no zip": ("company.zip", GOOD, "This is not a zip file; nothing was imported. Pack the CSV files"),
    "half a zip": ("company.zip", zipped({"company.csv": b"a" * 9_000})[:60], "neither a folder nor a readable zip"),
    "a workbook": ("company.zip", book(), "This is a workbook, not a zip of CSV files. Upload it as a source"),
    "an OpenDocument table": ("c.zip", zipped({"META-INF/manifest.xml": b"1"}), "This is an OpenDocument file"),
    "another export": ("deals.zip", zipped({"deals.csv": GOOD}), "upload any other export as a source"),
    "a zip bomb": ("c.zip", zipped({"company.csv": b"0" * 3_000_000}), "more than 200 times its size"),
    "a path out of the zip": ("c.zip", zipped({"../company.csv": b"0"}), "a path outside it"),
}


@pytest.mark.parametrize("case", OF_FOLDERS)
def test_a_wrong_company_folder_is_refused_with_what_to_do(root: Client, case: str) -> None:
    name, data, words = OF_FOLDERS[case]
    before = truth()
    answer = root.post("/data/uploads/", {"folder": SimpleUploadedFile(name, data)})
    if answer.status_code == 302:
        token = answer.url.rstrip("/").rsplit("/", 1)[1]
        upload_check(token=token)
        assert (upload_state(token=token) or {}).get("problem_count") == 1
        answer = root.get(answer.url)
        assert token + ".zip" not in answer.content.decode()
    assert words in answer.content.decode()
    assert (truth(), [path for path in kept_files() if path.suffix == ".zip"]) == (before, [])


@pytest.mark.parametrize(
    ("data", "words"),
    [(HTML, "is a web page"), (JSON, "is JSON"), (OLD, "old XLS format"), (PDF, "is a PDF"), (book(), "a spreadsheet")],
)
def test_a_wrong_table_of_a_company_folder_is_named(tmp_path: Path, data: bytes, words: str) -> None:
    tables = {name: text.encode() for name, text in GOOD_FOLDER.items()} | {"accounts.csv": data}
    (tmp_path / "company.zip").write_bytes(zipped(tables))
    (problem,) = company_folder_load(path=tmp_path / "company.zip").problems
    assert (problem.file, words in problem.reason) == ("accounts.csv", True), problem
    assert problem.reason.endswith("in the encoding UTF-8")


@pytest.mark.parametrize(
    ("name", "words"),
    [("half a packed log", "only half there"), ("a packed table", "holds no XES log. Unpack it"),
     ("XML named as a log", "not <log>"), ("JSON", "is JSON"), ("a password", "has a password"),
     ("a PDF", "is a PDF"), ("30,000 columns", "more than 2000 columns")],
)  # fmt: skip
def test_a_wrong_log_is_refused_by_the_command_of_logs(tmp_path: Path, name: str, words: str) -> None:
    path = tmp_path / REFUSED[name][0]
    path.write_bytes(REFUSED[name][1])
    with pytest.raises(ImportUnreadable, match=words):
        list(log_cases(path, LogColumns(), LogReading(path.name)))


MENDED: dict[str, tuple[bytes, dict[str, object]]] = {
    "semicolons": ((HEADER + ROW).replace(",", ";").encode(), {"delimiter": ";"}),
    "tabs": ((HEADER + ROW).replace(",", "\t").encode(), {"delimiter": "\t"}),
    "a line that names the separator": (b"sep=;\n" + (HEADER + ROW).replace(",", ";").encode(), {"header_row": 2}),
    "UTF-16 without its mark": ((HEADER + ROW).encode("utf-16-le"), {"encoding": "utf-16-le"}),
    "UTF-16 of the other order": ((HEADER + ROW).encode("utf-16-be"), {"encoding": "utf-16-be"}),
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
@pytest.mark.always(4)
def test_odd_files_are_read_and_shown_as_found(case: str) -> None:
    data, found = MENDED[case]
    pull = upload({"deals.csv": data})
    assert pull.state == SourcePull.State.READ, pull.error
    assert pull.reading["tables"][0] | found == pull.reading["tables"][0]
    edit(pull, company=COMPANY)
    assert look(pull)["accepted"], pull.look


def test_a_key_that_stands_twice_stops_the_import() -> None:
    pull = upload({"deals.csv": HEADER + ROW + "D1,Won,2026-01-05,2026-01-07,100,Ann,\n"})
    edit(pull, company=COMPANY, deal={"key": "Deal ID"})
    seen = look(pull)
    assert any("Deal ID “D1” is already on line 2" in problem for problem in seen["problems"]), seen
    assert not Opportunity.objects.exists()
