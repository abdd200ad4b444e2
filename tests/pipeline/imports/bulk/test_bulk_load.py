"""A large first folder is loaded at once: the same rows, notes and refusals as the ordinary way, which takes over where
anything is wrong or unusual."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection

from pipeline.imports.bulk import load as at_once
from pipeline.models import Account, Event, Opportunity, TouchedOpportunity
from pipeline.services import imports
from pipeline.services.imports import company_folder_load
from pipeline.services.imports_result import ImportResult
from pipeline.services.imports_undo import import_undo
from tests.pipeline.folders import GOOD, changed, folder_write, part_write

pytestmark = pytest.mark.django_db
ROWS = {
    "accounts": "SELECT key, name, industry, size, region, profile, merged_into FROM pipeline_account",
    "deals": (
        "SELECT o.key, o.name, p.key, a.key, o.owner, o.team, s.key, o.currency, o.segment, o.merged_into, o.bucket,"
        " o.batch_id IS NULL FROM pipeline_opportunity o JOIN pipeline_pipeline p ON p.id = o.pipeline_id"
        " LEFT JOIN pipeline_account a ON a.id = o.account_id LEFT JOIN pipeline_source s ON s.id = o.source_id"
    ),
    "events": (
        "SELECT o.key, e.occurred_at, e.recorded_at, e.sequence, s.key, e.withdrawn, e.amount, e.expected_close, r.key,"
        " e.actor, e.batch_id IS NULL FROM pipeline_event e JOIN pipeline_opportunity o ON o.id = e.opportunity_id"
        " LEFT JOIN pipeline_stage s ON s.id = e.stage_id LEFT JOIN pipeline_lossreason r ON r.id = e.reason_id"
    ),
    "hand-offs": (
        "SELECT h.key, o.key, d.key, h.kind, h.requested_at, h.started_at, h.completed_at, h.due_at, h.outcome,"
        " h.assignee, h.batch_id IS NULL FROM pipeline_handoff h"
        " JOIN pipeline_opportunity o ON o.id = h.opportunity_id"
        " JOIN departments_department d ON d.id = h.department_id"
    ),
    "touched": ("SELECT o.key FROM pipeline_touchedopportunity t JOIN pipeline_opportunity o ON o.id = t.opportunity"),
}
EVENTS, DEALS, ACCOUNTS = GOOD["events.csv"], GOOD["opportunities.csv"], GOOD["accounts.csv"]
RIGHT = {
    "good": {},
    "a deal of which nothing happened": {"opportunities.csv": DEALS + "O9,Ninth,new,,,,,EUR,small\n"},
    "events in any order, several at one instant": {
        "events.csv": EVENTS
        + "O3,2026-02-05T08:00:00Z,,kept,7,,,\nO3,2026-02-05T08:00:00Z,,kept,7,,,\nO3,2026-02-05T08:00:00Z,,kept,8,,,\n"
        + "O2,2026-01-06T08:00:00Z,,lead,2000,,,\nO3,2026-02-05T07:00:00Z,,due,7,,,\n"
    },
    "dates without a time in all events": {
        "events.csv": (
            "opportunity,occurred_at,stage,amount\nO1,2026-01-05,lead,1\nO1,2026-01-05,offer,2\nO2,2026-01-06,lead,3\n"
            "O3,2026-02-01,due,7\n"
        )
    },
    "withdrawn and merged deals": {
        "opportunities.csv": DEALS.replace("segment\n", "segment,merged_into\n", 1)
        .replace(",small\n", ",small,\n")
        .replace("O3,Third,old,,,,,EUR,\n", "O3,Third,old,,,,,EUR,,O1\n"),
        "events.csv": EVENTS + "O3,2026-03-01T08:00:00Z,,withdrawn,,,,\n",
    },
    "an event in another pipeline": {
        "events.csv": EVENTS.replace("actor\n", "actor,pipeline\n", 1)
        .replace("Ann\n", "Ann,\n")
        .replace(",,,\n", ",,,,\n")
        + "O3,2026-02-05T08:00:00Z,,offer,7,,,,new\n"
    },
    "spaces, empty rows, signs of other scripts, quotes and line ends": {
        "opportunities.csv": DEALS + ",,,,,,,,\n" + '"Ö,4","a ""b""\nc ",new,A1, Ann ,\u202aNorth,,EUR,Ünïted\n',
        "events.csv": EVENTS + '"Ö,4",2026-01-05T09:00:00+01:00,,lead,0,,,"Ann, too"\n',
    },
    "keys that look alike, future events and columns nobody knows": {
        "accounts.csv": ACCOUNTS.replace("profile\n", "profile,colour\n").replace("Buyer\n", "Buyer,red\n")
        .replace(",,,,\n", ",,,,,\n") + "a1,Other,,,,,\n",
        "events.csv": EVENTS + "O3,2199-02-05T08:00:00Z,,kept,7,,,\n",
    },
}  # fmt: skip
WRONG = {
    "a key twice": {"opportunities.csv": DEALS + "O1,Again,new,,,,,EUR,\n"},
    "a hand-off twice": {"handoffs.csv": GOOD["handoffs.csv"] + "H1,O1,legal,,2026-01-09T10:00:00Z,,,,,\n"},
    "an unknown account": changed("opportunities.csv", "A1", "A9"),
    "an unknown deal": changed("events.csv", "O3,", "O9,"),
    "a stage of another pipeline": changed("events.csv", "due,7", "offer,7"),
    "an unknown reason": changed("events.csv", "price,Ann", "prize,Ann"),
    "an unknown department": changed("handoffs.csv", "legal", "law"),
    "a value that cannot be": changed("events.csv", "100.50", "100.505"),
    "a rule between columns": changed("handoffs.csv", "2026-01-12T10:00:00Z", "2026-01-02T10:00:00Z"),
    "no rate": {"rates.csv": "currency,date,rate\nUSD,2026-02-01,0.875\n"},
    "an event after a withdrawal": {"events.csv": EVENTS + "O3,2026-01-01T08:00:00Z,,withdrawn,,,,\n"},
    "a sum too large": {
        "events.csv": EVENTS + "".join(f"O3,2026-02-0{day},,kept,999999999999999.00,,,\n" for day in range(2, 9)) * 20
    },
    "a date without a time after a time": {"events.csv": EVENTS + "O1,2026-02-01,,won,120,,,\n"},
    "a structure with a fault": changed("stages.csv", "sales,0,14", "sales,2,14"),
}


def rows() -> dict[str, list[tuple[object, ...]]]:
    with connection.cursor() as cursor:
        contents = {}
        for name, statement in ROWS.items():
            cursor.execute(statement)
            contents[name] = sorted(cursor.fetchall(), key=repr)
    return contents


class Both:
    """Loads a folder in both ways, one after the other."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._patch = monkeypatch
        self.at_once: list[bool] = []
        inner = imports.bulk_load

        def noting(*arguments: object, **named: object) -> object:
            loaded = inner(*arguments, **named)  # type: ignore[arg-type]
            self.at_once.append(loaded is not None)
            return loaded

        monkeypatch.setattr(imports, "bulk_load", noting)

    def ordinary(self, path: Path) -> ImportResult:
        self._patch.setattr(at_once, "LARGE_BYTES", 10**9)
        return company_folder_load(path=path)

    def quick(self, path: Path) -> ImportResult:
        self._patch.setattr(at_once, "LARGE_BYTES", 1)
        return company_folder_load(path=path)


@pytest.fixture
def both(monkeypatch: pytest.MonkeyPatch) -> Both:
    return Both(monkeypatch)


@pytest.mark.parametrize("name", RIGHT)
def test_what_is_right_comes_in_as_in_the_ordinary_way(tmp_path: Path, both: Both, name: str) -> None:
    folder = folder_write(tmp_path, RIGHT[name])
    first = both.ordinary(folder)
    assert first.accepted, [str(problem) for problem in first.problems]
    ordinary = rows()
    import_undo(batch_id=first.batch or 0)
    TouchedOpportunity.objects.all().delete()
    second = both.quick(folder)
    assert both.at_once == [False, True]
    assert second.accepted, [str(problem) for problem in second.problems]
    assert rows() == ordinary
    assert (second.files, second.notes, second.touched) == (first.files, first.notes, first.touched)


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_refused_in_the_same_words(tmp_path: Path, both: Both, name: str) -> None:
    folder = folder_write(tmp_path, WRONG[name])
    first, second = both.ordinary(folder), both.quick(folder)
    assert both.at_once == [False, False]
    assert not first.accepted
    assert [str(problem) for problem in second.problems] == [str(problem) for problem in first.problems]
    assert (second.files, second.problem_count) == (first.files, first.problem_count)
    assert not Opportunity.objects.exists()


def test_merged_accounts_and_a_company_with_data_are_for_the_ordinary_way(tmp_path: Path, both: Both) -> None:
    merged = ACCOUNTS.replace("profile\n", "profile,merged_into\n").replace("Buyer\n", "Buyer,A2\n")
    folder = folder_write(tmp_path / "one", {"accounts.csv": merged.replace(",,,,\n", ",,,,,\n")})
    assert both.quick(folder).accepted
    assert Opportunity.objects.get(key="O1").account == Account.objects.get(key="A2")
    assert both.quick(part_write(tmp_path / "two", {"opportunities.csv": DEALS, "events.csv": EVENTS})).accepted
    assert both.at_once == [False, False]
    assert Event.objects.count() == 7


def test_it_goes_on_undone_and_changed_like_any_import(tmp_path: Path, both: Both) -> None:
    first = both.quick(folder_write(tmp_path / "one"))
    second = both.quick(part_write(tmp_path / "two", changed("opportunities.csv", "First deal", "First")))
    assert (second.files["opportunities.csv"]["changed"], both.at_once) == (1, [True, False])
    import_undo(batch_id=second.batch or 0)
    import_undo(batch_id=first.batch or 0)
    assert not Opportunity.objects.exists()
    assert not Event.objects.exists()


def test_a_look_changes_nothing(tmp_path: Path, both: Both, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(at_once, "LARGE_BYTES", 1)
    result = company_folder_load(path=folder_write(tmp_path), dry_run=True)
    assert both.at_once == [True]
    assert (result.accepted, result.files["events.csv"]["new"], Event.objects.count()) == (True, 7, 0)
