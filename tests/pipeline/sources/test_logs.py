"""Event logs as files of a source: what activities mean is proposed, and the shipped mapping can be taken instead."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

import pipeline.imports
from pipeline.models import SourcePull
from pipeline.services.sources.mappings import mapping_content
from pipeline.sources.columns.log_columns import log_posted
from pipeline.sources.convert import mapping_check
from pipeline.sources.meaning.editing import content_of
from pipeline.views.sources.mapping_rows import mapping_rows
from tests.pipeline.sources.uploads import COMPANY, edit, look, upload

pytestmark = pytest.mark.django_db
LOG = """Case ID,Activity,Timestamp,Resource,Amount
C1,Received,2026-01-05 09:00:00,ann,100
C1,Offer sent,2026-01-07 10:00:00,bob,100
C2,Received,2026-01-06 09:00:00,ann,200
C1,Contract won,2026-01-20 12:00:00,bob,120
C2,Cancelled,2026-01-09 12:00:00,ann,200
"""


@pytest.fixture(autouse=True)
def _folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "UPLOADS", tmp_path / "uploads")


def test_a_csv_with_many_rows_a_case_is_read_as_a_log() -> None:
    pull = upload({"log.csv": LOG})
    assert pull.state == SourcePull.State.READ, pull.error
    assert pull.source.kind == "log"
    content = pull.source.mappings.get().content
    assert {stage["name"] for stage in content["stages"]} == {"Received", "Offer sent", "Won"}
    assert content["losses"] == [{"activities": ["Cancelled"]}]
    edit(pull, company=COMPANY)
    seen = look(pull)
    assert seen["accepted"], seen
    # C1 is won with the amount of its last event, C2 lost with the one it had.
    assert seen["outcomes"] == {"lost": [1, 200.0], "won": [1, 120.0]}


@pytest.mark.slow
def test_the_log_of_loan_applications_has_its_reference_figures(real_data: Path) -> None:
    pull = upload({"bpic.xes.gz": (real_data / "bpic2012" / "BPI_Challenge_2012.xes.gz").read_bytes()})
    assert pull.state == SourcePull.State.READ, pull.error
    mapping = Path(pipeline.imports.__file__).parent / "mappings" / "bpic2012.toml"
    edit(pull, **{name: part for name, part in tomllib.loads(mapping.read_text()).items() if name != "company"})
    edit(pull, company=COMPANY)
    seen = look(pull)
    assert seen["accepted"], seen
    # The data's README: approved 2,246 with 35,290,338; declined 7,635 and cancelled 2,807; open 399.
    assert seen["outcomes"]["won"] == [2246, 35_290_338.0]
    assert seen["outcomes"]["lost"][0] == 7635 + 2807
    assert seen["outcomes"]["open"][0] == 399


def _form(content: dict[str, Any], pull: SourcePull) -> dict[str, str]:
    rows = mapping_rows(pull, content).stages
    words = ("value", "kind", "name", "position", "owner", "limit")
    posted = {f"stage-{n}-{word}": str(getattr(row, word)) for n, row in enumerate(rows) for word in words}
    return posted | {f"stage-{n}-in": row.pipeline_name for n, row in enumerate(rows)}


def test_the_form_of_a_log_names_the_pipeline_of_each_stage() -> None:
    """C1's contract is in a pipeline of its own; the stage keeps its key on the way there and back."""
    pull = upload({"log.csv": LOG})
    edit(pull, company=COMPANY)
    before = mapping_content(pull.source.mappings.first())
    posted = _form(before, pull)
    assert {value for name, value in posted.items() if name.endswith("-in")} == {"", "Sales"}
    again = content_of(posted, before, [], log=True)
    assert {stage["key"]: stage for stage in again["stages"]} == {stage["key"]: stage for stage in before["stages"]}
    assert "pipelines" not in again
    won = next(name[:-6] for name, value in posted.items() if name.endswith("-value") and value == "Contract won")
    there = content_of(posted | {f"{won}-in": "Contracts"}, before, [], log=True)
    assert there["pipelines"] == [{"key": "contracts", "name": "Contracts"}]
    assert [(s["key"], s.get("pipeline", "")) for s in there["stages"]] == [
        ("received", ""), ("offer_sent", ""), ("won", "contracts"),
    ]  # fmt: skip
    mapping_check(there, log=True)
    edit(pull, **there)
    seen = look(pull)
    assert seen["accepted"], seen
    steps = next(deal["steps"] for deal in seen["deals"] if deal["key"] == "C1")
    assert [step["stage"] for step in steps] == ["Sales: Received", "Sales: Offer sent", "Contracts: Won"]
    form = _form(there, pull)
    back = content_of(form | {f"{won}-in": ""}, there, [], log=True)
    assert "pipelines" not in back
    assert {s["key"]: s.get("pipeline", "") for s in back["stages"]} == {"received": "", "offer_sent": "", "won": ""}
    # Where no stage is in the first pipeline any more, another one is the first.
    renamed = content_of(form | {f"stage-{n}-in": "Contracts" for n in range(len(form))}, there, [], log=True)
    assert (renamed["pipeline"]["name"], "pipelines" in renamed) == ("Contracts", False)
    mapping_check(renamed, log=True)


GERMAN_LOG = """Case ID;Activity;Timestamp;Amount
C1;Received;05.01.2026 09:00;€ 1.234,50
C2;Received;06.01.2026 09:00;€ 200,00
C1;Contract won;20.01.2026 12:00;€ 1.500,00
C2;Cancelled;29.01.2026 12:00;
"""


def test_a_log_shows_the_number_signs_it_is_read_with() -> None:
    pull = upload({"log.csv": GERMAN_LOG})
    assert pull.state == SourcePull.State.READ, pull.error
    content = mapping_content(pull.source.mappings.first())
    assert (content["log"]["decimal_sign"], content["log"]["thousands_sign"]) == (",", ".")
    assert mapping_rows(pull, content).signs == ",."
    edit(pull, company=COMPANY)
    seen = look(pull)
    assert seen["accepted"], seen
    assert seen["outcomes"] == {"lost": [1, 200.0], "won": [1, 1500.0]}


def test_a_log_with_groups_of_india_is_read_as_it_is_written() -> None:
    log = GERMAN_LOG.replace("€ 1.234,50", "Rs. 12,34,567.50").replace("€ 200,00", "Rs. 1,00,000")
    pull = upload({"log.csv": log.replace("€ 1.500,00", "Rs. 15,00,000.00")})
    content = mapping_content(pull.source.mappings.first())
    assert (content["log"]["decimal_sign"], content["log"]["thousands_sign"], content["log"]["lakh"]) == (
        ".",
        ",",
        True,
    )
    assert mapping_rows(pull, content).signs == ".,lakh"
    edit(pull, company=COMPANY | {"reporting_currency": "INR"})
    seen = look(pull)
    assert seen["accepted"], seen
    assert seen["outcomes"] == {"lost": [1, 100_000.0], "won": [1, 1_500_000.0]}
    log_posted({"signs": ".,"}, content)
    assert "lakh" not in content["log"]


def test_days_of_a_log_that_read_in_two_ways_are_asked_about() -> None:
    """The fifth of January, or the first of May; 1,234 or 1.234: a form says which."""
    text = LOG.replace("2026-01-05 09:00:00", "05/01/2026 09:00").replace("2026-01-06 09:00:00", "06/01/2026 09:00")
    text = text.replace("2026-01-07 10:00:00", "07/01/2026 10:00").replace("2026-01-09 12:00:00", "09/01/2026 12:00")
    text = text.replace("2026-01-20 12:00:00", "10/01/2026 12:00")
    pull = upload({"log.csv": text})
    edit(pull, company=COMPANY)
    seen = look(pull)
    assert any("The dates of “Timestamp” can be read with the day first" in line for line in seen["undecided"])
    content = mapping_content(pull.source.mappings.first())
    (question,) = mapping_rows(pull, content).dates
    day_first = next(form for form, _ in question.choices if form.startswith("%d"))
    edit(pull, **content_of({"dates-0": day_first}, content, [], log=True))
    seen = look(pull)
    assert seen["accepted"], seen
    assert seen["outcomes"] == {"lost": [1, 200.0], "won": [1, 120.0]}


def test_amounts_of_a_log_in_thousands_by_their_name_are_not_read_as_they_stand() -> None:
    pull = upload({"log.csv": LOG.replace("Amount", "Amount (k€)")})
    edit(pull, company=COMPANY)
    assert any("says that its amounts are in k€" in line for line in look(pull)["undecided"])
