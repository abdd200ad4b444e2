"""Files that come again, changed in ways that would spoil what earlier ones brought: each is said or refused."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.imports.snapshot.differences import Earlier, KnownDeal
from pipeline.imports.snapshot.removed_deals import bare_key
from tests.pipeline.sources.reading.strange_lists import strange

NAMES = "Deal ID,Stage,Created,Closed,Amount,Currency\n"
WEEK = datetime(2026, 3, 13, 16, tzinfo=UTC)


def known(*keys: str, currency: str = "EUR") -> Earlier:
    """Open deals of 100 that earlier files brought."""
    deals = {
        key: KnownDeal(place="bid", amount="100", expected="", last=datetime(2026, 2, 2, tzinfo=UTC), currency=currency,
                       began_in="sales")
        for key in keys
    }  # fmt: skip
    return Earlier(deals=deals, taken_at=WEEK, before=datetime(2026, 3, 6, 16, tzinfo=UTC))


def rows(*keys: str, amount: str = "100", currency: str = "EUR") -> str:
    return NAMES + "".join(f"{key},Bid,2026-02-02,,{amount},{currency}\n" for key in keys)


def test_a_deal_does_not_change_its_currency(tmp_path: Path) -> None:
    """All its earlier amounts would be in the new one, in weeks that are long reported."""
    seen = strange(tmp_path, {"deals.csv": rows("D1", "D2", amount="110", currency="USD")}, earlier=known("D1"))
    (problem,) = seen.problems
    assert "line 2: Currency “USD” is in USD now, and its amounts so far are in EUR" in problem


def test_a_deal_that_keeps_its_currency_comes_in(tmp_path: Path) -> None:
    week = rows("D1", amount="110", currency="USD")
    seen = strange(tmp_path, {"deals.csv": week}, earlier=known("D1", currency="USD"))
    assert [(event["stage"], event["amount"]) for event in seen.events] == [("bid", "110")]


@pytest.mark.parametrize(
    ("old", "new"),
    [("D1", "d1"), ("0012", "12"), ("12", "12.0"), ("D-1", "D 1"), ("A1", "\u04101"), ("006xx0000012Q3h",
                                                                                   "006xx0000012Q3hAAA")],
)  # fmt: skip
def test_a_key_that_is_only_written_otherwise_is_said(tmp_path: Path, old: str, new: str) -> None:
    """A spreadsheet drops zeros, a system changes its capitals: the deal would stand in the pipeline twice."""
    seen = strange(tmp_path, {"deals.csv": rows(new, "X")}, earlier=known(old, "X"))
    (check,) = [check for check in seen.checks if "nearly the same key" in check]
    assert check.startswith("1 deals of earlier files are gone and come again")
    assert f"({old}, {new})" in check


@pytest.mark.parametrize(("one", "other"), [("D1", "D2"), ("D1", "D10"), ("12", "120"), ("D1", "E1")])
def test_other_keys_are_other_deals(one: str, other: str) -> None:
    assert bare_key(one) != bare_key(other)


def test_a_file_that_would_withdraw_many_deals_is_said(tmp_path: Path) -> None:
    seen = strange(tmp_path, {"deals.csv": rows("D1", "D2")}, earlier=known("D1", "D2", "D3", "D4"), complete=True)
    assert any("2 of 4 deals that were open are not in this file and would be withdrawn" in c for c in seen.checks)
    assert [event["stage"] for event in seen.events] == ["withdrawn", "withdrawn"]


def test_a_later_file_without_changes_is_not_said_to_lack_money_and_losses(tmp_path: Path) -> None:
    """It only brings what changed."""
    seen = strange(tmp_path, {"deals.csv": rows("D1", "D2")}, earlier=known("D1", "D2"))
    assert seen.checks == []


def test_a_win_in_a_later_file_did_not_begin_that_moment(tmp_path: Path) -> None:
    won = NAMES + "D1,Won,2026-02-02,2026-03-10,100,EUR\nD2,Bid,2026-02-02,,100,EUR\n"
    seen = strange(tmp_path, {"deals.csv": won}, earlier=known("D1", "D2"))
    assert seen.outcomes == {"won": [1, 100]}
    assert seen.checks == []
