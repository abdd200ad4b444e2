"""Deals that a later file has no more: which were withdrawn, which stay; of many as quickly as of a few."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

from pipeline.imports.snapshot.differences import Earlier, KnownDeal
from pipeline.imports.snapshot.mapping import snapshot_mapping_read
from pipeline.imports.snapshot.removed_deals import Gone
from tests.pipeline.imports.conversion.exports import mapping

MARCH = datetime(2026, 3, 6, tzinfo=UTC)


def known(place: str) -> KnownDeal:
    return KnownDeal(place=place, amount="1", expected="", last=MARCH, began_in="p")


def gone(tmp_path: Path, deals: dict[str, KnownDeal], keys: set[str], skipped: dict[str, int]) -> Gone:
    (tmp_path / "m.toml").write_text(mapping(files="complete = true", deal='skip_flag = "deleted"'))
    earlier = Earlier(deals=deals, taken_at=datetime(2026, 3, 13, tzinfo=UTC))
    return Gone(snapshot_mapping_read(tmp_path / "m.toml"), earlier, keys, skipped)


def test_open_ones_were_withdrawn_and_what_ended_stays(tmp_path: Path) -> None:
    deals = {"A": known("open"), "B": known("won"), "C": known("open"), "D": known("lost"), "E": known("open")}
    seen = gone(tmp_path, deals, {"E"}, {"C": 7})
    assert seen.withdrawn == ["A", "C"]
    assert "2 deals of earlier files (B, D) are not in this one. They stay as they were." in seen.notes()


def test_a_file_without_most_deals_is_looked_at_in_a_moment(tmp_path: Path) -> None:
    deals = {f"D{number}": known("open" if number % 2 else "won") for number in range(40_000)}
    begun = time.process_time()
    seen = gone(tmp_path, deals, {"D1"}, {})
    assert len(seen.withdrawn) == 19_999
    assert time.process_time() - begun < 20
