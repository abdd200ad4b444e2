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
    assert "Legal" not in slide.message
    assert "no verdict" in slide.message
    table = slide.tables[0]
    assert [column.name for column in table.columns] == ["Stage", "Sales", "Legal", "No reason", "Lost"]
    assert table.rows == (
        ("Offer", 20_000_000, None, 70_000_000, 90_000_000),
        ("Contract", None, 30_000_000, None, 30_000_000),
    )
    assert table.total == ("Lost", 20_000_000, 30_000_000, 70_000_000, 120_000_000)


def test_a_stage_is_named_with_its_pipeline_only_where_two_have_the_name() -> None:
    figures = content(("offer", "sales", 900_000.0, 0.0), ("contract", "legal", 300_000.0, 0.0))
    stages = figures["names"]["stages"]
    stages.append({"address": "renewal:offer", "pipeline": "Renewal", "name": "Renewed offer"})
    figures["leaks"]["cells"].append(figures["leaks"]["cells"][0] | {"pipeline": "renewal"})
    slide = leak_map(figures)
    assert slide is not None
    assert [row[0] for row in slide.tables[0].rows] == ["Offer", "Contract", "Renewed offer"]
    stages[-1]["name"] = "Offer"
    slide = leak_map(figures)
    assert slide is not None
    assert [row[0] for row in slide.tables[0].rows] == ["New, Offer", "Contract", "Renewal, Offer"]


def test_where_no_loss_names_a_reason_nobody_is_named() -> None:
    silent = content(("offer", "sales", 900_000.0, 900_000.0))
    slide = leak_map(silent)
    assert slide is not None
    assert [column.name for column in slide.tables[0].columns] == ["Stage", "No reason", "Lost"]
    assert largest(silent) is None


def leak(department: str, amount: float, verdict: str | None) -> dict[str, Any]:
    return {
        "pipeline": "new", "stage": "offer", "department": department, "factor": "waiting", "amount": amount,
        "low": amount - 1.0, "high": amount + 1.0, "owner": None, "status": "new", "weeks": 3, "verdict": verdict,
    }  # fmt: skip


def test_gross_losses_are_no_leaks() -> None:
    assert largest(content(("offer", "sales", 900_000.0, 0.0))) is None


def test_only_a_leak_of_a_department_that_is_named_is_named() -> None:
    figures = content() | {"register": [leak("sales", 900_000.0, None), leak("legal", 300_000.0, "contaminates")]}
    slide = largest(figures)
    assert slide is not None
    assert slide.message == "The largest leak of a department that is named is Offer, Legal, waiting: EUR 300 k."
    assert slide.chart is not None
    assert [(bar.impact, bar.mark) for bar in slide.chart.bars] == [("soft", "?"), ("bad", "")]
    figures["register"] = [leak("sales", 900_000.0, None)]
    slide = largest(figures)
    assert slide is not None
    assert slide.message == "1 leak in the newest figures, none of a department that is named."
    assert [row[2] for row in slide.tables[0].rows] == ["? not named"]


def test_what_the_newest_figures_do_not_show_stands_in_the_table_alone() -> None:
    gone = leak("legal", 300_000.0, "contaminates") | {"still_seen": False, "status": "accepted"}
    figures = content() | {"register": [leak("sales", 200_000.0, "contaminates"), gone]}
    slide = largest(figures)
    assert slide is not None
    assert slide.chart is not None
    assert slide.message == "The largest leak is Offer, Sales, waiting: EUR 200 k."
    assert [bar.name for bar in slide.chart.bars] == ["Offer, Sales, waiting"]
    assert [row[4] for row in slide.tables[0].rows] == ["accepted, not in the newest figures", "new"]
    slide = largest(figures | {"register": [gone]})
    assert slide is not None
    assert slide.message == "The newest figures show no leak; 1 leak in the register."
    assert slide.chart is None
