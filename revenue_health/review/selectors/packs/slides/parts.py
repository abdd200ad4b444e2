"""What slides are made of: plain dictionaries, so that they can be frozen. Money is in cents."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from departments.formats import MoneyScale, document_scale
from revenue_health.review.selectors.packs.cells import day_text

type Json = dict[str, Any]


def slide(
    key: str,
    title: str,
    message: str,
    *,
    unit: str = "",
    chart: Json | None = None,
    tables: Sequence[Json] = (),
    lines: Sequence[str] = (),
    notes: Sequence[str] = (),
) -> Json:
    """One slide. `unit` says in what and when; `lines` stand under the message; `notes` only the presenter sees."""
    return {
        "key": key,
        "title": title,
        "message": message,
        "unit": unit,
        "chart": chart,
        "tables": list(tables),
        "lines": list(lines),
        "notes": list(notes),
    }


def column(name: str, kind: str = "text", unit: str = "", places: int = 0) -> Json:
    """kind: text, person, date, money (cents), number (with decimals), percent (0 to 100), days."""
    return {"name": name, "kind": kind, "unit": unit, "places": places}


def table(
    title: str,
    columns: Sequence[Json],
    rows: Sequence[Sequence[Any]],
    *,
    scale: MoneyScale | None = None,
    total: Sequence[Any] | None = None,
    summed: bool = False,
    shaded: bool = False,
    shown: int | None = None,
) -> Json:
    """Rows in the order of columns. `summed`: the total is the sum of the rows above. `shaded`: cells by size.

    `shown`: so many rows fit a slide; the page, Excel and CSV have all.
    """
    return {
        "title": title,
        "columns": list(columns),
        "rows": [list(row) for row in rows],
        "total": list(total) if total is not None else None,
        "summed": summed,
        "shaded": shaded,
        "shown": shown,
        "scale": scale_json(scale) if scale else None,
    }


def scale_json(scale: MoneyScale) -> Json:
    return {
        "currency": scale.currency,
        "divisor": scale.divisor,
        "letter": scale.letter,
        "digits": scale.digits,
    }


def scale_of(
    amounts: Iterable[int | None], currency: str, *, intervals: Iterable[tuple[int | None, int | None]] = ()
) -> MoneyScale:
    """The unit and the digits of a slide, which is read from five metres; the ends of no interval look the same."""
    return document_scale(amounts, currency, intervals=intervals)


def day(when: date | str) -> str:
    """A day, or an ISO date or instant, as a slide writes it: `19 Nov 2026`."""
    return day_text(date.fromisoformat(when[:10]) if isinstance(when, str) else when)


def when(content: Json) -> str:
    """`2026-Q4 to date`."""
    return f"{content['period']['label']}{' to date' if content['running'] else ''}"
