"""Reading packs: the archive, one pack with its proof, and its slides as pages print them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, QuerySet
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from departments.formats import DASH, ENGLISH, counted, numbers_as_in
from revenue_health.review.charts.drawing import chart_svg
from revenue_health.review.core.sealed import canonical, sha256_of
from revenue_health.review.models import Decision, Pack
from revenue_health.review.selectors.packs.cells import (
    NUMERIC,
    SOMEBODY,
    Names,
    cell_text,
    names_of,
    scale_from,
    shade,
    unbroken,
)
from revenue_health.review.selectors.packs.fit import is_tied, texts_of
from revenue_health.review.selectors.packs.paging import part_text
from revenue_health.review.selectors.packs.slides.parts import column, slide, table

type Json = dict[str, Any]

FIRST_COLUMNS = 6
"""So many columns of a table fit a phone or a slide; further ones are marked as wide."""
DRAWING_WIDTH = 1500
DRAWING_HEIGHT = 500
DRAWING_FONT = 29.0
SHEET, HEAD, ROW, SMALL_ROW = 172.0, 32.0, 6.9, 5.9
"""Millimetres of an A4 sheet between its margins, of the head of a slide on it, and of rows of tables."""
PAPER_WIDTH, LEAST_WIDTH = 262, 150
PAPER_LETTERS, MESSAGE_LETTERS, MANY, FEW, LONG = 130, 62, 8, 7, 9


@dataclass(frozen=True, kw_only=True)
class Proof:
    """Whether a pack is what was frozen: its hash computed anew, and its columns as the content has them."""

    sound: bool
    computed: str


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One cell as it is printed."""

    text: SafeString
    numeric: bool
    shade: int
    wide: bool
    tied: bool
    """Whether it stays on one line."""


@dataclass(frozen=True, kw_only=True)
class TablePage:
    """One table as it is printed; `more` rows are left out of it on slides."""

    title: str
    heads: list[Json]
    rows: list[list[Cell]]
    total: list[Cell] | None
    shaded: bool
    more: int
    shown: int

    @property
    def long(self) -> bool:
        """Whether paper sets it closer, so that it shares a sheet with its drawing."""
        return len(self.rows) > LONG


@dataclass(frozen=True, kw_only=True)
class SlidePage:
    """One slide as it is printed."""

    number: int
    key: str
    title: str
    message: SafeString
    unit: str
    lines: list[SafeString]
    notes: list[SafeString]
    drawing: SafeString | None
    drawing_height: int
    """As part of DRAWING_WIDTH."""
    tables: list[TablePage]
    part: str
    """Which rows of how many, where a slide takes several pages."""

    @property
    def paper_width(self) -> int:
        """Millimetres the drawing gets on paper, so that its first table fits below it where that can be."""
        table = self.tables[0] if self.tables else None
        row = SMALL_ROW if table and (table.long or len(table.heads) > MANY) else ROW
        rows = (len(table.rows) + 1 + (table.total is not None)) * row if table else 0.0
        lines = sum(1 + len(line) // PAPER_LETTERS for line in self.lines) + len(self.message) // MESSAGE_LETTERS
        width = int((SHEET - HEAD - ROW * lines - rows) * DRAWING_WIDTH / max(self.drawing_height, 1))
        return min(width, PAPER_WIDTH) if width >= LEAST_WIDTH else PAPER_WIDTH


def packs_listed() -> QuerySet[Pack]:
    """The archive, newest first, without the contents."""
    return Pack.objects.defer("content").select_related("frozen_by").annotate(decided=Count("decisions"))


def newest_pack() -> int | None:
    """The number of the pack frozen last: what Present opens."""
    return Pack.objects.order_by("-pk").values_list("pk", flat=True).first()


def pack_by_id(*, pk: int) -> Pack | None:
    return Pack.objects.select_related("frozen_by").filter(pk=pk).first()


def proof_of(pack: Pack) -> Proof:
    """Compute the hash anew; the columns packs are found by must be what the sealed content says."""
    computed = sha256_of(pack.content)
    figures = pack.figures
    agrees = (
        pack.title == figures["pack"]["title"]
        and pack.as_of == datetime.fromisoformat(figures["as_of"])
        and pack.frozen_at == datetime.fromisoformat(figures["pack"]["frozen_at"])
        and pack.period_label == figures["period"]["label"]
        and pack.run_number == figures["run"]
        and canonical(figures) == pack.content
    )
    return Proof(sound=agrees and computed == pack.sha256, computed=computed)


def decisions_of(*, pack: Pack) -> list[Decision]:
    """What was decided on a pack, in order, corrected wordings included and marked."""
    return list(Decision.objects.filter(pack=pack).select_related("user", "corrects", "correction").order_by("pk"))


def decisions_listed(*, limit: int) -> list[Decision]:
    """The decision log over all packs, newest first; only wordings that stand."""
    rows = Decision.objects.filter(correction=None).select_related("pack", "user", "corrects")
    return list(rows.defer("pack__content").order_by("-pk")[:limit])


def slides_and_decisions(pack: Pack) -> list[Json]:
    """The frozen slides; before the last one, what was decided on the pack since, from its own log."""
    slides = list(pack.figures["slides"])
    rows = [
        [row.text, row.decided_by, row.at.date().isoformat()]
        for row in decisions_of(pack=pack)
        if not hasattr(row, "correction")
    ]
    if rows:
        message = f"{counted(len(rows), 'decision')} taken on this review."
        decided = table("Decided", [column("Decided"), column("By"), column("On", "date")], rows)
        slides.insert(max(len(slides) - 1, 0), slide("decided", "Decided", message, tables=[decided]))
    return slides


def slide_pages(figures: Json, slides: Sequence[Json], *, hide_names: bool = False) -> list[SlidePage]:
    """Slides, ready to print. With `hide_names` no name of a person is in them at all."""
    names = names_of(figures, hidden=hide_names)
    with numbers_as_in(ENGLISH):
        return [slide_page(each, number, names) for number, each in enumerate(slides, 1)]


def slide_page(shown: Json, number: int, names: Names, *, on_paper: bool = False) -> SlidePage:
    return SlidePage(
        number=number,
        key=shown["key"],
        title=shown["title"],
        message=marked(shown["message"], names),
        unit=shown["unit"],
        lines=[marked(line, names) for line in shown["lines"]],
        notes=[marked(note, names) for note in shown["notes"]],
        drawing=_drawing(shown, on_paper),
        drawing_height=drawing_height(shown, on_paper=on_paper) if has_drawing(shown) else 0,
        part=part_text(shown),
        tables=[_table(each, names) for each in shown["tables"]],
    )


def _row_height(shown: Json, on_paper: bool) -> float:
    """Of a bar: what the drawing has, less where lines of text stand above it or, on paper, a long table below."""
    bars = len(shown["chart"]["bars"])
    if on_paper and bars > FEW:
        return 38.0
    return min(max(DRAWING_HEIGHT / bars, 31.0), 40.0 if len(shown["lines"]) > 2 else 68.0 if bars > 4 else 76.0)


def drawing_height(shown: Json, *, on_paper: bool = False) -> int:
    """Of a slide's drawing, as part of DRAWING_WIDTH."""
    return round(_row_height(shown, on_paper) * len(shown["chart"]["bars"]) + DRAWING_FONT * 0.4)


def _drawing(shown: Json, on_paper: bool) -> SafeString | None:
    if not has_drawing(shown):
        return None
    chart, row = shown["chart"], _row_height(shown, on_paper)
    svg = chart_svg(
        chart, width=DRAWING_WIDTH, font=DRAWING_FONT, prefix=f"d-{shown['key']}", row=row, on_paper=on_paper
    )
    return mark_safe(svg)  # noqa: S308  (chart_svg escapes every text)


def has_drawing(shown: Json) -> bool:
    return bool(shown["chart"] and shown["chart"]["bars"])


def marked(text: str, names: Names, *, person: bool = False) -> SafeString:
    """The text as HTML in which each name of a person can be hidden by a switch; or without names where they may not
    be in the page."""
    if names.hidden or not names.switch:
        return escape(unbroken(names.plain(text, person=person)))
    if person and text not in names.people:
        parts = [text]
        instead = {text: SOMEBODY} if text not in ("", DASH) else {}
    else:
        parts, instead = names.split(text), names.people
    return mark_safe(  # noqa: S308  (every part is escaped)
        "".join(
            f'<span class="who"><span class="who-name">{escape(part)}</span>'
            f'<span class="who-role">{escape(instead[part])}</span></span>'
            if part in instead
            else escape(unbroken(part))
            for part in parts
        )
    )


def _table(frozen: Json, names: Names) -> TablePage:
    scale, columns = scale_from(frozen), frozen["columns"]
    sizes = [value for row in frozen["rows"] for value in row[1:-1] if frozen["shaded"] and isinstance(value, int)]
    largest = max(sizes, default=0)
    texts = list(zip(*texts_of(frozen), strict=True)) or [()] * len(columns)
    tied = [is_tied(head, column) for head, column in zip(columns, texts, strict=True)]

    def printed(row: list[Any], *, shaded: bool) -> list[Cell]:
        last = len(columns) - 1  # the sum of the row
        return [
            Cell(
                text=marked(cell_text(value, head, scale), names, person=head["kind"] == "person"),
                numeric=head["kind"] in NUMERIC,
                shade=shade(value, largest) if shaded and 0 < number < last and isinstance(value, int) else 0,
                wide=number >= FIRST_COLUMNS and not frozen["shaded"],
                tied=tied[number],
            )
            for number, (value, head) in enumerate(zip(row, columns, strict=True))
        ]

    shown = frozen["shown"] or len(frozen["rows"])
    return TablePage(
        title=frozen["title"],
        heads=[
            {
                "name": head["name"],
                "unit": scale.unit if head["kind"] == "money" and not head["unit"] else head["unit"],
                "numeric": head["kind"] in NUMERIC,
                "wide": number >= FIRST_COLUMNS and not frozen["shaded"],
            }
            for number, head in enumerate(columns)
        ],
        rows=[printed(row, shaded=frozen["shaded"]) for row in frozen["rows"]],
        total=printed(frozen["total"], shaded=False) if frozen["total"] else None,
        shaded=frozen["shaded"],
        more=max(0, len(frozen["rows"]) - shown),
        shown=shown,
    )
