"""The product's modules as syntax trees, and what a name in one of them stands for."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("departments", "pipeline", "revenue_health")
"""Measured: the product's own code, without its tests and without migrations."""

type Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass
class Module:
    """One file; `names` is what its top level binds: a definition of its own, or (module, name) of an import."""

    name: str
    path: Path
    text: str
    is_package: bool
    tree: ast.Module = field(init=False)

    def __post_init__(self) -> None:
        self.tree = ast.parse(self.text)

    @cached_property
    def definitions(self) -> dict[str, Function]:
        """The functions of the top level."""
        return {node.name: node for node in self.tree.body if isinstance(node, Function.__value__)}

    @cached_property
    def imports(self) -> dict[str, tuple[str, str]]:
        return dict(imported(self, self.tree))


def modules(root: Path = ROOT) -> dict[str, Module]:
    """Every measured module by its dotted name."""
    every = {}
    for file in sorted(file for package in PACKAGES for file in (root / package).rglob("*.py")):
        path = file.relative_to(root)
        if "migrations" in path.parts:
            continue
        parts = path.with_suffix("").parts
        dotted = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        every[dotted] = Module(dotted, path, file.read_text(), parts[-1] == "__init__")
    return every


def imported(module: Module, tree: ast.AST) -> Iterator[tuple[str, tuple[str, str]]]:
    """What the imports anywhere under a node bind: the local name, and (module, name); the name is empty for a whole
    module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.asname or alias.name.split(".")[0], (alias.name, "")
        elif isinstance(node, ast.ImportFrom):
            source = node.module or ""
            if node.level:
                base = module.name.split(".")
                keep = len(base) - node.level + (1 if module.is_package else 0)
                source = ".".join([*base[:keep], *([node.module] if node.module else [])])
            for alias in node.names:
                yield alias.asname or alias.name, (source, alias.name)


def functions(tree: ast.AST) -> Iterator[Function]:
    """Every function and method under a node."""
    for node in ast.walk(tree):
        if isinstance(node, Function.__value__):
            yield node
