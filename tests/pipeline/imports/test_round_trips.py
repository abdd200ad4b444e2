"""Random companies with everything a deal can come to, merges among it, go out and come in again into an empty
database: not only is a second export the same, every stored value is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.management import call_command

from pipeline.models import Account, Event, HandOff, Opportunity
from pipeline.services.imports import company_folder_load
from pipeline.services.imports_export import company_folder_export
from tests.pipeline.folders import GOOD, folder_bytes, folder_write, part_write

pytestmark = pytest.mark.django_db(transaction=True)
START = datetime(2026, 1, 1, tzinfo=UTC)
STAGES = {"new": ("lead", "offer", "won"), "old": ("due", "kept")}
DEALS, ACCOUNTS = [f"D{number:02}" for number in range(14)], [f"C{number}" for number in range(6)]
STORED: dict[type[Any], tuple[str, ...]] = {
    Account: ("key", "name", "industry", "size", "region", "profile", "merged_into"),
    Opportunity: (
        "key", "name", "pipeline__key", "account__key", "owner", "team", "source__key", "currency", "segment",
        "merged_into",
    ),
    Event: (
        "opportunity__key", "occurred_at", "sequence", "recorded_at", "stage__key", "stage__pipeline__key", "withdrawn",
        "amount", "expected_close", "reason__key", "actor",
    ),
    HandOff: (
        "key", "opportunity__key", "department__key", "kind", "requested_at", "started_at", "completed_at", "due_at",
        "outcome", "assignee",
    ),
}  # fmt: skip
"""What is kept of each row but its number, the import that brought it and what follows from the rest."""


def stored() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the deals' tables by what it says."""
    return {model.__name__: sorted(model.objects.values_list(*fields), key=repr) for model, fields in STORED.items()}


def random_company(random: np.random.Generator) -> dict[str, str]:
    """Deals that are won, lost, reopened, taken to the other pipeline and withdrawn; half of the withdrawn ones went
    into another deal, some of these into a third; accounts likewise, but in one step."""
    gone = list(random.permutation(DEALS)[:7])
    # A deal goes into one that comes after it in this order, so no circle closes.
    order = [*gone, *(deal for deal in DEALS if deal not in gone)]
    into = {deal: str(random.choice(order[place + 1 :])) for place, deal in enumerate(gone) if random.random() < 0.7}
    merged = {account: str(random.choice(ACCOUNTS[3:])) for account in ACCOUNTS[:3] if random.random() < 0.7}
    deals, events = [], []
    for deal in DEALS:
        pipeline = str(random.choice(list(STAGES)))
        account, source = random.choice(["", *ACCOUNTS]), random.choice(["", "web"])
        deals.append(f"{deal},,{pipeline},{account},Ann,,{source},EUR,small,{into.get(deal, '')}")
        events += _history(random, deal, pipeline, withdrawn=deal in gone)
    return {
        "accounts.csv": "key,name,merged_into\n" + "".join(f"{a},Name {a},{merged.get(a, '')}\n" for a in ACCOUNTS),
        "opportunities.csv": "key,name,pipeline,account,owner,team,source,currency,segment,merged_into\n"
        + "".join(f"{deal}\n" for deal in deals),
        "events.csv": "opportunity,occurred_at,recorded_at,stage,amount,expected_close,reason,actor,pipeline\n"
        + "".join(f"{event}\n" for event in events),
        "handoffs.csv": GOOD["handoffs.csv"].replace("O1", DEALS[0]).replace("O2", DEALS[1]),
    }


def _history(random: np.random.Generator, deal: str, pipeline: str, *, withdrawn: bool) -> list[str]:
    rows = []
    days = np.sort(random.choice(300, 5, replace=False))
    for number, day in enumerate(days):
        at = START + timedelta(days=int(day), seconds=int(random.integers(86_400)))
        late = at + timedelta(days=int(random.choice([0, 0, 9])))
        place = pipeline if number == 0 else str(random.choice(list(STAGES)))
        stage, reason = str(random.choice(STAGES[place])), ""
        if number and random.random() < 0.2:
            stage, place, reason = "lost", "", "price"
        amount = "" if stage == "lost" else str(int(random.integers(1, 900)))
        if withdrawn and number == len(days) - 1:
            stage, place, reason, amount = "withdrawn", "", "", ""
        rows.append(f"{deal},{at.isoformat()},{late.isoformat()},{stage},{amount},,{reason},Ann,{place}")
    return rows


@pytest.mark.parametrize("seed", range(4))
def test_everything_stored_of_deals_goes_out_and_comes_in_again(tmp_path: Path, seed: int) -> None:
    result = company_folder_load(path=folder_write(tmp_path / "in", random_company(np.random.default_rng(seed))))
    assert result.accepted, [problem.reason for problem in result.problems]
    before = stored()
    assert any(row[-1] for row in before["Opportunity"]), "no deal was merged"
    assert any(row[-1] for row in before["Account"]), "no account was merged"
    company_folder_export(path=tmp_path / "one")
    call_command("flush", interactive=False)
    assert company_folder_load(path=tmp_path / "one").accepted
    assert stored() == before
    company_folder_export(path=tmp_path / "two")
    assert folder_bytes(tmp_path / "one") == folder_bytes(tmp_path / "two")


def test_a_merge_that_only_a_later_file_named_goes_out_too(tmp_path: Path) -> None:
    """The deal was withdrawn first; that it went into another came with a list of deals alone."""
    gone = "O3,2026-03-05T08:00:00Z,,withdrawn,,,,\n"
    assert company_folder_load(path=folder_write(tmp_path / "in", {"events.csv": GOOD["events.csv"] + gone})).accepted
    later = "key,pipeline,currency,merged_into\nO3,old,EUR,O1\n"
    assert company_folder_load(path=part_write(tmp_path / "later", {"opportunities.csv": later})).accepted
    before = stored()
    assert Opportunity.objects.get(key="O3").merged_into == "O1"
    company_folder_export(path=tmp_path / "one")
    call_command("flush", interactive=False)
    assert company_folder_load(path=tmp_path / "one").accepted
    assert stored() == before
