"""Accounts that were merged into another: their deals are that one's, until the import is undone."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import call_command

from pipeline.imports.problems import UndoRefused
from pipeline.models import Opportunity, TouchedOpportunity
from pipeline.services.imports import company_folder_load
from pipeline.services.imports_export import company_folder_export
from pipeline.services.imports_undo import import_undo
from tests.pipeline.folders import GOOD, folder_bytes, folder_write, part_write, truth

pytestmark = pytest.mark.django_db
HEADER = "key,name,merged_into"


def merged(*rows: str) -> dict[str, str]:
    return {"accounts.csv": "\n".join([HEADER, *rows]) + "\n"}


def accounts() -> dict[str, str]:
    """Account of each deal that has one."""
    deals = Opportunity.objects.filter(account__isnull=False).order_by("key")
    return dict(deals.values_list("key", "account__key"))


def test_deals_of_a_merged_account_are_the_others_and_are_computed_anew(tmp_path: Path) -> None:
    company_folder_load(path=folder_write(tmp_path / "in"))
    assert accounts() == {"O1": "A1", "O2": "A2"}
    TouchedOpportunity.objects.all().delete()
    result = company_folder_load(path=part_write(tmp_path / "later", merged("A2,Bolt,A1")))
    assert result.accepted
    assert accounts() == {"O1": "A1", "O2": "A1"}
    touched = TouchedOpportunity.objects.values_list("opportunity", flat=True)
    assert list(touched) == [Opportunity.objects.get(key="O2").pk]


def test_a_later_file_that_names_the_merged_account_means_the_other(tmp_path: Path) -> None:
    company_folder_load(path=folder_write(tmp_path / "in"))
    company_folder_load(path=part_write(tmp_path / "later", merged("A2,Bolt,A1")))
    again = GOOD["opportunities.csv"].replace("O2,,new", "O2,Renamed,new")
    assert company_folder_load(path=part_write(tmp_path / "again", {"opportunities.csv": again})).accepted
    assert accounts() == {"O1": "A1", "O2": "A1"}
    assert Opportunity.objects.get(key="O2").name == "Renamed"


def test_undo_gives_the_deals_back_and_leaves_the_rest(tmp_path: Path) -> None:
    """One import merges the account, renames its deal and changes another one: undo puts each back as it was."""
    company_folder_load(path=folder_write(tmp_path / "in"))
    before = truth()["pipeline_opportunity"], truth()["pipeline_account"]
    deals = GOOD["opportunities.csv"].replace("O3,Third", "O3,Changed")
    deals = "".join(line for line in deals.splitlines(keepends=True) if not line.startswith("O2"))
    result = company_folder_load(path=part_write(tmp_path / "l", merged("A2,Bolt,A1") | {"opportunities.csv": deals}))
    assert accounts() == {"O1": "A1", "O2": "A1"}
    import_undo(batch_id=result.batch)
    assert (truth()["pipeline_opportunity"], truth()["pipeline_account"]) == before


@pytest.mark.django_db(transaction=True)
def test_what_goes_out_comes_in_again(tmp_path: Path) -> None:
    company_folder_load(path=folder_write(tmp_path / "in", merged("A1,Acme,", "A2,Bolt,A1")))
    assert accounts() == {"O1": "A1", "O2": "A1"}
    company_folder_export(path=tmp_path / "one")
    call_command("flush", interactive=False)
    company_folder_load(path=tmp_path / "one")
    company_folder_export(path=tmp_path / "two")
    assert folder_bytes(tmp_path / "one") == folder_bytes(tmp_path / "two")


@pytest.mark.parametrize(
    ("rows", "reasons"),
    [
        (["A2,Bolt,A9"], [(2, "is not a known account")]),
        (["A2,Bolt,A2"], [(2, "is the account itself")]),
        (["A3,Third,A2", "A2,Bolt,A1"], [(2, "was merged itself, into A1; name the account that is left")]),
        (
            ["A1,Acme,A2", "A2,Bolt,A1"],
            [
                (2, "was merged itself, into A1; name the account that is left"),
                (3, "was merged itself, into A2; name the account that is left"),
            ],
        ),
    ],
)
def test_an_account_is_merged_into_one_that_is_left(tmp_path: Path, rows: list[str], reasons: list[object]) -> None:
    company_folder_load(path=folder_write(tmp_path / "in"))
    result = company_folder_load(path=part_write(tmp_path / "later", merged(*rows)))
    assert [(problem.line, problem.reason) for problem in result.problems] == reasons
    assert accounts() == {"O1": "A1", "O2": "A2"}


def test_deals_follow_an_account_that_was_merged_further(tmp_path: Path) -> None:
    """A1 went into A2, and A2 into A3 with a later import: a file that still gives a deal to A1 means A3."""
    company_folder_load(path=folder_write(tmp_path / "in"))
    company_folder_load(path=part_write(tmp_path / "2", merged("A1,Acme,A2")))
    company_folder_load(path=part_write(tmp_path / "3", merged("A3,Core,", "A2,Bolt,A3")))
    again = GOOD["opportunities.csv"].replace("O1,First", "O1,Renamed")
    assert company_folder_load(path=part_write(tmp_path / "4", {"opportunities.csv": again})).accepted
    assert accounts() == {"O1": "A3", "O2": "A3"}


def test_a_merge_that_is_taken_back_is_named(tmp_path: Path) -> None:
    """The deals stay where they went: nothing tells them from those the other account had."""
    company_folder_load(path=folder_write(tmp_path / "in"))
    company_folder_load(path=part_write(tmp_path / "2", merged("A1,Acme,A2")))
    result = company_folder_load(path=part_write(tmp_path / "3", merged("A1,Acme,")))
    assert accounts() == {"O1": "A2", "O2": "A2"}
    assert any("A1 (was A2, is none). Deals that went with the former merge stay" in note for note in result.notes)


def test_an_account_that_others_went_into_stays(tmp_path: Path) -> None:
    company_folder_load(path=folder_write(tmp_path / "in"))
    second = company_folder_load(path=part_write(tmp_path / "2", merged("A3,Core,")))
    company_folder_load(path=part_write(tmp_path / "3", merged("A1,Acme,A3")))
    with pytest.raises(UndoRefused, match=f"Undo import {second.batch + 1} first"):
        import_undo(batch_id=second.batch)
