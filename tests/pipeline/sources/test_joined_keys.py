"""Values that name no row of a joined table: what is only spelled otherwise is read, what only looks alike is not."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from departments.models import User
from pipeline.services.sources.mappings import mapping_content
from tests.pipeline.sources.uploads import upload

pytestmark = pytest.mark.django_db
DEALS = "Deal ID,Product,Stage,Created,Closed,Amount\n"


@pytest.fixture(autouse=True)
def _folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "UPLOADS", tmp_path / "uploads")


@pytest.mark.parametrize(
    ("value", "keys", "read_as", "nearest"),
    [
        ("GTXPro", ("GTX Pro", "MG Special"), "GTX Pro", ""),
        ("gtx pro", ("GTX Pro", "MG Special"), "GTX Pro", ""),
        # Two keys are spelled so: nobody knows which one is meant.
        ("gtx pro", ("GTX Pro", "GTXPRO"), "", ""),
        ("GTX Plus", ("GTX Plus Pro", "GTX Plug"), "", "GTX Plug"),
        ("P25", ("P5", "P2"), "", ""),
        ("P-25-4", ("P-25-5", "P-24-4"), "", ""),
        ("P 2 5", ("P25", "P5"), "", ""),
        ("p 25", ("P25", "P5"), "P25", ""),
        ("P25", ("P25a", "P5"), "", "P25a"),
    ],
)
def test_only_what_is_spelled_otherwise_is_read_as_a_key(
    value: str, keys: tuple[str, str], read_as: str, nearest: str
) -> None:
    rows = [f"D{n},{product},Won,2026-03-02,2026-03-09,5\n" for n, product in enumerate((*keys, *keys, value), 1)]
    products = "Product,Price\n" + "".join(f"{key},{n}\n" for n, key in enumerate(keys, 7))
    pull = upload({"deals.csv": DEALS + "".join(rows), "products.csv": products})
    (join,) = pull.reading["joins"]
    assert join["missing"] == [[value, 1, read_as, nearest]]
    newest = pull.source.mappings.first()
    assert newest is not None
    assert mapping_content(newest).get("values", {}).get("Product", {}) == ({value: read_as} if read_as else {})
    client = Client()
    client.force_login(User.objects.create_superuser("root"), backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(f"/data/sources/files/{pull.token}/").content.decode()
    assert (f"read as “{read_as}”" in page) == bool(read_as)
    assert (f"nearest is “{nearest}”" in page) == bool(nearest)


def test_what_a_deal_is_called_is_never_read_otherwise() -> None:
    """A table that names deals by their keys in other capitals joins them; the deals keep their names."""
    deals = "".join(f"{key},P,Won,2026-03-02,2026-03-09,5\n" for key in ("deal a", "deal b", "deal c"))
    notes = "Deal,Remark\ndeal a,x\ndeal b,y\nDEAL C,z\n"
    pull = upload({"deals.csv": DEALS + deals, "notes.csv": notes})
    newest = pull.source.mappings.first()
    assert newest is not None
    assert "Deal ID" not in mapping_content(newest).get("values", {})
    assert [row[2:] for join in pull.reading["joins"] for row in join["missing"]] == [["", "DEAL C"]]
