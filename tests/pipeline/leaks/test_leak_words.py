"""The leak map's words and grid, from figures worked out by hand: what has no reason accuses nobody."""

from __future__ import annotations

from datetime import date

import pytest

from departments.formats import single_units
from departments.periods import Period
from pipeline.core.leaks.figures import CellLeaks, Figure, Held, Leaks, StageLeaks, Totals
from pipeline.selectors.overview import DepartmentName, StageName, Structure
from pipeline.views.leaks.filters import LeakMapFilters
from pipeline.views.leaks.grid import UNRECORDED, grid_shape
from pipeline.views.leaks.leak_map import _causes
from pipeline.views.leaks.rows import FigureFormatter
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


def test_shaded_is_what_is_more_than_before() -> None:
    """Sales lost 3 and 1 before, marketing 2 and 2: only where more is lost there is something to look at."""
    before = leaks({(LEAD, MARKETING): (2, 0), (OFFER, SALES): (1, 0)})
    grid = grid_shape(SOME, before, formatter(), lambda cell: cell.caused.count)
    assert [[cell.shade for cell in row.cells] for row in grid.rows] == [[0, 0, 0], [0, 5, 0]]
    unshaded = grid_shape(SOME, None, formatter(), lambda cell: cell.caused.count)
    assert {cell.shade for row in unshaded.rows for cell in row.cells} == {0}


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
