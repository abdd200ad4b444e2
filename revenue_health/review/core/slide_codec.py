"""Slides read back from a pack, by the FORMAT it was frozen in: what old packs show never changes with the code."""

from __future__ import annotations

from collections.abc import Callable

from departments.formats import MoneyScale
from departments.json_types import Json
from revenue_health.review.core.slides import Bar, Chart, ChartKind, Column, ColumnKind, Role, Slide, Table, Tone

FORMAT = 1
"""Goes up when the content of packs is built otherwise; old packs keep theirs."""


class FormatUnknown(ValueError):
    """A pack was frozen in a format that this version does not know; the message names it."""


def slides_from_json(slides: list[Json], *, pack_format: int) -> tuple[Slide, ...]:
    """The slides of a pack. Raises FormatUnknown, and KeyError or ValueError where they are no slides."""
    return tuple(slide_from_json(slide, pack_format=pack_format) for slide in slides)


def slide_from_json(slide: Json, *, pack_format: int = FORMAT) -> Slide:
    """One slide; `to_json` gives it back, but for the digits that scales of the first packs do not name."""
    if pack_format not in _READERS:
        raise FormatUnknown(f"A pack of format {pack_format} is from a newer version; update this installation.")
    return _READERS[pack_format](slide)


def _slide(slide: Json) -> Slide:
    return Slide(
        key=slide["key"],
        title=slide["title"],
        message=slide["message"],
        unit=slide["unit"],
        chart=chart_from_json(slide["chart"]) if slide["chart"] else None,
        tables=tuple(table_from_json(table) for table in slide["tables"]),
        lines=tuple(slide["lines"]),
        notes=tuple(slide["notes"]),
    )


def chart_from_json(chart: Json) -> Chart:
    """A chart as a pack froze it; KeyError where the content is of another format."""
    return Chart(
        kind=ChartKind(chart["kind"]),
        scale=_scale(chart["scale"]),
        bars=tuple(bar_from_json(bar) for bar in chart["bars"]),
    )


def bar_from_json(bar: Json) -> Bar:
    """A bar as a pack froze it; only bars of a bridge have a start, a role and a verdict."""
    return Bar(
        name=bar["name"],
        amount=bar["amount"],
        text=bar["text"],
        impact=Tone(bar["impact"]),
        mark=bar["mark"],
        low=bar["low"],
        high=bar["high"],
        start=bar.get("start"),
        role=Role(bar["role"]) if "role" in bar else None,
        verdict=bar.get("verdict"),
    )


def table_from_json(table: Json) -> Table:
    """A table as a pack froze it, rows in the order of its columns."""
    return Table(
        title=table["title"],
        columns=tuple(_column(column) for column in table["columns"]),
        rows=tuple(tuple(row) for row in table["rows"]),
        total=None if table["total"] is None else tuple(table["total"]),
        summed=table["summed"],
        shaded=table["shaded"],
        shown=table["shown"],
        scale=_scale(table["scale"]) if table["scale"] else None,
    )


def _column(column: Json) -> Column:
    return Column(column["name"], ColumnKind(column["kind"]), column["unit"], column["places"])


def _scale(scale: Json) -> MoneyScale:
    # Packs of before the three digits go on printing whole units, as they were frozen.
    return MoneyScale(
        currency=scale["currency"], divisor=scale["divisor"], letter=scale["letter"], digits=scale.get("digits", 0)
    )


_READERS: dict[int, Callable[[Json], Slide]] = {1: _slide}
