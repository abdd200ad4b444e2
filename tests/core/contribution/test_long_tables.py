"""Long tables to arrays: by hand, and a simulated company through columns and back."""

from dataclasses import replace

import numpy as np
import pytest

from revenue_health.contribution.core.flows import FlowArrays, FlowError
from revenue_health.contribution.core.long_tables import Axes, DepartmentRow, LongFlows, StageRow, Table, flow_arrays
from tests.core.contribution.companies import simulated

STAGES = (StageRow(id=5, key="lead", earns=False, owner=1), StageRow(id=9, key="won", earns=True, owner=1))
DEPARTMENTS = (
    DepartmentRow(id=1, key="sales"),
    DepartmentRow(id=2, key="legal"),
    DepartmentRow(id=3, key="customers", external=True),
)


def columns(names: str, *rows: tuple[float, ...]) -> Table:
    values = np.array(rows, dtype=np.float64).reshape(len(rows), len(names.split()))
    return {name: values[:, index] for index, name in enumerate(names.split())}


def by_hand() -> LongFlows:
    return LongFlows(
        held=columns(
            "bucket step stage department turn age_bin amount_days",
            (0, 0, 5, 1, 0, 2, 400), (1, 0, 5, 2, 0, 0, 70), (1, 0, 5, 1, 1, 0, 30),
        ),
        handed_on=columns(
            "bucket step stage department turn age_bin to_stage to_department to_turn amount count",
            (0, 0, 5, 1, 0, 2, 5, 2, 0, 100, 1), (1, 0, 5, 1, 7, 0, 9, -1, 0, 300, 2),
        ),
        lost=columns("bucket step stage department amount count", (0, 0, 5, 3, 50, 1), (1, 0, 5, -1, 20, 1)),
        revalued=columns(
            "bucket step stage department writer amount", (1, 0, 5, 2, 2, -5), (0, 0, 5, 2, -1, 30), (0, 0, 5, 1, 3, 7)
        ),
        entered=columns(
            "bucket step stage department source amount count", (0, 0, 5, 1, 2, 100, 1), (1, 0, 5, 1, -1, 300, 2)
        ),
        taken_back=columns("bucket step stage department amount count", (1, 0, 9, 2, 40, 1)),
        opening=columns(
            "bucket instant stage department turn age_bin amount", (0, 0, 5, 1, 0, 3, 80), (0, 1, 5, 1, 0, 3, 40)
        ),
    )  # fmt: skip


def arrays() -> FlowArrays:
    axes = Axes(stages=STAGES, departments=DEPARTMENTS, spans=[by_hand()])
    return flow_arrays(axes=axes, long=by_hand(), step_days=np.array([7.0]), buckets=2, unit=100.0)


def test_custodies_are_stage_department_and_turn() -> None:
    layout = arrays().layout
    assert layout.custodies == ((0, "sales", 0), (0, "sales", 1), (0, "sales", 2), (0, "legal", 0), (1, "sales", 0))
    assert layout.players == ("sales", "legal", "market")
    assert layout.custody_player == (0, 0, 0, 1, 0)


def test_every_row_lands_where_it_belongs_in_units() -> None:
    flows = arrays()
    assert (flows.held[0, 0, 0, 2], flows.held[1, 0, 3, 0], flows.held[1, 0, 1, 0]) == (4.0, 0.7, 0.3)
    assert (flows.routed[0, 0, 0, 3], flows.routed[1, 0, 2, 4]) == (1.0, 3.0)
    assert (flows.taken_back[1, 0].tolist(), flows.won()) == ([0.0, 0.4, 0.0], 3.0 - 0.4)
    assert flows.lost[0, 0, 0, 2] + flows.lost[1, 0, 0, 2] == 0.7
    assert (flows.revalued[1, 0, 3, 1], flows.opening[0, 0, 3].sum()) == pytest.approx((-0.05, 0.6))


def test_a_change_of_amount_is_its_writers_else_the_stage_owners_never_the_holders() -> None:
    flows = arrays()
    assert flows.layout.players[0] == "sales"  # who owns the stage; legal held the deal
    assert (flows.revalued[0, 0, 3, 0], flows.revalued[0, 0, 0, 2]) == (0.3, 0.07)
    assert flows.revalued.sum() == pytest.approx(-0.05 + 0.3 + 0.07)


def test_who_arrived_came_by_a_hand_on_or_by_entering() -> None:
    flows = arrays()
    # one deal handed on to legal; one and two deals entered with sales, by bucket; two went on to the last stage
    assert flows.arrived_count[:, 0].tolist() == [[1.0, 0.0, 0.0, 1.0, 0.0], [2.0, 0.0, 0.0, 0.0, 2.0]]


def test_what_has_no_source_enters_by_the_market() -> None:
    flows = arrays()
    assert (flows.entered[0, 0, 0, 1], flows.entered[1, 0, 0, 2]) == (1.0, 3.0)
    assert flows.entered_count.sum() == 3


def test_turns_may_be_missing() -> None:
    held = {name: values for name, values in by_hand().held.items() if name != "turn"}
    axes = Axes(stages=STAGES, departments=DEPARTMENTS, spans=[by_hand()])
    flows = flow_arrays(axes=axes, long=replace(by_hand(), held=held), step_days=np.array([7.0]), buckets=2)
    assert flows.held[1, 0, 0, 0] == 30.0


def test_unknown_departments_and_positions_are_refused() -> None:
    lost = columns("bucket step stage department amount count", (0, 4, 5, 3, 50, 1))
    axes = Axes(stages=STAGES, departments=DEPARTMENTS, spans=[by_hand()])
    with pytest.raises(FlowError, match="axis of 1"):
        flow_arrays(axes=axes, long=replace(by_hand(), lost=lost), step_days=np.array([7.0]), buckets=2)
    with pytest.raises(FlowError, match="department 2"):
        Axes(stages=STAGES, departments=DEPARTMENTS[:1], spans=[by_hand()])


def test_no_internal_department_may_be_called_market() -> None:
    with pytest.raises(FlowError, match="external"):
        Axes(stages=STAGES, departments=(*DEPARTMENTS, DepartmentRow(id=4, key="market")), spans=[by_hand()])


def long_of(flows: FlowArrays) -> LongFlows:
    """Arrays back to columns."""
    layout = flows.layout
    departments = {key: number for number, key in enumerate(dict.fromkeys(c.department for c in layout.custodies))}

    def table(values: np.ndarray, names: str, measure: str) -> dict[str, np.ndarray]:
        keys = np.nonzero(values)
        found = dict(zip(names.split(), keys, strict=True)) | {measure: values[keys]}
        for prefix in ("", "to_"):
            if f"{prefix}custody" in found:
                places = found.pop(f"{prefix}custody")
                found[f"{prefix}stage"] = np.array([layout.custodies[place].stage for place in places])
                found[f"{prefix}department"] = np.array([departments[layout.custodies[p].department] for p in places])
                found[f"{prefix}turn"] = np.array([layout.custodies[place].turn for place in places])
        return found

    nothing = {name: np.zeros(0) for name in ["bucket", "step", "stage", "department", "source", "amount", "count"]}
    routed = np.einsum(
        "bwja,bwjk->bwjak", flows.handed_on, flows.routed / np.maximum(flows.routed.sum(-1), 1e-9)[..., None]
    )
    handed = table(routed[..., :-1], "bucket step custody age_bin to_custody", "amount")
    return LongFlows(
        held=table(flows.held, "bucket step custody age_bin", "amount_days"),
        handed_on=handed | {"count": np.zeros(handed["amount"].size)},
        lost=nothing,
        revalued=nothing,
        entered=nothing,
        taken_back=nothing,
        opening=table(flows.opening, "bucket custody age_bin", "amount"),
    )


def test_a_simulated_company_survives_the_way_through_columns() -> None:
    _, period = simulated("nothing changed")
    names = dict.fromkeys(custody.department for custody in period.layout.custodies)
    axes = Axes(
        stages=[
            StageRow(id=i, key=key, earns=earns, owner=0)
            for i, (key, earns) in enumerate(zip(period.layout.stages, period.layout.earns, strict=True))
        ],
        departments=[DepartmentRow(id=number, key=key) for number, key in enumerate(names)],
        spans=[long_of(period)],
    )
    back = flow_arrays(axes=axes, long=long_of(period), step_days=period.step_days, buckets=period.buckets)
    place = [back.layout.custodies.index(custody) for custody in period.layout.custodies]
    assert np.allclose(back.held[:, :, place], period.held)
    assert np.allclose(back.opening[:, place], period.opening)
    assert np.allclose(back.handed_on[:, :, place], period.handed_on)
