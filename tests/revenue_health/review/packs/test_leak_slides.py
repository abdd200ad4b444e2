"""The slides of leaks: a loss that names no reason is on no department's account."""

from __future__ import annotations

from typing import Any

from revenue_health.review.selectors.packs.slides.leaks import largest, leak_map


def figure(amount: float, count: int = 1) -> dict[str, float]:
    return {"amount": amount, "count": count}


def content(*cells: tuple[str, str, float, float]) -> dict[str, Any]:
    """What a pack freezes of leaks, of cells (stage, department, lost, of it without a reason)."""
    nothing = figure(0.0, 0)
    return {
        "currency": "EUR",
        "running": True,
        "period": {"label": "2026-Q4"},
        "names": {
            "departments": {"sales": "Sales", "legal": "Legal"},
            "stages": [
                {"address": f"new:{key}", "pipeline": "New", "name": key.title()} for key in ("offer", "contract")
            ],
        },
        "register": [],
        "leaks": {
            "cells": [
                {
                    "pipeline": "new",
                    "stage": stage,
                    "department": department,
                    "lost": figure(lost, 2),
                    "assumed": figure(assumed, 1 if assumed else 0),
                }
                for stage, department, lost, assumed in cells
            ],
            "totals": dict.fromkeys(("created", "lost", "open", "reversed", "won"), nothing),
        },
    }


def test_what_names_no_reason_has_a_column_of_its_own_and_is_no_ones_in_the_headline() -> None:
    slide = leak_map(content(("offer", "sales", 900_000.0, 700_000.0), ("contract", "legal", 300_000.0, 0.0)))
    assert slide is not None
    assert slide.message == "EUR 1.20 M lost; 25 % at Contract, caused by Legal."
    table = slide.tables[0]
    assert [column.name for column in table.columns] == ["Stage", "Sales", "Legal", "No reason", "Lost"]
    assert table.rows == (
        ("Offer", 20_000_000, None, 70_000_000, 90_000_000),
        ("Contract", None, 30_000_000, None, 30_000_000),
    )
    assert table.total == ("Lost", 20_000_000, 30_000_000, 70_000_000, 120_000_000)


def test_where_no_loss_names_a_reason_nobody_is_named() -> None:
    silent = content(("offer", "sales", 900_000.0, 900_000.0))
    slide = leak_map(silent)
    assert slide is not None
    assert slide.message == "EUR 900 k lost; no loss names a reason."
    assert [column.name for column in slide.tables[0].columns] == ["Stage", "No reason", "Lost"]
    assert largest(silent) is None


def test_the_largest_leaks_count_what_was_caused() -> None:
    slide = largest(content(("offer", "sales", 900_000.0, 700_000.0)))
    assert slide is not None
    assert slide.message == "The largest leak is Offer, Sales: EUR 200 k."
    assert slide.tables[0].rows[0][:3] == ("Offer, Sales", 20_000_000, 1)
