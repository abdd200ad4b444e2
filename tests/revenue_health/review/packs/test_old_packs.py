"""Packs frozen by earlier versions open as page, board and file, and their hashes still fit.

`frozen/` holds contents byte for byte as they were stored; nothing ever writes these files anew. The first is of before
money was frozen with three digits: its scales name none.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from openpyxl import load_workbook
from pptx import Presentation
from pypdf import PdfReader

from departments.models import User
from revenue_health.review.core.canonical_json import canonical_json
from revenue_health.review.models import Pack
from revenue_health.review.selectors.packs.archive import verify_pack
from revenue_health.review.selectors.packs.frozen import frozen_review
from revenue_health.review.services.exports import pack_write

pytestmark = pytest.mark.django_db
FOLDER = Path(__file__).parent / "frozen"
HASHES = {
    "before-three-digits": "3e7810269becfd28ac40dce204146373f5233dd2b20de3e97d6c04c24b468788",
    "with-three-digits": "01a63525a4ae28b2379b57c1999b2b74af3951c94a269b2be322f08f3856e0eb",
}


@pytest.fixture(params=HASHES)
def old_pack(request: pytest.FixtureRequest) -> Pack:
    """A pack with the content and the hash it was stored with."""
    content = (FOLDER / f"{request.param}.json").read_text(encoding="utf-8")
    figures = json.loads(content)
    return Pack.objects.create(
        title=figures["pack"]["title"],
        period_label=figures["period"]["label"],
        as_of=datetime.fromisoformat(figures["as_of"]),
        frozen_at=datetime.fromisoformat(figures["pack"]["frozen_at"]),
        method=figures["method"],
        run_number=figures["run"],
        content=content,
        sha256=HASHES[request.param],
    )


@pytest.fixture
def reader() -> Client:
    client = Client()
    user = User.objects.create_superuser(username="reader", email="reader@example.com", password="quiet-river-stone")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def scales(slides: list[Any]) -> Iterator[dict[str, Any]]:
    """The units of every chart and table."""
    for slide in slides:
        yield from (part["scale"] for part in (slide["chart"], *slide["tables"]) if part and part["scale"])


def messages(pack: Pack) -> list[str]:
    return [slide["message"] for slide in json.loads(pack.content)["slides"]]


def plain(text: str) -> str:
    return " ".join(text.replace("\N{NO-BREAK SPACE}", " ").split())


def test_the_hash_fits(old_pack: Pack) -> None:
    assert verify_pack(old_pack).intact


def test_slides_are_written_back_as_they_were_read(old_pack: Pack) -> None:
    stored = old_pack.figures["slides"]
    written = [slide.to_json() for slide in frozen_review(old_pack).slides]
    for scale in scales(written):
        if "digits" not in next(iter(scales(stored))):
            assert scale.pop("digits") == 0
    assert canonical_json({"slides": written}) == canonical_json({"slides": stored})


def test_the_page_says_so_and_has_every_slide(old_pack: Pack, reader: Client) -> None:
    page = plain(reader.get(f"/packs/{old_pack.pk}/").content.decode())
    assert "verified, sha256" in page
    assert all(message in page for message in messages(old_pack))


def test_tables_are_written_in_the_digits_of_their_day(old_pack: Pack, reader: Client) -> None:
    page = reader.get(f"/packs/{old_pack.pk}/").content.decode()
    table = page[page.index('id="bridge"') : page.index('id="shares"')]
    bars = next(slide for slide in json.loads(old_pack.content)["slides"] if slide["key"] == "bridge")["chart"]["bars"]
    for bar in bars:
        assert f">{bar['text']}</td>" in table, bar["name"]


def test_the_board_has_every_slide(old_pack: Pack, reader: Client) -> None:
    page = plain(reader.get(f"/board/{old_pack.pk}/").content.decode())
    assert "verified, sha256" in page
    assert all(message in page for message in messages(old_pack))


@pytest.mark.always(1)
def test_files_are_made_of_it(old_pack: Pack, tmp_path: Path) -> None:
    for kind in ("pdf", "pptx", "xlsx", "csv"):
        pack_write(pack=old_pack, kind=kind, path=tmp_path / f"pack.{kind}")
    paper = plain(" ".join(page.extract_text() for page in PdfReader(tmp_path / "pack.pdf").pages))
    deck = Presentation(str(tmp_path / "pack.pptx"))
    titles = [plain(slide.shapes.title.text_frame.text) for slide in deck.slides]
    assert old_pack.sha256 in paper
    for message in messages(old_pack):
        assert message in paper
        assert message in titles
    assert len(load_workbook(tmp_path / "pack.xlsx").sheetnames) == len(messages(old_pack))
