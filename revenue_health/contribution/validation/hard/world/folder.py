"""A simulated company as a company folder (docs/import.md), so that it can be loaded like anybody's."""

import csv
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from math import isfinite
from pathlib import Path

from revenue_health.contribution.validation.hard.world.books import DAY, START, Books
from revenue_health.contribution.validation.hard.world.company import (
    DEPARTMENTS,
    EARNS,
    OWNERS,
    SOURCE_DEPARTMENT,
    SOURCES,
    STAGES,
)

KEY = "sales-pipeline"


def write_folder(books: Books, folder: Path) -> None:
    """Write the books as CSV files into a folder that exists. Owners with dates become further rows of stages."""
    _write(
        folder / "company.csv",
        ("name", "reporting_currency", "time_zone", "fiscal_year_start_month"),
        [("Hard company", "EUR", "UTC", 1)],
    )
    _write(
        folder / "departments.csv",
        ("key", "name", "kind"),
        [(key, key.title(), "external" if key == DEPARTMENTS[-1] else "internal") for key in DEPARTMENTS],
    )
    _write(folder / "pipelines.csv", ("key", "name"), [(KEY, "Sales")])
    _write_stages(books, folder)
    _write(
        folder / "loss_reasons.csv",
        ("key", "name", "department"),
        [(f"lost-{key}", f"Lost, {key}", key) for key in DEPARTMENTS],
    )
    known = [source for source in SOURCES if SOURCE_DEPARTMENT[source]]
    _write(
        folder / "sources.csv",
        ("key", "name", "department"),
        [(source, source.title(), SOURCE_DEPARTMENT[source]) for source in known],
    )
    _write(
        folder / "opportunities.csv",
        ("key", "pipeline", "source", "currency"),
        (
            (key, KEY, SOURCES[source] if SOURCES[source] in known else "", "EUR")
            for key, source in zip(books.key, books.source.tolist(), strict=True)
        ),
    )
    _write_events(books, folder)
    _write_handoffs(books, folder)


def _write_stages(books: Books, folder: Path) -> None:
    dated = bool(books.owner_since)
    rows: list[tuple[object, ...]] = []
    for number, stage in enumerate(STAGES):
        row = (KEY, stage, stage.title(), number, OWNERS[number], int(stage == EARNS))
        rows.append((*row, "") if dated else row)
        rows.extend(
            (*row[:4], owner, row[5], instant_text(since)) for at, owner, since in books.owner_since if at == number
        )
    header = ("pipeline", "key", "name", "position", "owner_department", "earns")
    _write(folder / "stages.csv", (*header, "owner_since") if dated else header, rows)


def _write_events(books: Books, folder: Path) -> None:
    events = books.events
    columns = (events.deal, events.day, events.stage, events.amount, events.cause, events.actor)
    amount: dict[int, str] = {}
    rows: list[tuple[object, ...]] = []
    for deal, day, stage, cents, cause, actor in zip(*(column.tolist() for column in columns), strict=True):
        if cents >= 0:
            amount[deal] = f"{cents // 100}.{cents % 100:02d}"
        rows.append(
            (
                books.key[deal],
                instant_text(day),
                "lost" if stage < 0 else STAGES[stage],
                amount[deal],
                f"lost-{DEPARTMENTS[cause]}" if cause >= 0 else "",
                DEPARTMENTS[actor] if actor >= 0 else "",
            )
        )
    header = ("opportunity", "occurred_at", "stage", "amount", "reason", "actor")
    _write(folder / "events.csv", header, rows)


def _write_handoffs(books: Books, folder: Path) -> None:
    columns = (books.asked_deal, books.asked_department, books.requested, books.completed)
    rows = (
        (
            f"H{number:06d}",
            books.key[deal],
            DEPARTMENTS[department],
            instant_text(begin),
            instant_text(end) if isfinite(end) else "",
        )
        for number, (deal, department, begin, end) in enumerate(
            zip(*(column.tolist() for column in columns), strict=True)
        )
    )
    _write(folder / "handoffs.csv", ("key", "opportunity", "department", "requested_at", "completed_at"), rows)


def instant_text(day: float) -> str:
    """A day as an instant in UTC, to the second."""
    return datetime.fromtimestamp(START + round(day * DAY), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _write(file: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with file.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
