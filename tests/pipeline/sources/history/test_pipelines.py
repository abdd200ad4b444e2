"""Several pipelines of one export, and deals that go from one to another between two files."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings

from pipeline.imports.problems import ConversionRefused
from pipeline.models import Event, Opportunity, SourcePull
from pipeline.sources.convert import mapping_check
from pipeline.sources.files.intake import tables_write
from pipeline.sources.meaning.editing import content_of, counts_of, stage_rows
from pipeline.sources.meaning.mapping_gaps import undecided
from pipeline.sources.meaning.pipelines import stage_deals, stages_unnamed
from pipeline.sources.reading import Company, Reading, reading_of
from tests.pipeline.imports.conversion.exports import convert, mapping, table
from tests.pipeline.sources.uploads import COMPANY, edit, look, take_in, upload

RENEWAL = """
[[pipelines]]
key = "renewal"
name = "Renewal"
values = ["Renewals"]
[[stages]]
key = "due"
name = "Due"
pipeline = "renewal"
owner = "sales"
activities = ["Open"]
[[stages]]
key = "kept"
name = "Renewed"
pipeline = "renewal"
owner = "sales"
activities = ["Won"]
earns = true
final = true
"""
HEADER = "id,stage,created,closed,amount,kind\n"
ROWS = "D1,Open,2026-03-02,,100,New\nR1,Open,2026-03-03,,50,Renewals\nR2,Won,2026-03-03,2026-03-20,60,Renewals\n"


def text(more: str = RENEWAL) -> str:
    return mapping(deal='pipeline = "kind"', more=more).replace('name = "P"', 'name = "P"\nvalues = ["New"]')


def test_one_value_is_a_stage_of_each_pipeline(tmp_path: Path) -> None:
    convert(tmp_path, HEADER + ROWS, text())
    out = tmp_path / "out"
    assert [(row["key"], row["pipeline"]) for row in table(out, "opportunities")] == [
        ("D1", "p"), ("R1", "renewal"), ("R2", "renewal"),
    ]  # fmt: skip
    assert [(row["opportunity"], row["stage"], row["pipeline"], row["amount"]) for row in table(out, "events")] == [
        ("D1", "open", "p", "100"), ("R1", "due", "renewal", "50"),
        ("R2", "due", "renewal", "60"), ("R2", "kept", "renewal", "60"),
    ]  # fmt: skip
    assert [(row["pipeline"], row["key"], row["position"]) for row in table(out, "stages")] == [
        ("p", "open", "1"), ("p", "won", "2"), ("renewal", "due", "1"), ("renewal", "kept", "2"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('values = ["Renewals"]', 'values = ["New"]', "means p, too"),
        ('pipeline = "renewal"\nowner', 'pipeline = "other"\nowner', "is not a pipeline of the mapping (p, renewal)"),
        ("earns = true\nfinal = true\n", "", "has no stage that earns"),
        ('name = "Renewal"', 'name = "Renewal"\nentry_stage = "kept"', "is none of its open stages"),
        ('activities = ["Won"]', 'activities = ["Won", "Open"]', "means both stage due and stage kept"),
    ],
)
def test_pipelines_that_cannot_be_meant_are_refused(tmp_path: Path, old: str, new: str, reason: str) -> None:
    changed = RENEWAL.replace(old, new, 1)
    assert changed != RENEWAL
    with pytest.raises(ConversionRefused) as refused:
        convert(tmp_path, HEADER + ROWS, text(changed))
    assert reason in str(refused.value)


def test_a_pipeline_that_the_mapping_does_not_know_is_refused_at_its_line(tmp_path: Path) -> None:
    with pytest.raises(ConversionRefused) as refused:
        convert(tmp_path, HEADER + ROWS + "X1,Open,2026-03-03,,50,Partners\n", text())
    assert "deals.csv line 5: kind “Partners” is not a known pipeline" in str(refused.value)


# Week by week.

WEEKS = [datetime(2026, 3, day, 17, tzinfo=UTC) for day in (6, 13, 20)]
LIST = "Deal ID,Stage,Created,Closed,Amount,Owner,Pipeline\n"
FIRST = "D1,Open,2026-02-02,,100,Ann,New\nD2,Open,2026-02-03,,200,Ann,New\nR1,Open,2026-02-04,,50,Bob,Renewals\n"
# D1 is in the other pipeline, in a stage that is called as before; D2 was won there, with another amount.
SECOND = """D1,Open,2026-02-02,,100,Ann,Renewals
D2,Won,2026-02-03,2026-03-10,220,Ann,Renewals
R1,Open,2026-02-04,,50,Bob,Renewals
"""
# D1 comes back, R1 is lost after it was moved.
THIRD = (
    SECOND.replace("Ann,Renewals\nD2", "Ann,New\nD2").replace("R1,Open", "R1,Lost").replace("Bob,Renewals", "Bob,New")
)


def taken(text: str, week: int, source: SourcePull | None = None) -> SourcePull:
    pull = upload({"deals.csv": LIST + text}, source=source.source if source else None, taken_at=WEEKS[week])
    if source is None:
        stages = [
            {"key": "open", "name": "Open", "owner": "sales", "activities": ["Open"]},
            {"key": "won", "name": "Won", "owner": "sales", "activities": ["Won"], "earns": True, "final": True},
            {"key": "due", "name": "Due", "owner": "sales", "activities": ["Open"], "pipeline": "renewal"},
            {"key": "renewed", "name": "Renewed", "owner": "sales", "activities": ["Won"], "earns": True, "final": True,
             "pipeline": "renewal"},
        ]  # fmt: skip
        edit(pull, company=COMPANY, pipeline={"key": "new", "name": "New", "values": ["New"]}, stages=stages,
             pipelines=[{"key": "renewal", "name": "Renewal", "values": ["Renewals"]}],
             losses=[{"activities": ["Lost"]}], deal={"pipeline": "Pipeline", "segment": ""})  # fmt: skip
    assert look(pull)["accepted"], pull.look
    return take_in(pull)


def history(key: str) -> list[tuple[str, str, float]]:
    rows = Event.objects.filter(opportunity__key=key).order_by("occurred_at", "sequence").select_related("stage")
    return [
        (f"{e.stage.pipeline.key}/{e.stage.key}" if e.stage else "lost", f"{e.occurred_at:%m-%d}", float(e.amount))
        for e in rows
    ]


@pytest.mark.django_db(transaction=True)
def test_a_deal_in_another_pipeline_than_the_week_before_has_moved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "UPLOADS", tmp_path / "uploads")
    monkeypatch.setattr(settings, "CUSTODY_STORE", tmp_path / "custody")
    first = taken(FIRST, 0)
    before = {key: history(key) for key in ("D1", "D2", "R1")}
    assert [before[key][0][0] for key in before] == ["new/open", "new/open", "renewal/due"]
    second = taken(SECOND, 1, first)
    assert "2 deals went to another pipeline since the last file." in second.look["notes"]
    assert history("D1") == [*before["D1"], ("renewal/due", "03-13", 100.0)]
    assert history("D2") == [*before["D2"], ("renewal/renewed", "03-09", 220.0)]  # midnight of Berlin, in UTC
    assert history("R1") == before["R1"]
    third = taken(THIRD, 2, first)
    assert any("were moved to another pipeline and ended since" in note for note in third.look["notes"])
    assert history("D1")[2:] == [("new/open", "03-20", 100.0)]
    assert history("R1")[1:] == [("lost", "03-20", 50.0)]
    # The deal's own pipeline is the one it began in.
    assert list(Opportunity.objects.order_by("key").values_list("key", "pipeline__key")) == [
        ("D1", "new"), ("D2", "new"), ("R1", "renewal"),
    ]  # fmt: skip


# The form.

TABLE = "Deal ID,Stage,Created,Closed,Amount,Owner,Pipeline\n"
TWO = (
    "D1,Qualify,2026-02-02,,100,Ann,New\nD2,Offer,2026-02-03,,200,Ann,New\nD3,Won,2026-02-03,2026-03-01,30,Ann,New\n"
    "R1,Offer,2026-02-04,,50,Bob,Renewals\nR2,Won,2026-02-04,2026-03-01,50,Bob,Renewals\n"
)


def read(folder: Path, rows: str) -> Reading:
    """The rows as a new source would read them."""
    (folder / "in").mkdir()
    (folder / "tables").mkdir()
    (folder / "in" / "deals.csv").write_text(TABLE + rows)
    found = tables_write(folder / "in", folder / "tables", {})
    known = Company(company=COMPANY, departments=[], pipeline={"key": "sales", "name": "Sales"})
    return reading_of(folder / "tables", found, known)


def test_each_pipeline_is_proposed_with_the_stages_its_deals_are_in(tmp_path: Path) -> None:
    content = read(tmp_path, TWO).content
    assert content["deal"]["pipeline"] == "Pipeline"
    assert content["pipeline"] == {"key": "new", "name": "New", "values": ["New"]}
    assert content["pipelines"] == [{"key": "renewals", "name": "Renewals", "values": ["Renewals"]}]
    assert [(s.get("pipeline", ""), s["key"], s["activities"]) for s in content["stages"]] == [
        ("", "qualify", ["Qualify"]), ("", "offer", ["Offer"]), ("", "won", ["Won"]),
        ("renewals", "renewals_offer", ["Offer"]), ("renewals", "renewals_won", ["Won"]),
    ]  # fmt: skip
    mapping_check(content, log=False)


def test_the_form_joins_pipelines_and_asks_for_what_is_new(tmp_path: Path) -> None:
    reading = read(tmp_path, TWO)
    columns = reading.columns["deals.csv"]
    by_name = {column["name"]: column for column in columns}
    assert undecided(reading.content, columns) == []
    rows = stage_rows(reading.content, counts_of(by_name["Stage"]))
    posted = {f"stage-{n}-{word}": str(getattr(row, word)) for n, row in enumerate(rows)
              for word in ("value", "kind", "name", "position", "owner", "pipeline")}  # fmt: skip
    again = content_of(posted, reading.content, columns, log=False)
    assert sorted(s["key"] for s in again["stages"]) == sorted(s["key"] for s in reading.content["stages"])
    names = {"pipeline-0-value": "New", "pipeline-0-name": "New", "pipeline-1-value": "Renewals"}
    joined = content_of(names | {"pipeline-1-name": "New"}, reading.content, columns, log=False)
    assert (joined["pipeline"]["values"], joined["pipelines"]) == (["New", "Renewals"], [])
    assert not [stage for stage in joined["stages"] if stage.get("pipeline")]

    # A later file has another pipeline, and a stage that only the other one knew.
    (tmp_path / "later").mkdir()
    later = read(
        tmp_path / "later", TWO + "R3,Qualify,2026-02-04,,5,Bob,Renewals\nP1,Offer,2026-02-04,,5,Bob,Partner\n"
    )
    columns = later.columns["deals.csv"]
    assert undecided(reading.content, columns) == [
        "“Partner”, 1 deal: which pipeline is it?", "“Qualify” in Renewals: which stage is it?",
    ]  # fmt: skip
    assert stage_deals(reading.content, {column["name"]: column for column in columns}) == {
        ("", "Qualify"): 1, ("", "Offer"): 1, ("", "Won"): 1,
        ("renewals", "Qualify"): 1, ("renewals", "Offer"): 1, ("renewals", "Won"): 1,
    }  # fmt: skip
    unnamed = stages_unnamed(reading.content, {column["name"]: column for column in columns})
    assert unnamed == [("renewals", "Qualify", 1)]
