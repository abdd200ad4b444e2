"""Owners and teams of a list of deals: the department each is of is said in the mapping, with its deals and money."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline.custody_store import custody_cursor
from pipeline.imports.conversion.toml_text import mapping_toml
from pipeline.imports.problems import ConversionRefused
from pipeline.models import Opportunity, RecomputeRun, SourcePull
from pipeline.services.sources.mappings import mapping_content
from pipeline.sources.convert import mapping_check
from pipeline.sources.meaning.editing import content_of
from pipeline.sources.meaning.owners import TeamRow, team_rows
from tests.pipeline.imports.conversion.exports import convert, mapping, table
from tests.pipeline.sources.uploads import COMPANY, edit, look, take_in, upload

LIST = "id,stage,created,closed,amount,who,team\n"
ROWS = """D1,Open,2026-03-02,,100,Ann,North
D2,Won,2026-03-02,2026-03-20,200,Bob,South
D3,Open,2026-03-02,,50,Cleo,North
D4,Open,2026-03-02,,50,,
"""
LEGAL = '[[departments]]\nkey = "legal"\nname = "Legal"\n'
ANN = '[[teams]]\nname = "Ann"\ndepartment = "legal"\n'
CLEO = '[[teams]]\nname = "Cleo"\n'


def teams(folder: Path) -> dict[str, str]:
    return {row["key"]: row["team"] for row in table(folder / "out", "opportunities")}


def test_the_department_of_its_owner_is_the_team_of_a_deal(tmp_path: Path) -> None:
    """Cleo is of none; everybody else is of sales; a deal without an owner is nobody's."""
    text = mapping(deal='owner = "who"\nteam_department = "sales"', more=LEGAL + ANN + CLEO)
    result = convert(tmp_path, LIST + ROWS, text)
    assert teams(tmp_path) == {"D1": "legal", "D2": "sales", "D3": "", "D4": ""}
    assert "2 deals have the department of their owner or team as their team." in result.notes
    assert [row["actor"] for row in table(tmp_path / "out", "events")] == ["Ann", "Bob", "Bob", "Cleo", ""]


def test_where_a_column_is_the_team_its_values_have_departments(tmp_path: Path) -> None:
    more = LEGAL + '[[teams]]\nname = "North"\ndepartment = "legal"\n'
    convert(tmp_path, LIST + ROWS, mapping(deal='owner = "who"\nteam = "team"', more=more))
    assert teams(tmp_path) == {"D1": "legal", "D2": "South", "D3": "legal", "D4": ""}


def test_what_another_owner_wrote_is_that_ones_department(tmp_path: Path) -> None:
    history = """
[history]
file = "changes.csv"
deal_column = "deal"
at = "at"
new = "stage"
amount = "amount"
actor = "by"
"""
    steps = (("60", "Cleo"), ("70", "Ann"), ("80", "Zoe"), ("50", "Cleo"))
    rows = [f"D3,2026-03-0{day},Open,{amount},{by}\n" for day, (amount, by) in enumerate(steps, 3)]
    changes = "deal,at,stage,amount,by\n" + "".join(rows)
    text = mapping(deal='owner = "who"', more=LEGAL + ANN + history)
    convert(tmp_path, LIST + ROWS, text, changes=changes)
    actors = [row["actor"] for row in table(tmp_path / "out", "events") if row["opportunity"] == "D3"]
    assert actors == ["Cleo", "legal", "Zoe", "Cleo"]


@pytest.mark.parametrize(
    ("deal", "more", "reason"),
    [
        ('owner = "who"', ANN, "is not a department of the mapping (sales)"),
        ('owner = "who"', LEGAL + ANN + ANN, "appears twice in [[teams]]"),
        ('owner = "who"\nteam_department = "x"', "", "is not a department of the mapping (sales)"),
        ("", LEGAL + ANN, "departments of teams or owners need a column of one of them"),
    ],
)
def test_departments_of_teams_that_cannot_be_meant_are_refused(
    tmp_path: Path, deal: str, more: str, reason: str
) -> None:
    with pytest.raises(ConversionRefused) as refused:
        convert(tmp_path, LIST + ROWS, mapping(deal=deal, more=more))
    assert reason in str(refused.value)


# In the browser.

HEADER = "Deal ID,Stage,Created,Closed,Amount,Sales agent\n"
WEEKS = [datetime(2026, 3, day, 17, tzinfo=UTC) for day in (6, 13)]
FIRST = "D1,Offer,2026-03-02,,100,Ann\nD2,Offer,2026-03-02,,200,Bob\nD3,Won,2026-03-02,2026-03-05,40,Ann\n"
PEOPLE = "Agent,Manager\nAnn,Kim\nBob,Lee\n"
STAGES = [
    {"key": "offer", "name": "Offer", "owner": "sales", "activities": ["Offer"]},
    {"key": "won", "name": "Won", "owner": "sales", "activities": ["Won"], "earns": True, "final": True},
]


@pytest.fixture(autouse=True)
def _folders(tmp_path: Path, settings: Any) -> None:
    settings.UPLOADS, settings.CUSTODY_STORE = tmp_path / "uploads", tmp_path / "custody"


def content(pull: SourcePull) -> dict[str, Any]:
    newest = pull.source.mappings.first()
    assert newest is not None
    return mapping_content(newest)


def rows(pull: SourcePull) -> list[TeamRow]:
    return team_rows(content(pull), pull.reading["columns"], 120)


def row(value: str, count: int, money: float, department: str = "") -> TeamRow:
    return TeamRow(value=value, count=count, money=money, department=department)


@pytest.mark.django_db
def test_the_form_lists_owners_with_deals_and_money_and_keeps_what_was_chosen() -> None:
    pull = upload({"deals.csv": HEADER + FIRST})
    assert rows(pull) == [row("Bob", 1, 200), row("Ann", 2, 140)]
    posted = {"team-0-value": "Bob", "team-0-department": "legal", "team-1-value": "Ann", "team-1-department": "-",
              "team_department": "sales"}  # fmt: skip
    edit(pull, company=COMPANY)
    before, columns = content(pull), pull.reading["columns"]["deals.csv"]
    after = content_of(posted, before, columns, log=False)
    assert after["teams"] == [{"name": "Bob", "department": "legal"}, {"name": "Ann", "department": "-"}]
    assert after["deal"]["team_department"] == "sales"
    mapping_check(after, log=False)
    assert '[[teams]]\nname = "Bob"\ndepartment = "legal"' in mapping_toml(after)
    # A form that shows no teams changes nothing; another column begins anew.
    assert content_of({}, after, columns, log=False)["teams"] == after["teams"]
    other = content_of(posted | {"field-owner": "Stage"}, after, columns, log=False)
    assert ("teams" in other, "team_department" in other["deal"]) == (False, False)


@pytest.mark.django_db
def test_teams_of_a_joined_table_are_counted_by_the_deals_that_have_them() -> None:
    pull = upload({"deals.csv": HEADER + FIRST, "people.csv": PEOPLE})
    lookup = content(pull)["lookups"][0]["name"]
    edit(pull, deal={"team": f"{lookup}.Manager"})
    assert rows(pull) == [row("Lee", 1, 200), row("Kim", 2, 140)]


@pytest.mark.django_db(transaction=True)
def test_an_amount_that_an_owner_changed_is_the_department_of_that_owner() -> None:
    """D1 became 130 and D2 became 210 within a week: 30 by Ann, who is of legal, and 10 by Bob, who is of none."""
    pull = upload({"deals.csv": HEADER + FIRST}, taken_at=WEEKS[0])
    edit(pull, company=COMPANY, stages=STAGES, losses=[], teams=[{"name": "Ann", "department": "legal"}])
    assert look(pull)["accepted"], pull.look
    take_in(pull)
    later = FIRST.replace(",100,", ",130,").replace(",200,", ",210,")
    second = upload({"deals.csv": HEADER + later}, source=pull.source, taken_at=WEEKS[1])
    assert look(second)["accepted"], second.look
    take_in(second)
    assert list(Opportunity.objects.order_by("key").values_list("key", "team")) == [
        ("D1", "legal"), ("D2", ""), ("D3", "legal"),
    ]  # fmt: skip
    cursor = custody_cursor(RecomputeRun.objects.latest("pk"))
    changed = cursor.execute(
        "SELECT writer IS NOT NULL, amount / 100 FROM moves WHERE kind = 'revalued' ORDER BY 2 DESC"
    ).fetchall()
    assert changed == [(True, 30), (False, 10)]
