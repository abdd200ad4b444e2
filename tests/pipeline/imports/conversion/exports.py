"""Small CRM exports for tests: what the mapping and the rows say, and what comes out of them."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from pipeline.services.imports_crm import CrmConversion, crm_export_convert

MAPPING = """
[company]
name = "C"
reporting_currency = "EUR"
time_zone = "Europe/Berlin"
[files]
deals = "deals.csv"
[deal]
key = "id"
stage = "stage"
created = "created"
closed = "closed"
entry_stage = "open"
amount = "amount"
[pipeline]
key = "p"
name = "P"
[[departments]]
key = "sales"
name = "Sales"
[[stages]]
key = "open"
name = "Open"
owner = "sales"
activities = ["Open"]
[[stages]]
key = "won"
name = "Won"
owner = "sales"
activities = ["Won"]
earns = true
final = true
[[losses]]
activities = ["Lost"]
"""


def mapping(*, deal: str = "", files: str = "", more: str = "", zone: str = "Europe/Berlin") -> str:
    """The mapping with more words in [deal] and [files], and more parts."""
    text = MAPPING.replace("[deal]\n", f"[deal]\n{deal}\n").replace("[files]\n", f"[files]\n{files}\n")
    return text.replace("Europe/Berlin", zone) + more


def convert(tmp_path: Path, rows: str, text: str = MAPPING, **files: str) -> CrmConversion:
    """Convert an export of deals.csv and other files (`products="a,b\\n"`) into tmp_path/out."""
    export = tmp_path / "in"
    export.mkdir(exist_ok=True)
    for name, content in {"deals": rows, **files}.items():
        (export / f"{name}.csv").write_text(content, encoding="utf-8")
    (tmp_path / "m.toml").write_text(text)
    return crm_export_convert(path=export, out=tmp_path / "out", mapping=tmp_path / "m.toml")


def table(folder: Path, name: str) -> list[dict[str, str]]:
    """The rows of a converted table."""
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def history(folder: Path) -> dict[str, list[tuple[str, str, str]]]:
    """The events of each deal as (stage, amount, expected close), in order."""
    deals: dict[str, list[tuple[str, str, str]]] = {}
    for event in table(folder, "events"):
        deals.setdefault(event["opportunity"], []).append((event["stage"], event["amount"], event["expected_close"]))
    return deals


def error_of(output: str) -> dict[str, object]:
    """The JSON answer of a refused command."""
    answer: dict[str, object] = json.loads(output)
    return answer
