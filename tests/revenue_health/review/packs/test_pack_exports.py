"""Files of a pack: native charts, numbers as numbers, sums as on the page, A4 landscape; made again after a crash."""

from __future__ import annotations

import copy
import csv
import io
import json
import shutil
import subprocess
import sys
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook
from pptx import Presentation
from pypdf import PdfReader

from departments.models import User
from revenue_health.review.core.slide_codec import bar_from_json, chart_from_json
from revenue_health.review.models import Pack, PackExport
from revenue_health.review.selectors.packs.exports import exports_folder
from revenue_health.review.services.exports import export_make, export_request, exports_unfinished, pack_write
from revenue_health.review.services.exports.deck_charts import chart_add
from revenue_health.review.services.packs import decision_log

pytestmark = pytest.mark.django_db
A4_LANDSCAPE = (842, 595)


def written(pack: Pack, kind: str, folder: Path, **options: Any) -> Path:
    path = folder / f"pack.{kind}"
    pack_write(pack=pack, kind=kind, path=path, **options)
    return path


def plain(text: str) -> str:
    """The text with the spaces that keep amounts and days on one line as plain ones."""
    return text.replace("\N{NO-BREAK SPACE}", " ")


def charts(path: Path) -> dict[str, Any]:
    """Native charts by the message of their slide."""
    return {
        plain(slide.shapes.title.text_frame.text): shape.chart
        for slide in Presentation(str(path)).slides
        for shape in slide.shapes
        if shape.has_chart
    }


def test_charts_are_native_and_their_workbooks_hold_the_figures(pack: Pack, tmp_path: Path) -> None:
    found = charts(written(pack, "pptx", tmp_path))
    drawn = [slide for slide in pack.figures["slides"] if slide["chart"]]
    assert len(found) == len(drawn) >= 4
    for slide in drawn:
        chart, bars = found[slide["message"]], slide["chart"]["bars"]
        book = load_workbook(io.BytesIO(chart.part.chart_workbook.xlsx_part.blob)).active
        rows = list(book.iter_rows(min_row=2, values_only=True))
        assert [row[0] for row in rows] == [bar["name"] for bar in bars]
        for row, bar in zip(rows, bars, strict=True):
            drawn = bar_from_json(bar)
            ground, lengths = row[1], [value for value in row[2:-2] if value is not None]
            ends = [ground, ground + lengths[0]] if len(lengths) == 1 else lengths
            assert {round(100 * end) for end in ends} == {drawn.begin, drawn.end}


def test_a_step_across_zero_is_drawn_on_both_sides(pack: Pack) -> None:
    chart = copy.deepcopy(next(one["chart"] for one in pack.figures["slides"] if one["chart"]))
    steps = chart["bars"][:2]
    for step, (start, amount) in zip(steps, ((30_000, -40_000), (-10_000, 15_000)), strict=True):
        step.update(start=start, amount=amount, role="step", impact="bad")
    deck = Presentation()
    page = deck.slides.add_slide(deck.slide_layouts[6])
    native = chart_add(page, chart_from_json(chart), left=0, top=0, width=9_000_000, height=5_000_000)
    book = load_workbook(io.BytesIO(native.part.chart_workbook.xlsx_part.blob)).active
    rows = {row[0]: [value for value in row[1:-2] if value is not None] for row in book.iter_rows(values_only=True)}
    assert sorted(rows[steps[0]["name"]]) == [-100, 0, 300]
    assert sorted(rows[steps[1]["name"]]) == [-100, 0, 50]


def test_a_name_in_a_chart_s_workbook_is_no_formula(pack: Pack) -> None:
    chart = copy.deepcopy(next(one["chart"] for one in pack.figures["slides"] if one["chart"]))
    chart["bars"][0]["name"] = "=1+1"
    deck = Presentation()
    page = deck.slides.add_slide(deck.slide_layouts[6])
    native = chart_add(page, chart_from_json(chart), left=0, top=0, width=9_000_000, height=5_000_000)
    book = load_workbook(io.BytesIO(native.part.chart_workbook.xlsx_part.blob)).active
    assert (book["A2"].value, book["A2"].data_type) == ("'=1+1", "s")


def test_a_slide_with_a_chart_is_followed_by_a_native_table(pack: Pack, tmp_path: Path) -> None:
    deck = Presentation(str(written(pack, "pptx", tmp_path)))
    assert sum(shape.has_table for slide in deck.slides for shape in slide.shapes) >= 5
    assert not any(shape.shape_type == 13 for slide in deck.slides for shape in slide.shapes), "a picture"
    assert deck.slides[1].has_notes_slide


def test_sums_of_the_workbook_equal_the_page(pack: Pack, tmp_path: Path) -> None:
    book = load_workbook(written(pack, "xlsx", tmp_path), data_only=True)
    formulas = load_workbook(tmp_path / "pack.xlsx")
    assert len(book.sheetnames) == len(pack.figures["slides"])
    sheet, formula = book["Plan to actual"], formulas["Plan to actual"]
    table = next(one for one in pack.figures["slides"] if one["key"] == "bridge")["tables"][0]
    column = [cell.value for cell in sheet["B"] if isinstance(cell.value, (int, float))]
    assert column[-1] == pytest.approx(sum(column[:-1]), abs=0.005)
    assert column == [round(row[1] / 100, 2) for row in [*table["rows"], table["total"]]]
    assert any(str(cell.value).startswith("=SUM(") for cell in formula["B"])


def test_csv_holds_every_table_to_the_cent(pack: Pack, ceo: Client, tmp_path: Path) -> None:
    with zipfile.ZipFile(written(pack, "csv", tmp_path)) as archive:
        names = archive.namelist()
        text = archive.read(next(name for name in names if "bridge" in name)).decode()
    rows = list(csv.reader(io.StringIO(text)))
    table = next(one for one in pack.figures["slides"] if one["key"] == "bridge")["tables"][0]
    assert [round(100 * float(row[1])) for row in rows[1:]] == [row[1] for row in [*table["rows"], table["total"]]]
    assert ceo.get(f"/packs/{pack.pk}/csv/bridge/").content.decode().replace("\r\n", "\n") == text.replace("\r\n", "\n")
    assert ceo.get(f"/packs/{pack.pk}/csv/nothing/").status_code == 404


@pytest.mark.parametrize("kind", ["pptx", "xlsx", "csv", "pdf"])
def test_names_with_control_characters_are_written_with_spaces(pack: Pack, tmp_path: Path, kind: str) -> None:
    """As names were stored before they were refused: in the company, the title, every text of every slide."""

    def spoilt(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: spoilt(inner) if key != "key" else inner for key, inner in value.items()}
        if isinstance(value, list):
            return [spoilt(inner) for inner in value]
        return value.replace(" ", "\v") if isinstance(value, str) else value

    figures = copy.deepcopy(pack.figures)
    for slide in figures["slides"]:
        slide["message"], slide["lines"] = spoilt(slide["message"]), spoilt(slide["lines"])
        for table in slide["tables"]:
            table["rows"] = spoilt(table["rows"])
    bad = Pack(pk=pack.pk, title="Re\vview\x00", sha256=pack.sha256, frozen_at=pack.frozen_at)
    bad.content = json.dumps(figures | {"company": "Har\x0bbour\ud800"})
    path = written(bad, kind, tmp_path)
    if kind == "pptx":
        assert Presentation(str(path)).core_properties.author == "Har bour "
        assert Presentation(str(path)).core_properties.title == "Re view "
    elif kind == "csv":
        with zipfile.ZipFile(path) as made:
            assert not any(b"\v" in made.read(name) for name in made.namelist())
    assert path.stat().st_size > 1000


def test_pages_of_the_pdf_are_a4_landscape(pack: Pack, tmp_path: Path) -> None:
    reader = PdfReader(written(pack, "pdf", tmp_path))
    assert len(reader.pages) >= len(pack.figures["slides"])
    for page in reader.pages:
        assert (round(page.mediabox.width), round(page.mediabox.height)) == A4_LANDSCAPE
    text = "".join(page.extract_text() for page in reader.pages)
    assert pack.sha256 in text
    assert "as it stood on" in text


def test_names_can_be_left_out_of_a_file(pack: Pack, tmp_path: Path) -> None:
    user = User.objects.get(username="ceo")
    decision_log(pack=pack, text="Casey Ofori calls legal.", decided_by="Casey Ofori", user=user, now=timezone.now())
    for hidden in (True, False):
        reader = PdfReader(written(pack, "pdf", tmp_path, hide_names=hidden))
        text = "".join(page.extract_text() for page in reader.pages)
        assert ("Casey" in text) is not hidden


def test_without_pango_a_pdf_says_what_to_install(pack: Pack, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)

    export, _ = export_request(pack=pack, kind="pdf", user=None, now=timezone.now())
    export_make(export_id=export.pk)
    export.refresh_from_db()
    assert export.status == PackExport.Status.FAILED
    assert "libpango-1.0-0" in export.error
    written(pack, "xlsx", tmp_path)


def test_an_export_killed_half_way_is_made_again(pack: Pack) -> None:
    export, asked = export_request(pack=pack, kind="xlsx", user=None, now=timezone.now())
    assert asked
    # A worker died while it was writing: the row says working, and half a file lies about.
    PackExport.objects.filter(pk=export.pk).update(status=PackExport.Status.WORKING, progress=40)
    assert exports_unfinished() == [export.pk]
    export_make(export_id=export.pk)
    export.refresh_from_db()
    assert export.status == PackExport.Status.DONE
    path = exports_folder() / export.file
    first = path.stat().st_mtime_ns
    export_make(export_id=export.pk)
    assert path.stat().st_mtime_ns == first, "done twice it is done once"
    assert [one.name for one in exports_folder().iterdir() if one.name.startswith(".")] == []


def test_the_page_follows_an_export_to_its_download(pack: Pack, ceo: Client) -> None:
    htmx = {"HX-Request": "true"}
    page = ceo.post(f"/packs/{pack.pk}/exports/", {"kind": "xlsx"}, headers=htmx).content.decode()
    assert "queued" in page
    assert 'hx-trigger="every 1s"' in page
    export = PackExport.objects.get()
    assert ceo.get(f"/packs/{pack.pk}/exports/{export.pk}/").status_code == 404
    ceo.post(f"/packs/{pack.pk}/exports/", {"kind": "xlsx"}, headers=htmx)
    assert PackExport.objects.count() == 1, "asked twice it is made once"
    export_make(export_id=export.pk)
    page = ceo.get(f"/packs/{pack.pk}/exports/", headers=htmx).content.decode()
    assert "ready" in page
    assert "every 1s" not in page
    answer = ceo.get(f"/packs/{pack.pk}/exports/{export.pk}/")
    assert answer.content[:2] == b"PK"
    assert "attachment" in answer["Content-Disposition"]


def test_without_scripts_asking_leads_back_to_the_page(pack: Pack, ceo: Client) -> None:
    answer = ceo.post(f"/packs/{pack.pk}/exports/", {"kind": "csv"})
    assert answer.url == f"/packs/{pack.pk}/#exports"
    assert ceo.post(f"/packs/{pack.pk}/exports/", {"kind": "exe"}, headers={"HX-Request": "true"}).status_code == 422


def test_a_worker_that_is_down_is_told(pack: Pack, ceo: Client) -> None:
    export, _ = export_request(pack=pack, kind="pptx", user=None, now=timezone.now() - timedelta(minutes=1))
    page = ceo.get(f"/packs/{pack.pk}/").content.decode()
    assert "No worker has taken this up" in page
    assert export.status == PackExport.Status.ASKED


def test_a_decision_taken_later_makes_a_new_file(pack: Pack) -> None:
    now = timezone.now()
    export, _ = export_request(pack=pack, kind="csv", user=None, now=now)
    export_make(export_id=export.pk)
    assert export_request(pack=pack, kind="csv", user=None, now=now)[0].pk == export.pk
    decision_log(pack=pack, text="A", decided_by="B", user=None, now=now + timedelta(seconds=1))
    assert export_request(pack=pack, kind="csv", user=None, now=now)[1]


@pytest.mark.slow
def test_libreoffice_opens_the_deck(pack: Pack, tmp_path: Path) -> None:
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not installed")
    deck = written(pack, "pptx", tmp_path)
    command = [office, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path / "out"), str(deck)]
    subprocess.run(command, check=True, timeout=300, env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"})
    pages = PdfReader(tmp_path / "out" / "pack.pdf").pages
    assert len(pages) == len(Presentation(str(deck)).slides)
