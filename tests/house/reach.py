"""How much of the product one page reads: a static walk from its view.

Followed: calls and references by name to functions of this repository, through imports and re-exports, and imports
inside functions. Not followed: methods, templates, signals, what a registry holds. So a lower bound, and one that
moves only when the code moves.
"""

from __future__ import annotations

import ast
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from tests.house.source import Function, Module, imported

type Place = tuple[str, str]
"""A function: its module and its name."""


@dataclass(frozen=True)
class Reach:
    """What a view reaches; `depth` is the number of calls to the function that is farthest away."""

    functions: dict[Place, int]

    @property
    def modules(self) -> set[str]:
        return {module for module, _ in self.functions}

    @property
    def depth(self) -> int:
        return max(self.functions.values(), default=0)


def root_view(modules: dict[str, Module]) -> Place:
    """The view of `GET /`: the first `path("", view)` among the addresses that are included without a prefix."""
    for address_module in _rooted(modules, "revenue_health.urls"):
        for call in _paths(modules[address_module].tree):
            view = call.args[1]
            if isinstance(view, ast.Attribute) and isinstance(view.value, ast.Name):
                source, name = modules[address_module].imports.get(view.value.id, ("", ""))
                if (module := f"{source}.{name}") in modules:
                    return module, view.attr
    raise LookupError("No view stands at the root.")


def reach(modules: dict[str, Module], start: Place) -> Reach:
    """Every function that the walk from `start` meets, with its distance."""
    distances = {start: 0}
    queue = deque([start])
    while queue:
        place = queue.popleft()
        module = modules[place[0]]
        for following in _called(modules, module, module.definitions[place[1]]):
            if following not in distances:
                distances[following] = distances[place] + 1
                queue.append(following)
    return Reach(distances)


def _rooted(modules: dict[str, Module], name: str) -> Iterator[str]:
    """The URL modules whose addresses begin at the root: those included with "", and those whose lists are spliced."""
    yield name
    for call in _paths(modules[name].tree):
        if isinstance(include := call.args[1], ast.Call) and include.args:
            included = getattr(include.args[0], "value", "")
            if included in modules:
                yield from _rooted(modules, included)
    for source, spliced in modules[name].imports.values():
        for module in (source, f"{source}.{spliced}"):
            if "urls" in module and module in modules:
                yield from _rooted(modules, module)


def _paths(tree: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id="path"), args=[ast.Constant(value=""), *_]):
                yield node


def _called(modules: dict[str, Module], module: Module, function: Function) -> Iterator[Place]:
    names = module.imports | dict(imported(module, function))
    local = {node.arg for node in ast.walk(function) if isinstance(node, ast.arg)} | {
        node.id for node in ast.walk(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and node.id not in local:
            if place := _resolved(modules, module, names, node.id):
                yield place
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            source, name = names.get(node.value.id, ("", ""))
            other = f"{source}.{name}" if name else source
            if other in modules and node.attr in modules[other].definitions:
                yield other, node.attr


def _resolved(modules: dict[str, Module], module: Module, names: dict[str, Place], name: str) -> Place | None:
    """The function that a name means in a module, behind however many re-exports."""
    while True:
        if name in module.definitions:
            return module.name, name
        source, original = names.get(name, ("", ""))
        if source not in modules or not original:
            return None
        module, name = modules[source], original
        names = module.imports
