"""PowerPoint: a 16:9 slide for each slide of the pack, with native charts and tables that can be edited."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from lxml import etree
from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.util import Inches, Pt

from revenue_health.review.selectors.pack_cells import NUMERIC, cell_text, scale_from, shade
from revenue_health.review.selectors.packs import FIRST_COLUMNS
from revenue_health.review.services.exports.content import ExportContent, Progress
from revenue_health.review.services.exports.deck_charts import chart_add

type Json = dict[str, Any]
WIDTH, HEIGHT, MARGIN = Inches(13.333), Inches(7.5), Inches(0.6)
INK, SOFT, PAPER = RGBColor(0x16, 0x20, 0x2A), RGBColor(0x51, 0x60, 0x6E), RGBColor(0xFF, 0xFF, 0xFF)
HAIRLINE = RGBColor(0xDD, 0xE3, 0xE9)
SHADES = ("FFFFFF", "FDF3EC", "FAE0CF", "F4C3A0", "E89A69", "B93C09")
FONT = "Calibri"
MOST_ROWS = 12
"""Rows of a table that fit a slide; what is left goes to the next."""
_BLANK = 6


def write_pptx(content: ExportContent, path: Path, progress: Progress) -> None:
    """The deck; a slide with a chart is followed by its numbers."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = WIDTH, HEIGHT
    deck.core_properties.title = content.pack.title
    deck.core_properties.author = content.figures["company"]
    deck.core_properties.comments = f"sha256 {content.pack.sha256}"
    for number, slide in enumerate(content.slides, 1):
        if slide["chart"] and slide["chart"]["bars"]:
            page = _page(deck, slide, content)
            top = 2.05 + 0.34 * len(slide["lines"])
            _text(page, slide["lines"], top=Inches(2.02), height=Inches(0.34), size=16)
            box = {"left": MARGIN, "top": Inches(top), "width": WIDTH - 2 * MARGIN, "height": Inches(6.8 - top)}
            chart_add(page, slide["chart"], **box)
        else:
            _page_of_lines(deck, slide, content)
        progress(0.9 * number / len(content.slides))
    for slide in content.slides:
        if slide["chart"] and slide["chart"]["bars"]:
            _pages_of_tables(deck, slide, content, slide["tables"])
    _number(deck, content)
    deck.save(str(path))


def _page(deck: Any, slide: Json, content: ExportContent) -> Any:
    """A slide with its title, message, unit and notes."""
    page = deck.slides.add_slide(deck.slide_layouts[_BLANK])
    _text(page, [slide["title"]], top=Inches(0.4), height=Inches(0.35), size=14, colour=SOFT)
    _text(
        page,
        [slide["message"]],
        top=Inches(0.7),
        height=Inches(1.0),
        size=24 if len(slide["message"]) < 130 else 20,
        bold=True,
    )
    if slide["unit"]:
        _text(page, [slide["unit"]], top=Inches(1.68), height=Inches(0.32), size=14, colour=SOFT)
    if slide["notes"]:
        page.notes_slide.notes_text_frame.text = "\n".join(slide["notes"])
    return page


def _page_of_lines(deck: Any, slide: Json, content: ExportContent) -> None:
    """A slide without a chart: its lines, then its tables, over several slides where they do not fit one."""
    room = MOST_ROWS - (len(slide["lines"]) + 1) // 2
    tables = slide["tables"]
    if sum(len(table["rows"]) + 2 for table in tables[:1]) > room and slide["lines"]:
        page = _page(deck, slide, content)
        _text(page, slide["lines"], top=Inches(2.1), height=Inches(4.4), size=18)
        _pages_of_tables(deck, slide, content, tables)
        return
    page, top = _page(deck, slide, content), 2.15
    if slide["lines"]:
        _text(page, slide["lines"], top=Inches(top), height=Inches(0.36 * len(slide["lines"])), size=16)
        top += 0.36 * len(slide["lines"]) + 0.25
    if tables:
        first, rest = _cut(tables[0], room)
        _table(page, first, top)
        _pages_of_tables(deck, slide, content, [*rest, *tables[1:]])


def _pages_of_tables(deck: Any, slide: Json, content: ExportContent, tables: Iterable[Json]) -> None:
    for table in tables:
        rest = [table]
        while rest:
            first, rest = _cut(rest[0], MOST_ROWS)
            page = _page(deck, slide | {"title": f"{slide['title']}: {table['title'].lower()} in numbers"}, content)
            _table(page, first, 2.15)


def _cut(table: Json, rows: int) -> tuple[Json, list[Json]]:
    """So many rows, and the table of what is left."""
    if len(table["rows"]) <= rows:
        return table, []
    left = table | {"rows": table["rows"][rows:]}
    return table | {"rows": table["rows"][:rows], "total": None}, [left]


def _table(page: Any, table: Json, top: float) -> None:
    columns, scale = table["columns"], scale_from(table)
    rows = [*table["rows"], *([table["total"]] if table["total"] else [])]
    height = min(0.38, (6.75 - top) / (len(rows) + 1))
    shape = page.shapes.add_table(
        len(rows) + 1, len(columns), MARGIN, Inches(top), WIDTH - 2 * MARGIN, Inches(height * (len(rows) + 1))
    )
    native = shape.table
    native.horz_banding, native.first_row = False, True
    shape._element.graphic.graphicData.tbl.tblPr.find(
        "{http://schemas.openxmlformats.org/drawingml/2006/main}tableStyleId"
    ).text = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"  # no style, no grid
    size = 14 if len(columns) <= FIRST_COLUMNS else 12
    for number, width in enumerate(_widths(table)):
        native.columns[number].width = width
    largest = max((v for row in table["rows"] for v in row[1:-1] if table["shaded"] and isinstance(v, int)), default=0)
    for number, column in enumerate(columns):
        unit = scale.unit if column["kind"] == "money" and not column["unit"] else column["unit"]
        head = f"{column['name']}, {unit}" if unit and len(columns) <= FIRST_COLUMNS else column["name"]
        _cell(native.cell(0, number), head, size, column, colour=SOFT)
        for at, row in enumerate(rows, 1):
            total = table["total"] is not None and at == len(rows)
            _cell(native.cell(at, number), cell_text(row[number], column, scale), size, column, bold=total)
            if table["shaded"] and not total and 0 < number < len(columns) - 1:
                _shade(native.cell(at, number), row[number], largest)
    for row in native.rows:
        row.height = Inches(height)


def _widths(table: Json) -> list[int]:
    """Columns by the longest of their texts."""
    scale = scale_from(table)
    letters = []
    for number, column in enumerate(table["columns"]):
        texts = [cell_text(row[number], column, scale) for row in table["rows"]]
        longest = max([len(text) for text in texts] + [len(column["name"]) + 4])
        letters.append(min(max(longest, 6), 46))
    whole = WIDTH - 2 * MARGIN
    return [int(whole * each / sum(letters)) for each in letters]


def _cell(cell: Any, text: str, size: int, column: Json, *, bold: bool = False, colour: RGBColor = INK) -> None:
    cell.margin_left = cell.margin_right = Inches(0.06)
    cell.margin_top = cell.margin_bottom = Inches(0.02)
    cell.vertical_anchor = MSO_ANCHOR.MIDDLE
    paragraph = cell.text_frame.paragraphs[0]
    paragraph.alignment = PP_ALIGN.RIGHT if column["kind"] in NUMERIC else PP_ALIGN.LEFT
    _run(paragraph, text, size, bold=bold, colour=colour)
    _rule(cell)


def _rule(cell: Any) -> None:
    """A hairline under the cell."""
    properties = cell._tc.get_or_add_tcPr()
    space = "http://schemas.openxmlformats.org/drawingml/2006/main"
    line = etree.SubElement(properties, f"{{{space}}}lnB", w="6350")
    fill = etree.SubElement(line, f"{{{space}}}solidFill")
    etree.SubElement(fill, f"{{{space}}}srgbClr", val=str(HAIRLINE))


def _shade(cell: Any, value: Any, largest: int) -> None:
    step = shade(value, largest) if isinstance(value, int) else 0
    if step:
        cell.fill.solid()
        cell.fill.fore_color.rgb = RGBColor.from_string(SHADES[step])
    if step == len(SHADES) - 1:
        for run in cell.text_frame.paragraphs[0].runs:
            run.font.color.rgb = PAPER


def _text(
    page: Any,
    lines: Iterable[str],
    *,
    top: int,
    height: int,
    size: int,
    bold: bool = False,
    colour: RGBColor = INK,
    left: int = MARGIN,
    width: int = WIDTH - 2 * MARGIN,
    right: bool = False,
) -> None:
    frame = page.shapes.add_textbox(left, top, width, height).text_frame
    frame.word_wrap = True
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    for number, line in enumerate(lines):
        paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
        paragraph.alignment = PP_ALIGN.RIGHT if right else PP_ALIGN.LEFT
        _run(paragraph, line, size, bold=bold, colour=colour)


def _run(paragraph: Any, text: str, size: int, *, bold: bool, colour: RGBColor) -> None:
    run = paragraph.add_run()
    run.text = text
    run.font.size, run.font.bold, run.font.name = Pt(size), bold, FONT
    run.font.color.rgb = colour


def _number(deck: Any, content: ExportContent) -> None:
    """Foot of every slide: whose figures, as known on which day, the beginning of the hash, and the page."""
    total = len(deck.slides)
    for number, page in enumerate(deck.slides, 1):
        foot = f"{content.head}  ·  sha256 {content.pack.sha256[:12]}"
        _text(page, [foot], top=Inches(6.98), height=Inches(0.3), size=12, colour=SOFT, width=Inches(10.5))
        _text(
            page, [f"{number} / {total}"], top=Inches(6.98), height=Inches(0.3), size=12, colour=SOFT,
            left=WIDTH - MARGIN - Inches(1.5), width=Inches(1.5), right=True,
        )  # fmt: skip
