"""`manage.py sample`: the sample company by command, with the refusals of the page."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command

from departments.models import Company, Department
from pipeline.models import Opportunity, RecomputeRun
from pipeline.services import sample as service
from pipeline.services.imports import company_folder_load
from tests.pipeline.folders import folder_write

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _small(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.CUSTODY_STORE = tmp_path / "custody"
    cache.clear()
    call_command("flush", verbosity=0, interactive=False)
    monkeypatch.setattr(service, "OPPORTUNITIES", 60)
    monkeypatch.setattr(service, "YEARS", 1)


def sample(*arguments: str, refused: bool = False) -> dict[str, Any]:
    out = StringIO()
    if refused:
        with pytest.raises(CommandError):
            call_command("sample", *arguments, "--json", stdout=out)
    else:
        call_command("sample", *arguments, "--json", stdout=out)
    answer: dict[str, Any] = json.loads(out.getvalue())
    return answer


def test_the_sample_is_computed_and_is_removed_only_with_yes() -> None:
    assert sample("add") == {"loaded": True, "deals": 60}
    assert Company.objects.get().sample
    assert RecomputeRun.objects.filter(finished_at__isnull=False).exists()
    # Without --yes it is only said what would be lost.
    shown = sample("remove")
    assert (shown["removed"], shown["deals"]) == (False, 60)
    assert Opportunity.objects.count() == 60
    assert sample("remove", "--yes")["removed"]
    assert [model.objects.count() for model in (Company, Department, Opportunity)] == [0, 0, 0]


def test_ones_own_company_is_neither_joined_nor_removed(tmp_path: Path) -> None:
    assert company_folder_load(path=folder_write(tmp_path / "own")).accepted
    deals = Opportunity.objects.count()
    assert "There is a company already" in sample("add", refused=True)["error"]
    for yes in ([], ["--yes"]):
        assert "your own data are not thrown away here" in sample("remove", *yes, refused=True)["error"]
    assert Opportunity.objects.count() == deals > 0


def test_there_is_nothing_to_remove_in_an_empty_installation() -> None:
    assert "This is not the sample company" in sample("remove", "--yes", refused=True)["error"]
