"""Work in an event log, by the form of its mapping: when it ended, whose it is, and stages by a transition."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from lxml import html

from pipeline.models import Event, HandOff, SourcePull
from pipeline.services.sources.mappings import mapping_content
from tests.pipeline.sources.uploads import COMPANY, edit, look, take_in, upload

pytestmark = pytest.mark.django_db
HEAD = "Case ID,Activity,Start,Finished at,Team,Lifecycle,Amount\n"
LOG = HEAD + (
    "C1,Received,2026-01-05 09:00:00,2026-01-05 09:30:00,Front,,100\n"
    "C1,Risk check,2026-01-06 09:00:00,2026-01-08 09:00:00,Line 1,,100\n"
    "C1,Risk check,2026-01-09 09:00:00,2026-01-09 15:00:00,Line 2,,100\n"
    "C1,Contract won,2026-01-20 12:00:00,2026-01-20 13:00:00,Front,,120\n"
    "C2,Received,2026-01-06 09:00:00,2026-01-06 09:30:00,Front,,200\n"
    "C2,Risk check,2026-01-07 09:00:00,2026-01-07 10:00:00,Night shift,,200\n"
    "C2,Cancelled,2026-01-09 12:00:00,2026-01-09 12:00:00,Front,,200\n"
)


@pytest.fixture(autouse=True)
def _folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "UPLOADS", tmp_path / "uploads")
    monkeypatch.setattr(settings, "CUSTODY_STORE", tmp_path / "custody")


def form(client: Client, pull: SourcePull, query: str = "") -> dict[str, str]:
    """The form of the mapping as the page has it."""
    address = reverse("pipeline:source_files", args=[pull.token])
    page = html.fromstring(client.get(address + query).content)
    (shown,) = page.xpath("//form[@id='source-mapping']")
    return {name: value or "" for name, value in shown.fields.items()}


def place(fields: dict[str, str], kind: str, value: str) -> str:
    """`stage-3` of the row that has a value."""
    return next(name[: -len("-value")] for name, text in fields.items()
                if name.startswith(kind) and name.endswith("-value") and text == value)  # fmt: skip


def send(client: Client, pull: SourcePull, fields: dict[str, str]) -> dict[str, Any]:
    """The mapping after the form was sent, and the files looked at with it."""
    answer = client.post(reverse("pipeline:source_files_mapping", args=[pull.token]), fields)
    assert answer.status_code == 302, answer.content.decode()[-2000:]
    assert look(pull)["accepted"], pull.look
    return mapping_content(pull.source.mappings.first())


def test_rows_with_a_start_and_an_end_are_work_of_the_teams_that_did_it(admin_client: Client) -> None:
    pull = upload({"log.csv": LOG})
    assert pull.state == SourcePull.State.READ, pull.error
    edit(pull, company=COMPANY)
    fields = form(admin_client, pull)
    assert fields["log-end"] == "Finished at"
    check = place(fields, "stage", "Risk check")
    content = send(admin_client, pull, fields | {f"{check}-kind": "work", f"{check}-owner": "legal",
                                                 "work-attribute": "event:Team"})  # fmt: skip
    (work,) = content["handoffs"]
    assert work == {"activity": "Risk check", "department": "legal", "department_attribute": "event:Team"}
    fields = form(admin_client, pull)
    assert {fields[f"group-{n}-value"] for n in range(4)} == {"Front", "Line 1", "Line 2", "Night shift"}
    chosen = {
        f"{place(fields, 'group', 'Line 1')}-department": "finance",
        f"{place(fields, 'group', 'Line 2')}-department": "sales",
    }
    content = send(admin_client, pull, fields | chosen)
    assert content["handoffs"] == [work | {"department_values": {"Line 1": "finance", "Line 2": "sales"}}]
    assert any("count for legal: “Night shift” (1)." in note for note in pull.look["notes"]), pull.look
    # The form as it stands is the mapping as it stands.
    assert send(admin_client, pull, form(admin_client, pull))["handoffs"] == content["handoffs"]
    take_in(pull)
    hours = {
        hand_off.department.key: (hand_off.completed_at - hand_off.started_at).total_seconds() / 3600
        for hand_off in HandOff.objects.select_related("department")
        if hand_off.completed_at and hand_off.started_at
    }
    assert hours == {"finance": 48, "sales": 6, "legal": 1}
    steps = [event.stage.key if event.stage else event.way_out
             for event in Event.objects.filter(opportunity__key="C1").order_by("occurred_at")]  # fmt: skip
    assert steps == ["received", "won"]


def test_values_without_a_department_are_left_out_where_the_activity_has_none(admin_client: Client) -> None:
    pull = upload({"log.csv": LOG})
    work = {"activity": "Risk check", "department_attribute": "Team", "department_values": {"Line 1": "finance"}}
    edit(pull, company=COMPANY, handoffs=[work])
    fields = form(admin_client, pull)
    check = next(name[:-5] for name, kind in fields.items() if name.endswith("-kind") and kind == "work")
    assert fields[f"{check}-owner"] == ""
    content = send(admin_client, pull, fields)
    assert content["handoffs"] == [work | {"department": ""}]
    assert any("left out: “Line 2” (1), “Night shift” (1)." in note for note in pull.look["notes"]), pull.look


def test_a_way_of_each_activity_is_left_to_the_file(admin_client: Client) -> None:
    pull = upload({"log.csv": LOG})
    work = [
        {"activity": "Risk check", "department": "legal", "department_attribute": "Team"},
        {"activity": "Received", "department": "sales", "kind": "Intake"},
    ]
    edit(pull, company=COMPANY, handoffs=work)
    fields = form(admin_client, pull)
    assert "work-attribute" not in fields
    again = send(admin_client, pull, fields)["handoffs"]
    assert {part["activity"]: part for part in again} == {part["activity"]: part for part in work}


def test_each_transition_can_be_given_a_stage_of_its_own(admin_client: Client) -> None:
    rows = "".join(
        f"{case},Offer,2026-01-{day} 09:00:00,,,{transition},50\n"
        for case, day, transition in (("C1", 10, "start"), ("C1", 12, "complete"), ("C2", 8, "start"))
    )
    pull = upload({"log.csv": LOG.replace(",,100", ",complete,100").replace(",,200", ",complete,200")
                   .replace(",,120", ",complete,120") + rows})  # fmt: skip
    edit(pull, company=COMPANY, log={"end": ""})
    assert not any(value.startswith("Offer/") for value in form(admin_client, pull).values())
    fields = form(admin_client, pull, "?transitions=1")
    begun = place(fields, "stage", "Offer/start")
    changed = {f"{begun}-kind": "open", f"{begun}-name": "Offer begun", f"{begun}-position": "2"}
    content = send(admin_client, pull, fields | changed)
    assert next(s for s in content["stages"] if s["name"] == "Offer begun")["activities"] == ["Offer/start"]
    assert place(form(admin_client, pull), "stage", "Offer/start")
    deal = next(deal for deal in pull.look["deals"] if deal["key"] == "C2")
    assert "Offer begun" in [step["stage"] for step in deal["steps"]]
