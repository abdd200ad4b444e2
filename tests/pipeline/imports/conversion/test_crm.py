"""CRM exports of one row per deal: the real first one with its traps, and small ones in other forms."""

# ruff: noqa: E501 - rows of data are kept whole.

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db.models import Sum

from pipeline.imports.problems import ImportUnreadable
from pipeline.models import Account, Event, Opportunity
from pipeline.services.imports import company_folder_load
from pipeline.services.imports_crm import crm_export_convert

pytestmark = pytest.mark.django_db


@pytest.mark.real_data
def test_the_real_export_loads_with_its_known_figures(
    real_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("convert_crm", real_data / "crm_sales_opportunities", tmp_path / "out", "--json")
    notes = " ".join(json.loads(capsys.readouterr().out)["notes"])
    for trap in (
        "1,480 rows have product “GTXPro”",
        "1,425 deals have no account",
        "“technolgy”",
        "500 deals have no engage_date",
    ):
        assert trap in notes
    result = company_folder_load(path=tmp_path / "out")
    assert result.accepted, result.problems[:5]
    won = Event.objects.filter(stage__key="won")
    assert (won.count(), won.aggregate(sum=Sum("amount"))["sum"]) == (4_238, Decimal(10_005_534))
    assert (Event.objects.filter(stage=None).count(), Opportunity.objects.count(), Account.objects.count()) == (
        2_473,
        8_800,
        85,
    )
    assert not Account.objects.filter(industry="technolgy").exists()
    assert not Opportunity.objects.filter(name="GTXPro").exists()


MAPPING = """
[company]
name = "C"
reporting_currency = "EUR"
time_zone = "Europe/Berlin"
[files]
deals = "deals.csv"
delimiter = ";"
date_formats = ["%d.%m.%Y", "%d.%m.%Y %H:%M"]
decimal_sign = ","
thousands_sign = "."
[deal]
key = "Id"
stage = "Phase"
created = "Angelegt"
closed = "Geschlossen"
entry_stage = "offen"
amount = "Betrag"
missing_amount = "0"
closed_flag = "IsClosed"
won_flag = "IsWon"
skip_flag = "Deleted"
stage_default = "offen"
[pipeline]
key = "p"
name = "P"
[[departments]]
key = "sales"
name = "Sales"
[[stages]]
key = "offen"
name = "Offen"
owner = "sales"
activities = ["Neu"]
[[stages]]
key = "won"
name = "Won"
owner = "sales"
earns = true
"""
HEAD = "Id;Phase;Angelegt;Geschlossen;Betrag;IsClosed;IsWon;Deleted\n"


def convert(tmp_path: Path, rows: str, mapping: str = MAPPING) -> tuple[list[tuple[str, str, Decimal]], list[str]]:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "deals.csv").write_text("\ufeff" + HEAD + rows)
    (tmp_path / "m.toml").write_text(mapping)
    done = crm_export_convert(path=tmp_path / "in", out=tmp_path / "out", mapping=tmp_path / "m.toml")
    result = company_folder_load(path=tmp_path / "out")
    assert result.accepted, result.problems
    events = Event.objects.order_by("opportunity__key", "occurred_at", "sequence")
    return [(e.opportunity.key, e.stage.key if e.stage else "lost", e.amount) for e in events], done.notes


def test_flags_decide_and_numbers_are_read_as_written(tmp_path: Path) -> None:
    rows = "1;x;01.02.2026;03.02.2026 10:30;1.234,50;true;true;\n2;x;01.02.2026;02.02.2026;10;true;false;\n3;Neu;01.02.2026;;7;;;\n"
    history, notes = convert(tmp_path, rows)
    assert history == [
        ("1", "offen", Decimal("1234.50")),
        ("1", "won", Decimal("1234.50")),
        ("2", "offen", Decimal(10)),
        ("2", "lost", Decimal(0)),  # as before
        ("3", "offen", Decimal(7)),
    ]
    assert not any("does not know" in note for note in notes)


def test_odd_rows_are_counted_not_guessed_away(tmp_path: Path) -> None:
    rows = "1;?;01.02.2026;;;;;\n2;Neu;;;5;;;\n3;Neu;05.02.2026;04.02.2026;5;true;false;\n4;Neu;01.01.2026;;1;;;TRUE\n"
    history, notes = convert(tmp_path, rows)
    assert [(key, place) for key, place, _ in history] == [
        ("1", "offen"),
        ("2", "offen"),
        ("3", "offen"),
        ("3", "lost"),
    ]
    told = " ".join(notes)
    for what in ("1 deals are in a stage the mapping does not know", "1 deals have no Angelegt", "1 deals were closed before",
                 "1 rows are left out for their Deleted", "1 deals have no amount"):  # fmt: skip
        assert what in told


@pytest.mark.parametrize(
    ("rows", "mapping", "why"),
    [
        ("1;Neu;2026/02/01;;1;;;\n", MAPPING, "“2026/02/01” of the export cannot be read"),
        ("1;Alt;01.02.2026;;1;;;\n", MAPPING.replace('stage_default = "offen"\n', ""), "does not say what stage “Alt”"),
        ("1;Neu\n", MAPPING, "line 2.*has 2 fields"),
        ("", MAPPING.replace("deals.csv", "verkauf.csv"), "no file verkauf.csv"),
        ("", MAPPING.replace('entry_stage = "offen"', 'entry_stage = "open"'), "is not one of its stages"),
    ],
)
def test_what_cannot_be_understood_is_refused(tmp_path: Path, rows: str, mapping: str, why: str) -> None:
    with pytest.raises(ImportUnreadable, match=why):
        convert(tmp_path, rows, mapping)


def test_a_folder_in_use_is_not_written_to(tmp_path: Path) -> None:
    with pytest.raises(ImportUnreadable, match="not empty"):
        crm_export_convert(path=tmp_path, out=Path(__file__).parent)
