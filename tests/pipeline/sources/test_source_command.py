"""`manage.py source`: the same steps as in the browser, one JSON object each."""

from __future__ import annotations

import json
import tomllib
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client

from departments.models import Company, User
from pipeline.models import ImportBatch, Opportunity, SourcePull
from pipeline.services.imports_undo import import_undo
from pipeline.services.sources.pulls import pull_read
from tests.pipeline.sources.uploads import HEADER

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "UPLOADS", tmp_path / "uploads")
    monkeypatch.setattr(settings, "CUSTODY_STORE", tmp_path / "custody")


def source(*arguments: str, refused: bool = False) -> dict[str, Any]:
    out = StringIO()
    if refused:
        with pytest.raises(SystemExit):
            call_command("source", *arguments, "--json", stdout=out)
    else:
        call_command("source", *arguments, "--json", stdout=out)
    answer: dict[str, Any] = json.loads(out.getvalue())
    return answer


def test_from_a_file_to_figures_and_back(tmp_path: Path) -> None:
    file, mapping = tmp_path / "deals.csv", tmp_path / "m.toml"
    file.write_text(HEADER + "D1,Offer,2026-01-05,,100,Ann,\nD2,Won,2026-01-05,2026-02-01,500,Bob,\n")
    assert source("add", str(file))["state"] == "read"
    # The company has no name yet: nothing is taken in.
    assert "The company needs its name." in source("pull", "deals", refused=True)["undecided"]
    text = source("map", "deals")["mapping"]
    assert tomllib.loads(text)["deal"]["amount"] == "Amount"
    named = text.replace('name = ""', 'name = "Werk GmbH"', 1).replace(
        'reporting_currency = ""', 'reporting_currency = "EUR"'
    )
    mapping.write_text(named.replace('time_zone = ""', 'time_zone = "Europe/Berlin"'))
    assert source("map", "deals", str(mapping)) == {"version": 2}
    assert source("pull", "deals", "--dry-run")["outcomes"] == {"open": [1, 100.0], "won": [1, 500.0]}
    assert not Company.objects.exists()
    taken = source("pull", "deals")
    assert (taken["state"], Opportunity.objects.count()) == ("done", 2)
    assert source("status", "deals")["import"] == taken["import"]
    assert source("list")["sources"][0]["imported"] == 1

    # Undone, the kept files are used again without the file.
    file.unlink()
    import_undo(batch_id=ImportBatch.objects.get().pk, user=None)
    client, pull = Client(), SourcePull.objects.get()
    person = User.objects.create_superuser("root", "root@example.com", "quiet-river-stone")
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(f"/data/sources/files/{pull.token}/read-again/").status_code == 302
    pull_read(token=pull.token)
    again = source("pull", "deals")
    assert (again["state"], Opportunity.objects.count()) == ("done", 2)
