"""Tables of a deck: native, with columns as wide as their texts and rows as high as their lines."""

from __future__ import annotations

from typing import Any

from lxml import etree
from pptx.dml.color import RGBColor
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.util import Pt

from revenue_health.review.core.slides import CellValue, Column, Table
from revenue_health.review.selectors.packs.cells import cell_text, shade
from revenue_health.review.selectors.packs.fit import Room, head_height, letters_of, row_heights
from revenue_health.review.selectors.packs.printing import FIRST_COLUMNS
from revenue_health.review.services.exports.deck_text import HAIRLINE, INK, MARGIN, PAPER, SOFT, WIDTH, run_add

SHADES = ("FFFFFF", "FDF3EC", "FAE0CF", "F4C3A0", "E89A69", "B93C09")
INNER = (WIDTH - 2 * MARGIN) / Pt(1)
HEIGHT = 322
"""Points between the head of a slide and its foot."""
FONT, SMALL = 14, 12
SPACE = "http://schemas.openxmlformats.org/drawingml/2006/main"
NO_STYLE_NO_GRID = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"


def size_for(table: Table) -> int:
    """Points of the letters of a table: smaller where it has many columns."""
    return FONT if len(table.columns) <= FIRST_COLUMNS else SMALL


def room_for(size: int) -> Room:
    """What a slide of the deck has for lines and tables in letters of so many points."""
    return Room(width=INNER / size, height=HEIGHT / size, line=1.22, cell=0.6, gap=1.2, between=0.5)


def table_add(page: Any, table: Table, top: int, *, size: int) -> int:
    """Put a table on a slide; returns where it ends."""
    columns, rows = table.columns, table.every_row
    room = room_for(size)
    heights = [Pt(size * height) for height in (head_height(table, room), *row_heights(table, room))]
    shape = page.shapes.add_table(len(rows) + 1, len(columns), MARGIN, top, WIDTH - 2 * MARGIN, sum(heights))
    native = shape.table
    native.horz_banding, native.first_row = False, True
    style = shape._element.graphic.graphicData.tbl.tblPr.find(f"{{{SPACE}}}tableStyleId")
    style.text = NO_STYLE_NO_GRID
    for number, width in enumerate(_widths(table, room)):
        native.columns[number].width = width
    for number, column in enumerate(columns):
        unit = table.head_unit(column)
        head = f"{column.name}, {unit}" if unit and not table.shaded else column.name
        _cell(native.cell(0, number), head, size, column, colour=SOFT)
        for at, row in enumerate(rows, 1):
            total = table.total is not None and at == len(rows)
            _cell(native.cell(at, number), cell_text(row[number], column, table.money), size, column, bold=total)
            if table.shaded and not total and 0 < number < len(columns) - 1:
                _shade(native.cell(at, number), row[number], table.largest)
    for row, height in zip(native.rows, heights, strict=True):
        row.height = height
    return int(top + sum(heights))


def _widths(table: Table, room: Room) -> list[int]:
    """Columns by the letters their texts take; what is left over is shared out."""
    letters = [wide + room.gap for wide in letters_of(table, room)]
    whole = WIDTH - 2 * MARGIN
    return [int(whole * each / sum(letters)) for each in letters]


def _cell(cell: Any, text: str, size: int, column: Column, *, bold: bool = False, colour: RGBColor = INK) -> None:
    cell.margin_left = cell.margin_right = Pt(4)
    cell.margin_top = cell.margin_bottom = Pt(1.5)
    cell.vertical_anchor = MSO_ANCHOR.MIDDLE
    paragraph = cell.text_frame.paragraphs[0]
    paragraph.alignment = PP_ALIGN.RIGHT if column.is_numeric else PP_ALIGN.LEFT
    run_add(paragraph, text, size, bold=bold, colour=colour)
    _rule(cell)


def _rule(cell: Any) -> None:
    """A hairline under the cell."""
    line = etree.SubElement(cell._tc.get_or_add_tcPr(), f"{{{SPACE}}}lnB", w="6350")
    fill = etree.SubElement(line, f"{{{SPACE}}}solidFill")
    etree.SubElement(fill, f"{{{SPACE}}}srgbClr", val=str(HAIRLINE))


def _shade(cell: Any, value: CellValue, largest: int) -> None:
    step = shade(value, largest) if isinstance(value, int) else 0
    if step:
        cell.fill.solid()
        cell.fill.fore_color.rgb = RGBColor.from_string(SHADES[step])
    if step == len(SHADES) - 1:
        for run in cell.text_frame.paragraphs[0].runs:
            run.font.color.rgb = PAPER
