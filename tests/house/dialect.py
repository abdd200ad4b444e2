"""Names that mean nothing to anyone but their author: participles, pronouns and whims in place of a noun.

`found` is rows or matches, `one` is the thing itself, `asked` is parameters, `told` is sentences, `kept` is cached.
A name is one of them when nothing is left beside the word: `_asked` and `Told` are, `asked_weeks` is not.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tests.house.source import Function, Module

PARTICIPLES = {"asked", "drawn", "found", "given", "gotten", "kept", "known", "made", "meant", "said", "shown", "told"}
PRONOUNS = {"anybody", "everybody", "mine", "nobody", "one", "ones", "ours", "somebody", "theirs", "who", "whom"}
WHIMS = {"lacking", "luck", "something", "sought", "teller", "thing", "things", "trouble", "wanted", "wish", "words"}
OLD_FASHIONED = {"careless", "choke", "chokes", "deed", "deeds"}
DIALECT = PARTICIPLES | PRONOUNS | WHIMS | OLD_FASHIONED


@dataclass(frozen=True, order=True)
class Binding:
    """One place that gives a name: a parameter, a variable, an attribute of a class, a function, a class."""

    module: str
    scope: str
    """The functions and classes around it, with dots; empty on the top level."""
    name: str
    line: int

    @property
    def is_dialect(self) -> bool:
        return self.name.strip("_").lower() in DIALECT


def bindings(modules: Iterable[Module]) -> Iterator[Binding]:
    """Every binding of the modules; `self` and `cls` are no choice of a name, so they do not count."""
    for module in modules:
        for scope, name, line in _bindings(module.tree, ""):
            if name not in {"self", "cls"}:
                yield Binding(module.name, scope, name, line)


def _bindings(node: ast.AST, scope: str) -> Iterator[tuple[str, str, int]]:
    for child in ast.iter_child_nodes(node):
        inside = scope
        match child:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield scope, child.name, child.lineno
                inside = f"{scope}.{child.name}".lstrip(".")
            case ast.Name(id=name, ctx=ast.Store()):
                yield scope, name, child.lineno
            case ast.arg(arg=name):
                yield scope, name, child.lineno
            case ast.ExceptHandler(name=str(name)):
                yield scope, name, child.lineno
            case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                yield scope, name, child.lineno
        yield from _bindings(child, inside)


def one_word(functions: Iterable[Function]) -> list[bool]:
    """For each function whether its name is a single word, so that search finds too many of them."""
    return ["_" not in function.name.strip("_") for function in functions]
