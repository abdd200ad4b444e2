"""Event logs of several pipelines: a step in a stage of another one takes the deal there, worked by hand."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from pipeline.models import Event, Opportunity
from pipeline.services.imports_log import event_log_load
from pipeline.services.recompute import recompute
from tests.pipeline.imports.conversion.exports import table
from tests.pipeline.imports.conversion.logs import MAPPING, convert_log, mapping, moves, problems

DELIVERY = """
[[pipelines]]
key = "delivery"
name = "Delivery"
[[stages]]
key = "planned"
name = "Planned"
owner = "sales"
pipeline = "delivery"
activities = ["Plan"]
earns = true
[[stages]]
key = "done"
name = "Done"
owner = "sales"
pipeline = "delivery"
activities = ["Hand over"]
earns = true
final = true
"""
TWO = mapping(fields='amount = "event:worth"', more=DELIVERY)
HEAD = "deal,step,time,who,worth\n"
# C1 is won and then delivered for more; C2 is planned without having been won; C3 is planned too early and comes back.
ROWS = """C1,Lead,2026-07-01 10:00,Ann,100
C1,Won,2026-07-02 10:00,Ann,100
C1,Plan,2026-07-05 10:00,Bo,120
C1,Hand over,2026-07-10 10:00,Bo,120
C2,Lead,2026-07-01 10:00,Ann,200
C2,Plan,2026-07-03 10:00,Bo,200
C3,Lead,2026-07-01 10:00,Ann,50
C3,Plan,2026-07-04 10:00,Bo,50
C3,Lead,2026-07-06 10:00,Ann,60
"""


def places(tmp_path: Path, rows: str, text: str = TWO) -> list[tuple[str, str, str]]:
    convert_log(tmp_path, HEAD + rows, text)
    return [(row["stage"], row["pipeline"], row["amount"]) for row in table(tmp_path / "out", "events")]


def test_a_step_in_a_stage_of_another_pipeline_takes_the_deal_there(tmp_path: Path) -> None:
    rows = places(tmp_path, ROWS)
    assert rows[:4] == [("lead", "p", "100"), ("won", "p", "100"), ("planned", "delivery", "120"),
                        ("done", "delivery", "120")]  # fmt: skip
    assert rows[6:] == [("lead", "p", "50"), ("planned", "delivery", "50"), ("lead", "p", "60")]
    assert [(row["key"], row["pipeline"]) for row in table(tmp_path / "out", "opportunities")] == [
        ("C1", "p"), ("C2", "p"), ("C3", "p"),
    ]  # fmt: skip
    assert [(row["pipeline"], row["key"], row["position"]) for row in table(tmp_path / "out", "stages")] == [
        ("p", "lead", "1"), ("p", "won", "2"), ("delivery", "planned", "1"), ("delivery", "done", "2"),
    ]  # fmt: skip


def test_a_log_of_one_pipeline_names_none_at_its_events(tmp_path: Path) -> None:
    convert_log(tmp_path, "deal,step,time,who\nC1,Lead,2026-07-01,Ann\n", MAPPING)
    assert set(table(tmp_path / "out", "events")[0]) == {"opportunity", "occurred_at", "stage", "amount", "reason",
                                                         "actor"}  # fmt: skip


def test_a_deal_begins_where_its_first_stage_is(tmp_path: Path) -> None:
    rows = places(tmp_path, "C1,Lost,2026-07-01,Ann,5\nC1,Plan,2026-07-02,Ann,5\nC1,Lead,2026-07-03,Ann,5\n")
    assert rows == [("lost", "", "5"), ("planned", "delivery", "5"), ("lead", "p", "5")]
    assert table(tmp_path / "out", "opportunities")[0]["pipeline"] == "delivery"


def test_what_is_final_in_one_pipeline_is_not_in_another(tmp_path: Path) -> None:
    """Won is final: what comes after it in its own pipeline is left out, in the other one it is a move."""
    steps = (("Lead", 3), ("Plan", 4), ("Lead", 5), ("Lost", 6))
    late = "".join(f"C1,{step},2026-07-0{day},Ann,100\n" for step, day in steps)
    rows = "C1,Lead,2026-07-01,Ann,100\nC1,Won,2026-07-02,Ann,100\n" + late
    notes = convert_log(tmp_path, HEAD + rows, TWO)
    assert [place for place, _, _ in moves(tmp_path)["C1"]] == ["lead", "won", "planned", "lost"]
    assert "2 moves after a final stage are left out." in notes
    gone = TWO.replace('activities = ["Lost"]', 'activities = ["Lost"]\nfinal = true')
    assert [place for place, _, _ in places(tmp_path, late.replace("Lead,2026-07-03", "Lost,2026-07-03"), gone)] == [
        "lost",
    ]  # fmt: skip


def test_one_activity_may_mean_a_stage_of_each_pipeline(tmp_path: Path) -> None:
    """“Offer” is the stage of the pipeline the deal is in; before any, of the one that comes first."""
    both = TWO.replace('activities = ["Lead"]', 'activities = ["Lead", "Offer"]')
    both = both.replace('activities = ["Plan"]', 'activities = ["Plan", "Offer"]')
    at = "2026-07-0"
    rows = f"C1,Offer,{at}1,,9\nC1,Hand over,{at}2,,9\nC2,Plan,{at}1,,9\nC2,Lost,{at}2,,9\nC2,Offer,{at}3,,9\n"
    assert [place for place, _, _ in places(tmp_path, rows, both)] == ["lead", "done", "planned", "lost", "planned"]


def test_a_stage_that_may_be_entered_once_leaves_the_deal_in_its_pipeline(tmp_path: Path) -> None:
    once = TWO.replace('activities = ["Lead"]', 'activities = ["Lead"]\nonce = true')
    rows = places(tmp_path, ROWS.split("C3,", 1)[1].join(["C3,", ""]), once)
    assert rows == [("lead", "p", "50"), ("planned", "delivery", "50"), ("planned", "delivery", "60")]


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('pipeline = "delivery"\nactivities = ["Plan"]', 'pipeline = "x"\nactivities = ["Plan"]',
         "is not a pipeline of the mapping (delivery, p)"),
        ('key = "delivery"', 'key = "p"', "[[pipelines]]"),
        ('pipeline = "delivery"\n', "", "has no stage"),
        ('activities = ["Hand over"]', 'activities = ["Plan"]', "means both stage planned and stage done"),
    ],
)  # fmt: skip
def test_a_mapping_of_pipelines_that_cannot_be_meant_is_refused(
    tmp_path: Path, old: str, new: str, reason: str
) -> None:
    changed = TWO.replace(old, new)
    assert changed != TWO
    assert reason in " ".join(problems(tmp_path, HEAD + ROWS, changed))


def _leaks(*options: str) -> Any:
    out = io.StringIO()
    call_command("leaks", "--json", "--period", "2026-07-01..2026-07-31", *options, stdout=out)
    return json.loads(out.getvalue())


def _load(tmp_path: Path, rows: str) -> Any:
    (tmp_path / "log.csv").write_text(HEAD + rows)
    (tmp_path / "m.toml").write_text(TWO)
    return event_log_load(path=tmp_path / "log.csv", mapping=tmp_path / "m.toml")


@pytest.mark.django_db(transaction=True)
def test_each_pipeline_balances_to_the_cent(tmp_path: Path, settings: Any) -> None:
    settings.CUSTODY_STORE = tmp_path / "custody"
    result = _load(tmp_path, ROWS)
    assert result.accepted, result.problems
    recompute(as_of=datetime(2026, 8, 1, tzinfo=UTC))
    figures = _leaks()
    assert figures["balance_error"] == 0
    lead, planned = (next(row for row in figures["stages"] if row["stage"] == key) for key in ("lead", "planned"))
    # Came: 100 + 200 + 50, and 60 back. Went: 100 was won, 200 and 50 to be delivered. 60 is there.
    parts = ("entered", "pipeline_in", "won", "pipeline_out", "closing")
    assert [lead[part]["amount"] for part in parts] == [350, 60, 100, 250, 60]
    # Came: 120 + 200 + 50, and C3 was worth 10 more at the end. Went: 120 was handed over, 60 back. 200 is there.
    parts = ("pipeline_in", "revalued", "advanced", "pipeline_out", "closing")
    assert [planned[part]["amount"] for part in parts] == [370, 10, 120, 60, 200]
    # C1 stays earned where it was won, at 100 and 20 more. C2 and C3 were won by being planned: 200, and 50 and 10
    # more, of which C3's 60 are taken back.
    for pipeline, won, reversed_ in (("p", 120, 0), ("delivery", 260, 60)):
        alone = _leaks("--pipeline", pipeline)
        assert alone["balance_error"] == 0
        assert (alone["totals"]["won"]["amount"], alone["totals"]["reversed"]["amount"]) == (won, reversed_)
        assert alone["totals"]["lost"]["count"] == 0


@pytest.mark.django_db(transaction=True)
def test_a_later_log_goes_on_with_deals_in_the_pipeline_in_which_they_began(tmp_path: Path) -> None:
    """The second log has only what happened since, so its first stage of C2 is not where the deal began."""
    first, second = ROWS.split("C2,Plan")[0], "C2,Plan" + ROWS.split("C2,Plan")[1]
    assert _load(tmp_path, first).accepted
    result = _load(tmp_path, second)
    assert result.accepted, result.problems
    assert Opportunity.objects.get(key="C2").pipeline.key == "p"
    at = Event.objects.filter(opportunity__key="C2").select_related("stage__pipeline").order_by("occurred_at")
    assert [(e.stage.pipeline.key, e.stage.key) for e in at if e.stage] == [("p", "lead"), ("delivery", "planned")]
