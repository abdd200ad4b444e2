"""The leak map's words and grid, from figures worked out by hand: what has no reason accuses nobody."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from departments.formats import MoneyScale, single_units
from departments.periods import Period
from pipeline.core.leaks.figures import CellLeaks, Figure, Held, Leaks, StageLeaks, Totals
from pipeline.page.leak_headline import LeakCost, LeakCosts
from pipeline.selectors.overview import DepartmentName, StageName, Structure
from pipeline.views.leaks.filters import LeakMapFilters
from pipeline.views.leaks.grid import UNRECORDED, colours_sentence, grid_shape
from pipeline.views.leaks.leak_map import _causes
from pipeline.views.leaks.rows import FigureFormatter, stage_rows
from pipeline.views.leaks.sentences import SentenceBuilder, leak_map_message

PERIOD = Period(start=date(2026, 7, 1), end=date(2026, 9, 30), label="2026-Q3")
LEAD, OFFER = 11, 12
MARKETING, SALES = 1, 2
NOTHING = Figure()


def figure(deals: int) -> Figure:
    return Figure(amount=deals * 100_000, count=deals)


def structure() -> Structure:
    names = {LEAD: ("lead", "Lead", MARKETING, "Marketing"), OFFER: ("offer", "Offer", SALES, "Sales")}
    return Structure(
        stages={
            pk: StageName(
                id=pk, key=key, name=name, position=pk, pipeline=1, pipeline_key="new", pipeline_name="New",
                owner=owner, owner_name=owner_name, earns=False, limit_days=None,
            )
            for pk, (key, name, owner, owner_name) in names.items()
        },
        departments={
            pk: DepartmentName(id=pk, key=name.lower(), name=name, internal=True)
            for pk, name in ((MARKETING, "Marketing"), (SALES, "Sales"))
        },
    )  # fmt: skip


def stage(pk: int, lost: int) -> StageLeaks:
    moved = (
        "opening",
        "entered",
        "moved_in",
        "pipeline_in",
        "pipeline_out",
        "reached",
        "advanced",
        "returned",
        "won",
        "withdrawn",
        "finished",
        "revalued",
    )
    figures = dict.fromkeys((*moved, "reversed", "closing", "over_limit"), NOTHING)
    rates = dict.fromkeys(("conversion_previous", "conversion_first", "median_days", "p90_days"))
    return StageLeaks(pipeline=1, stage=pk, position=pk, lost=figure(lost), **figures, **rates)


def leaks(cells: dict[tuple[int, int], tuple[int, int]]) -> Leaks:
    """Cells as (lost, of that without a reason) by stage and department."""
    lost = {pk: sum(number for (where, _), (number, _) in cells.items() if where == pk) for pk in (LEAD, OFFER)}
    return Leaks(
        start=0, end=1, balance_error=0,
        stages=tuple(stage(pk, number) for pk, number in lost.items()),
        cells=tuple(
            CellLeaks(
                stage=where, department=who, lost=figure(every), assumed=figure(silent), held=Held(), over_limit=NOTHING
            )
            for (where, who), (every, silent) in cells.items()
        ),
        totals=Totals(created=NOTHING, won=NOTHING, reversed=NOTHING, lost=figure(sum(lost.values())), open=NOTHING),
    )  # fmt: skip


def formatter() -> FigureFormatter:
    return FigureFormatter(
        filters=LeakMapFilters(period=PERIOD, measure="deals"), structure=structure(), scale=single_units("EUR")
    )


ALL_SILENT = leaks({(LEAD, MARKETING): (8, 8), (OFFER, SALES): (3, 3)})
SOME = leaks({(LEAD, MARKETING): (8, 6), (OFFER, SALES): (3, 0)})


def test_without_any_reason_no_department_has_a_column_or_a_bar() -> None:
    grid = grid_shape(ALL_SILENT, None, formatter(), lambda cell: cell.caused.count)
    assert grid.departments == [UNRECORDED]
    assert [[cell.text for cell in row.cells] for row in grid.rows] == [["8"], ["3"]]
    assert {cell.shade for row in grid.rows for cell in row.cells} == {0}
    assert all("kind=unrecorded" in cell.address and "department" not in cell.address for cell in grid.totals)
    bars = _causes(ALL_SILENT.cells, structure(), lambda figure: figure.count)
    assert [(bar.name, bar.value) for bar in bars] == [("Reason not recorded", 11)]


def test_what_has_a_reason_stands_under_it_and_the_rest_apart() -> None:
    grid = grid_shape(SOME, None, formatter(), lambda cell: cell.caused.count)
    assert [one.name for one in grid.departments] == ["Marketing", "Sales", "Reason not recorded"]
    assert [[cell.text for cell in row.cells] for row in grid.rows] == [["2", "–", "6"], ["–", "3", "–"]]
    assert ([cell.text for cell in grid.totals], grid.total.text) == (["2", "3", "6"], "11")
    assert "kind=caused" in grid.rows[0].cells[0].address
    bars = _causes(SOME.cells, structure(), lambda figure: figure.count)
    assert [(bar.name, bar.value) for bar in bars] == [("Sales", 3), ("Marketing", 2), ("Reason not recorded", 6)]


def test_coloured_are_leaks_alone_and_those_of_whom_nobody_is_named_only_marked() -> None:
    """Marketing lost most and has no leak; the leak of waiting belongs to another grid, but sets how dark one is: a
    quarter of it is half as dark, of five shades the third."""
    costs = {
        (OFFER, SALES, "losses"): LeakCost(amount=10_000_000, is_named=True),
        (LEAD, SALES, "losses"): LeakCost(amount=20_000_000, is_named=False),
        (LEAD, MARKETING, "waiting"): LeakCost(amount=40_000_000, is_named=True),
    }
    grid = grid_shape(SOME, costs, formatter(), lambda cell: cell.caused.count)
    assert [[cell.shade for cell in row.cells] for row in grid.rows] == [[0, 0, 0], [0, 3, 0]]
    assert [[cell.leak for cell in row.cells] for row in grid.rows] == [
        ["", "? leak EUR 200 k", ""],
        ["", "leak EUR 100 k", ""],
    ]
    assert "costs in revenue against the baseline, 2025-Q3." in colours_sentence(costs, formatter(), baseline="2025-Q3")
    without = grid_shape(SOME, None, formatter(), lambda cell: cell.caused.count)
    assert {cell.shade for row in without.rows for cell in row.cells} == {0}


@pytest.mark.parametrize(
    ("costs", "segment", "why"),
    [
        (None, "", "the leaks of 2026-Q3 are not known"),
        ({}, "", "no department lost more than at its baseline"),
        ({}, "enterprise", "leaks are known of all deals together"),
    ],
)
def test_a_grid_without_colours_says_why(costs: LeakCosts | None, segment: str, why: str) -> None:
    filters = LeakMapFilters(period=PERIOD, measure="deals", segment=segment)
    assert why in colours_sentence(costs, replace(formatter(), filters=filters), baseline="2025-Q3")


def test_a_row_of_the_stages_adds_up() -> None:
    """100 + 40 − 30 advanced − 20 lost; 7 more by changed amounts, 9 sent back: 88 at the end."""
    money = FigureFormatter(
        filters=LeakMapFilters(period=PERIOD),
        structure=structure(),
        scale=MoneyScale(currency="EUR", divisor=1000, letter="k"),
    )
    row = replace(
        stage(LEAD, 20), opening=figure(100), entered=figure(40), advanced=figure(30), revalued=figure(7),
        returned=figure(9), closing=figure(88),
    )  # fmt: skip
    assert row.imbalance.amount == 0
    (shown,) = stage_rows(replace(SOME, stages=(row,)), None, money)
    assert (shown.opening.text, shown.incoming.text, shown.advanced.text, shown.lost.text) == ("100", "40", "30", "20")
    assert (shown.other.text, shown.other.note, shown.other.more, shown.open.text) == (
        "−2", "+7 amounts changed", "−9 sent back", "88",
    )  # fmt: skip
    (in_deals,) = stage_rows(replace(SOME, stages=(row,)), None, formatter())
    assert (in_deals.other.text, in_deals.other.note) == ("−9", "sent back"), "amounts are no deals"


def test_what_costs_revenue_against_the_baseline_is_the_headline() -> None:
    teller = SentenceBuilder(filters=LeakMapFilters(period=PERIOD), currency="EUR", structure=structure())
    head = "2 leaks cost revenue against the baseline."
    assert leak_map_message(SOME, None, teller, head=head, compared_label="", running=True).head == head


@pytest.mark.parametrize("found", [ALL_SILENT, SOME, leaks({(LEAD, MARKETING): (8, 0)})])
@pytest.mark.parametrize("measure", ["money", "deals"])
def test_gross_losses_are_no_headline_and_name_no_department(found: Leaks, measure: str) -> None:
    teller = SentenceBuilder(
        filters=LeakMapFilters(period=PERIOD, measure=measure), currency="EUR", structure=structure()
    )
    words = leak_map_message(found, None, teller, head="", compared_label="", running=False)
    assert words.head == f"Where deals stand in {PERIOD.label}."
    assert "most of it in Lead" in words.under[0]
    assert not any(name in " ".join([words.head, *words.under]) for name in ("Marketing", "Sales", "caused"))
    silent = sum(cell.assumed.count for cell in found.cells)
    assert any("no department is charged" in sentence for sentence in words.under) == bool(silent)
