"""The small files of the folder: the company, its shape, its plan, its rates, its scorecards."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import numpy as np

from pipeline.generator import company, process
from pipeline.generator.files import scorecards
from pipeline.generator.files.plan import Target
from pipeline.generator.files.scorecards import Row
from pipeline.generator.rates import Rates

SmallTable = tuple[tuple[str, ...], Iterable[Row]]


def small_tables(
    *, targets: list[Target], rates: Rates, first: date, as_of: date, decline: date, rng: np.random.Generator
) -> dict[str, SmallTable]:
    """File name to header and rows, for everything that does not grow with the number of deals."""
    return {
        **_shape(),
        "plan.csv": (
            ("pipeline", "period_start", "period_end", "target", "expectation", "segment"),
            _plan_rows(targets),
        ),
        "rates.csv": (("currency", "date", "rate"), _rate_rows(rates)),
        "measurables.csv": (
            ("key", "department", "name", "unit", "goal_rule", "goal", "goal_high", "effective_from", "source"),
            scorecards.measurable_rows(first=first, as_of=as_of),
        ),
        "entries.csv": (
            ("measurable", "week", "value", "note", "entered_at"),
            scorecards.entry_rows(first=first, as_of=as_of, decline=decline, rng=rng),
        ),
    }


def _shape() -> dict[str, SmallTable]:
    departments = [
        (key, name, kind, f"{key}@{company.MAIL_DOMAIN}" if kind == "internal" else "")
        for key, name, kind in company.DEPARTMENTS
    ]
    stages = [
        (s.pipeline, s.key, s.name, s.position, s.owner, int(s.earns), s.limit_days or "")
        for s in process.STAGES
    ]  # fmt: skip
    sources = [(source.key, source.name, source.department) for source in company.SOURCES]
    one_company = (company.NAME, company.REPORTING_CURRENCY, company.TIME_ZONE, company.FISCAL_YEAR_START_MONTH)
    return {
        "company.csv": (("name", "reporting_currency", "time_zone", "fiscal_year_start_month"), [one_company]),
        "departments.csv": (("key", "name", "kind", "head_email"), departments),
        "pipelines.csv": (("key", "name"), process.PIPELINES),
        "stages.csv": (
            ("pipeline", "key", "name", "position", "owner_department", "earns", "time_limit_days"), stages
        ),
        "loss_reasons.csv": (("key", "name", "department"), company.LOSS_REASONS),
        "sources.csv": (("key", "name", "department"), sources),
    }  # fmt: skip


def _plan_rows(targets: list[Target]) -> list[Row]:
    return [
        (t.pipeline, t.start.isoformat(), t.end.isoformat(), f"{t.target}.00", f"{t.expectation}.00", "")
        for t in targets
    ]


def _rate_rows(rates: Rates) -> list[Row]:
    """The reporting currency needs no rate."""
    return [
        (currency, month.isoformat(), f"{rates.table[number, column]:.6g}")
        for currency, column in sorted((name, number) for number, name in enumerate(company.CURRENCIES))
        if currency != company.REPORTING_CURRENCY
        for number, month in enumerate(rates.months)
    ]


def write_small(*, path: Path, header: tuple[str, ...], lines: Iterable[Row]) -> int:
    """One CSV file; returns its number of rows."""
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        for line in lines:
            writer.writerow(line)
            count += 1
    return count
