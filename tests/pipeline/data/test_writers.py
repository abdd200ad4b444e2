"""Whose amount it is: the actor of an event is a department, one of its people, or the deal's owner in its team."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import call_command

from departments.models import Department, Membership, User
from pipeline.custody_store import custody_cursor
from pipeline.models import RecomputeRun
from pipeline.services.imports import company_folder_load
from pipeline.services.recompute import recompute
from tests.pipeline.folders import folder_write

pytestmark = pytest.mark.django_db(transaction=True)

ACTORS = ("SALES", "Legal", "lee@example.com", "lee", "both", "Ann", "Zoe", "")
"""Ann owns the deal of team legal; both belongs to two departments; nobody knows Zoe."""


def person(name: str, *keys: str) -> None:
    user = User.objects.create_user(name, email=f"{name}@example.com")
    for key in keys:
        Membership.objects.create(user=user, role="member", department=Department.objects.get(key=key))


def writers(run: RecomputeRun) -> list[str | None]:
    """Keys of the departments of revaluations, in the order of time."""
    rows = custody_cursor(run).execute("SELECT writer FROM moves WHERE kind = 'revalued' ORDER BY \"at\"").fetchall()
    keys = dict(Department.objects.values_list("pk", "key"))
    return [keys.get(writer) for (writer,) in rows]


def test_who_wrote_an_amount(tmp_path: Path, settings: Any) -> None:
    settings.CUSTODY_STORE = tmp_path / "custody"
    cache.clear()
    call_command("flush", verbosity=0, interactive=False)
    head = "opportunity,occurred_at,recorded_at,stage,amount,expected_close,reason,actor\n"
    rows = "".join(
        f"O1,2026-01-{day:02}T09:00:00Z,,lead,{100 + day},,,{actor}\n"
        for day, actor in enumerate(("", *ACTORS), start=5)
    )
    deal = "key,name,pipeline,account,owner,team,source,currency,segment\nO1,,new,,Ann,legal,web,EUR,\n"
    files = {"events.csv": head + rows, "opportunities.csv": deal}
    folder = folder_write(tmp_path / "folder", files, without=("handoffs.csv", "entries.csv"))
    assert company_folder_load(path=folder).accepted
    person("lee", "legal")
    person("both", "legal", "sales")
    run = recompute(as_of=datetime(2026, 3, 1, tzinfo=UTC))
    assert writers(run) == ["sales", "legal", "legal", "legal", None, "legal", None, None]
