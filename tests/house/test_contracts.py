"""The import contracts leave no module out: import-linter itself looks only where a contract has containers."""

from __future__ import annotations

import tomllib

from tests.house.source import ROOT, modules

UNBOUND = {"departments.apps", "departments.json_types"}
"""Django's handle, which may import all, and names of types, which import nothing."""


def test_every_module_of_departments_stands_in_its_contract() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (layers,) = [each["layers"] for each in contracts if each["name"].startswith("Doors of departments")]
    placed = {name for layer in layers for name in layer.split(" | ")}
    every = {name for name, module in modules().items() if name.startswith("departments.") and not module.is_package}
    assert {name for name in every if not placed & {name, *_around(name)}} == UNBOUND


def _around(name: str) -> set[str]:
    """The packages a module lies in."""
    parts = name.split(".")
    return {".".join(parts[:length]) for length in range(1, len(parts))}
