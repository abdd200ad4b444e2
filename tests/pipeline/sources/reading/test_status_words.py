"""A status says won and lost also in later files, and one that says nothing stops the import."""

from __future__ import annotations

from typing import Any

from pipeline.sources.meaning.editing import content_of
from pipeline.sources.meaning.mapping_gaps import undecided
from pipeline.sources.meaning.statuses import status_draft
from pipeline.sources.meaning.systems import SYSTEMS

PIPEDRIVE = next(system for system in SYSTEMS if system.name == "Pipedrive")


def column(*values: str) -> dict[str, Any]:
    return {"name": "Status", "kind": "text", "values": [[value, 1] for value in values], "different": len(values)}


def drafted(*values: str, system: Any = None) -> dict[str, Any]:
    content: dict[str, Any] = {"deal": {"status": "Status"}}
    status_draft(content, {"Status": column(*values)}, system)
    return {word: found for word, found in content["deal"].items() if word != "status"}


def test_words_of_a_system_count_before_a_file_has_them() -> None:
    """The first file has no deal that is won; the next one may."""
    assert drafted("Open", system=PIPEDRIVE) == {
        "won_values": ["won"], "lost_values": ["lost"], "withdrawn_values": ["deleted"], "open_values": ["Open"]
    }  # fmt: skip


def test_a_value_nobody_knows_leaves_the_lists_open() -> None:
    assert "open_values" not in drafted("Open", "Parked", system=PIPEDRIVE)


def test_a_status_that_a_person_picks_is_read_by_its_words() -> None:
    assert drafted("Gewonnen", "Verloren", "Offen") == {
        "won_values": ["Gewonnen"], "lost_values": ["Verloren"], "open_values": ["Offen"]
    }  # fmt: skip
    content: dict[str, Any] = {"deal": {"key": "id", "stage": "Phase"}, "company": {}, "files": {}}
    picked = content_of({"field-status": "Status"}, content, [column("Gewonnen", "Offen")], log=False)
    assert picked["deal"]["won_values"] == ["Gewonnen"]


def test_a_status_that_says_nothing_stops_the_import() -> None:
    content = {"deal": {"status": "Status", "stage": "Phase", "stage_default": "open"}}
    assert any("seems to say won or lost" in sentence for sentence in undecided(content, []))
