"""An import can be taken out again, unless something later stands on it."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.imports.problems import UndoRefused
from pipeline.models import Event, ImportBatch, Opportunity, TouchedOpportunity
from pipeline.services.imports import company_folder_load
from pipeline.services.imports_undo import import_undo
from tests.pipeline.folders import GOOD, changed, folder_write, part_write, truth

pytestmark = pytest.mark.django_db
EMPTY = ("pipeline_touchedopportunity", "pipeline_importchange")


def rows(*, but: tuple[str, ...] = EMPTY) -> dict[str, list[str]]:
    return {table: lines for table, lines in truth().items() if table not in but}


def test_undoing_the_only_import_leaves_nothing(tmp_path: Path) -> None:
    result = company_folder_load(path=folder_write(tmp_path))
    TouchedOpportunity.objects.all().delete()
    undone = import_undo(batch_id=result.batch)
    assert not any(rows().values())
    assert (undone.removed["events"], undone.touched, TouchedOpportunity.objects.count()) == (7, 3, 3)
    assert ImportBatch.objects.get().status == "undone"


def test_undone_and_loaded_again_is_the_same(tmp_path: Path) -> None:
    result = company_folder_load(path=folder_write(tmp_path))
    import_undo(batch_id=result.batch)
    again = company_folder_load(path=tmp_path)
    assert again.files == result.files


CHANGED = {
    **changed("opportunities.csv", "A1,Ann", "A2,Bea"),
    **changed("accounts.csv", "Acme,Tools", "Acme,Food"),
    **changed("handoffs.csv", "H2,O2,legal", "H2,O2,sales"),
    **changed("company.csv", "Small", "Smaller"),
    **changed("stages.csv", "Offer,2", "Quote,2"),
    **changed("plan.csv", "4500.50", "4600"),
    **changed("measurables.csv", "between,30,50", "between,30,60"),
    **changed("entries.csv", "38.5", "39"),
    **changed("rates.csv", "0.875", "0.88"),
    "events.csv": GOOD["events.csv"] + "O3,2026-02-05T00:00:00Z,,kept,9,,,\n",
    "sources.csv": GOOD["sources.csv"] + "fair,Fair,sales\n",
}


def test_undoing_a_second_import_brings_back_the_first(tmp_path: Path) -> None:
    company_folder_load(path=folder_write(tmp_path / "one"))
    before = rows()
    result = company_folder_load(path=folder_write(tmp_path / "two", CHANGED), rename_company=True)
    assert rows() != before
    undone = import_undo(batch_id=result.batch)
    assert rows() == before
    assert {"opportunities", "accounts", "hand-offs", "the company", "stages"} <= undone.restored.keys()


LATER = [
    ({"events.csv": "opportunity,occurred_at,stage,amount\nO3,2026-02-05T00:00:00Z,kept,9\n"}, "brought events"),
    ({"opportunities.csv": "key,pipeline,currency\nO9,new,EUR\n"}, "brought opportunities that need pipelines"),
    ({"opportunities.csv": "key,pipeline,currency,owner\nO1,new,EUR,Bea\n"}, "changed opportunities"),
    ({"loss_reasons.csv": "key,name,department\nrisk,Risk,legal\n"}, "brought loss reasons that need departments"),
]


@pytest.mark.parametrize(("files", "why"), LATER)
def test_what_something_later_stands_on_stays(tmp_path: Path, files: dict[str, str], why: str) -> None:
    first = company_folder_load(path=folder_write(tmp_path / "one"))
    second = company_folder_load(path=part_write(tmp_path / "two", files))
    assert second.accepted, second.problems
    before = truth()
    with pytest.raises(UndoRefused, match=f"Import {second.batch} {why}.*Undo import {second.batch} first"):
        import_undo(batch_id=first.batch)
    assert truth() == before
    import_undo(batch_id=second.batch)
    import_undo(batch_id=first.batch)
    assert not Opportunity.objects.exists()


def test_rates_that_later_deals_need_stay(tmp_path: Path) -> None:
    company_folder_load(path=folder_write(tmp_path / "one"))
    rates = company_folder_load(
        path=part_write(tmp_path / "two", {"rates.csv": "currency,date,rate\nGBP,2026-01-01,1.1\n"})
    )
    files = {
        "opportunities.csv": "key,pipeline,currency\nO8,new,GBP\n",
        "events.csv": "opportunity,occurred_at,stage,amount\nO8,2026-01-05,lead,1\n",
    }
    later = company_folder_load(path=part_write(tmp_path / "three", files))
    with pytest.raises(UndoRefused, match=f"left without an exchange rate.*import {later.batch}"):
        import_undo(batch_id=rates.batch)


def test_a_pipeline_that_later_events_go_through_stays(tmp_path: Path) -> None:
    first = {"opportunities.csv": "key,pipeline,currency\nO8,new,EUR\n"}
    moved = {"opportunities.csv": "key,pipeline,currency\nO8,old,EUR\n"}
    event = {"events.csv": "opportunity,occurred_at,stage,amount\nO8,2026-01-05,due,1\n"}
    company_folder_load(path=folder_write(tmp_path / "0"))
    folders = [part_write(tmp_path / str(n), files) for n, files in enumerate((first, moved, event), 1)]
    _, move, later = [company_folder_load(path=folder) for folder in folders]
    with pytest.raises(UndoRefused, match=f"Undo import {later.batch} first"):
        import_undo(batch_id=move.batch)


def test_only_an_import_that_is_done_can_be_undone(tmp_path: Path) -> None:
    refused = company_folder_load(path=folder_write(tmp_path, changed("events.csv", "lead", "lede")))
    with pytest.raises(UndoRefused, match="is refused"):
        import_undo(batch_id=refused.batch)
    with pytest.raises(UndoRefused, match="no import 999"):
        import_undo(batch_id=999)


def test_events_stay_append_only_after_an_undo(tmp_path: Path) -> None:
    from django.db import ProgrammingError

    first = company_folder_load(path=folder_write(tmp_path))
    import_undo(batch_id=first.batch)
    company_folder_load(path=tmp_path)
    with pytest.raises(ProgrammingError, match="Cannot update or delete"):
        Event.objects.all().delete()
