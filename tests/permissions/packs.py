"""Packs, their board, decisions, links and files: the board reads, executives and analysts write."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from departments.models import User
from pipeline.models import RecomputeRun
from revenue_health.review.core.canonical_json import canonical_json, sha256_of
from revenue_health.review.core.slides import Column, ColumnKind, Slide, Table
from revenue_health.review.models import Pack, PackExport, PackLink
from revenue_health.review.selectors.packs.exports import exports_folder
from revenue_health.review.selectors.packs.links import token_hash
from tests.permissions import ANYBODY, HAS_ROLE, MANAGERS, row

THEN = datetime(2026, 11, 23, 6, tzinfo=UTC)


def a_pack() -> Pack:
    """A small one, made by hand: who may see it does not depend on what is in it."""
    columns = (Column("Name"), Column("Amount", ColumnKind.MONEY))
    numbers = Table(title="Numbers", columns=columns, rows=(("Plan", 100),))
    slide = Slide(key="numbers", title="Numbers", message="A message.", tables=(numbers,))
    content = {
        "as_of": THEN.isoformat(),
        "run": 1,
        "time_zone": "UTC",
        "company": "Brightwater",
        "currency": "EUR",
        "people": [],
        "period": {"label": "2026-Q4"},
        "pack": {"title": "A review", "frozen_at": THEN.isoformat(), "frozen_by": ""},
        "slides": [slide.to_json()],
    }
    text = canonical_json(content)
    return Pack.objects.create(
        title="A review",
        period_label="2026-Q4",
        as_of=THEN,
        frozen_at=THEN,
        method=1,
        run_number=1,
        content=text,
        sha256=sha256_of(text),
    )


def of_nothing() -> dict[str, Any]:
    """Nothing to freeze: who may press the button does not depend on it, and freezing takes its time."""
    RecomputeRun.objects.update(status=RecomputeRun.Status.FAILED)
    return {}


def of_pack() -> dict[str, Any]:
    return {"pk": a_pack().pk}


def of_link() -> dict[str, Any]:
    link = PackLink.objects.create(
        pack=a_pack(),
        token_hash=token_hash("a-token"),
        created_by=User.objects.get(username="ceo"),
        created_at=THEN,
        expires_at=datetime.now(UTC) + timedelta(days=1),
    )
    return {"pk": link.pack_id, "link": link.pk}


def of_token() -> dict[str, Any]:
    of_link()
    return {"token": "a-token"}


def of_export() -> dict[str, Any]:
    exports_folder().mkdir(parents=True, exist_ok=True)
    (exports_folder() / "permission.csv").write_text("a\n")
    export = PackExport.objects.create(
        pack=a_pack(), kind="csv", status="done", file="permission.csv", asked_at=THEN, touched_at=THEN
    )
    return {"pk": export.pack_id, "export": export.pk}


ROWS = [
    row("review:packs", get=HAS_ROLE),
    row("review:pack_freeze", of_nothing, get=MANAGERS.gives(302), post=MANAGERS.gives(302)),
    row("review:decisions", get=HAS_ROLE),
    row("review:pack", of_pack, get=HAS_ROLE),
    row("review:pack_csv", lambda: of_pack() | {"key": "numbers"}, get=HAS_ROLE),
    row("review:decision_log", of_pack, post=MANAGERS.gives(422)),
    row("review:pack_links", of_pack, post=MANAGERS.gives(422)),
    row("review:pack_link_revoke", of_link, post=MANAGERS.gives(302)),
    row("review:pack_exports", of_pack, get=HAS_ROLE.gives(302), post=HAS_ROLE.gives(422)),
    row("review:pack_export", of_export, get=HAS_ROLE),
    row("review:board", of_pack, get=HAS_ROLE),
    row("review:pack_link", of_token, get=ANYBODY),
]
