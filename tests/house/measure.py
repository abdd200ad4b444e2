"""The structure of the product against its limits: `make house` prints the table.

Read with Python's own parser, nothing is imported or run. `--names` lists the dialect's bindings by module, `--reach`
the functions behind `GET /`, `--large` the folders, files and functions over their limit.
"""

from __future__ import annotations

import argparse
import ast
import io
import sys
import tokenize
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tests.house.dialect import bindings, one_word
from tests.house.reach import reach, root_view
from tests.house.source import Function, Module, functions, modules

CORES = (
    "departments.core",
    "departments.scorecards.core",
    "departments.discussion.core",
    "departments.updates.core",
    "pipeline.core",
    "revenue_health.contribution.core",
    "revenue_health.review.core",
)
FOLDER, FOLDER_P90, FILE, FUNCTION_P99, DIALECT_PERCENT, REACH = 14, 12, 300, 40, 0.5, 100


@dataclass(frozen=True)
class Measure:
    """One line of the table; without a limit it only informs."""

    name: str
    value: float
    limit: float | None = None
    at_least: bool = False
    unit: str = ""

    @property
    def is_over(self) -> bool:
        if self.limit is None:
            return False
        return self.value < self.limit if self.at_least else self.value > self.limit

    def __str__(self) -> str:
        limit = "" if self.limit is None else f"{'>=' if self.at_least else '<='} {self.limit:g}"
        verdict = "" if self.limit is None else "over" if self.is_over else "OK"
        value = f"{self.value:,.{0 if float(self.value).is_integer() else 1}f}"
        return f"{self.name:<46} {value:>8} {self.unit:<2} {limit:>8}  {verdict}".rstrip()


def percentile(values: Iterable[int], share: float) -> int:
    """The value that `share` of the values do not exceed, by nearest rank; 0 of nothing."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * round(share * 100) // 100) - 1)] if ordered else 0


def length(function: Function) -> int:
    """Lines from `def` to the last one: decorators do not count, the docstring does."""
    return (function.end_lineno or function.lineno) - function.lineno + 1


def folders(every: Iterable[Module]) -> Counter[str]:
    """Modules by folder, package files apart."""
    return Counter(str(module.path.parent) for module in every if not module.is_package)


def comments(text: str) -> tuple[int, int]:
    """Comment lines and code lines of a file: a docstring is neither."""
    commented, code = 0, set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            commented += 1
        elif token.type not in {tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}:
            code.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            code -= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return commented, len(code)


def public(tree: ast.Module) -> list[Function]:
    """Functions and methods a caller elsewhere may use."""
    every = [node for node in tree.body if isinstance(node, Function.__value__)]
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            every += [method for method in node.body if isinstance(method, Function.__value__)]
    return [function for function in every if not function.name.startswith("_")]


def sizes(every: Sequence[Module]) -> Iterator[Measure]:
    """How large folders, files and functions are."""
    counts = folders(every).values()
    yield Measure("modules", len(every))
    yield Measure("modules a folder, max", max(counts), FOLDER)
    yield Measure("modules a folder, p90", percentile(counts, 0.9), FOLDER_P90)
    lines = [len(module.text.splitlines()) for module in every]
    yield Measure("lines a file, median", percentile(lines, 0.5))
    yield Measure("lines a file, max", max(lines), FILE)
    lengths = [length(function) for module in every for function in functions(module.tree)]
    yield Measure("functions", len(lengths))
    for share in (0.5, 0.9):
        yield Measure(f"lines a function, p{share * 100:g}", percentile(lengths, share))
    yield Measure("lines a function, p99", percentile(lengths, 0.99), FUNCTION_P99)
    yield Measure("lines a function, max", max(lengths))


def names(every: Sequence[Module]) -> Iterator[Measure]:
    """How many names only we understand."""
    given = list(bindings(every))
    dialect = sum(binding.is_dialect for binding in given)
    yield Measure("bindings", len(given))
    yield Measure(f"bindings in dialect ({dialect})", 100 * dialect / len(given), DIALECT_PERCENT, unit="%")
    short = one_word(function for module in every for function in functions(module.tree))
    yield Measure("functions named by one word", 100 * sum(short) / len(short), unit="%")


def papers(every: Sequence[Module]) -> Iterator[Measure]:
    """What is written down beside the code."""
    commented, code = map(sum, zip(*(comments(module.text) for module in every), strict=True))
    yield Measure("comments per 100 code lines", 100 * commented / code)
    for core in CORES:
        open_to_others = [f for m in every if m.name.startswith(core) for f in public(m.tree)]
        with_docstring = sum(ast.get_docstring(function) is not None for function in open_to_others)
        share = 100 * with_docstring / len(open_to_others) if open_to_others else 100
        yield Measure(f"docstrings in {core}", share, 100, at_least=True, unit="%")


def request(every: dict[str, Module]) -> Iterator[Measure]:
    """What `GET /` reaches."""
    reached = reach(every, root_view(every))
    yield Measure("GET / functions reached", len(reached.functions), REACH)
    yield Measure("GET / modules reached", len(reached.modules))
    yield Measure("GET / depth", reached.depth)


def main(arguments: Sequence[str]) -> int:
    """Prints the table; with `--strict` it fails where a limit is passed."""
    parser = argparse.ArgumentParser(prog="python -m tests.house.measure", description=__doc__)
    for option in ("--names", "--reach", "--large", "--strict"):
        parser.add_argument(option, action="store_true")
    options = parser.parse_args(arguments)
    every = modules()
    listed = list(every.values())
    if options.names:
        print(*_dialect(listed), sep="\n")
    if options.reach:
        print(
            *(
                f"{depth:>2} {m}.{name}"
                for (m, name), depth in sorted(reach(every, root_view(every)).functions.items())
            ),
            sep="\n",
        )
    if options.large:
        print(*_large(listed), sep="\n")
    table = [*sizes(listed), *names(listed), *request(every), *papers(listed)]
    print(*table, sep="\n")
    return int(options.strict and any(measure.is_over for measure in table))


def _dialect(every: Sequence[Module]) -> Iterator[str]:
    by_module: dict[str, list[str]] = {}
    for binding in sorted(bindings(every)):
        if binding.is_dialect:
            by_module.setdefault(binding.module, []).append(f"{binding.scope}:{binding.name}")
    for module, given in sorted(by_module.items(), key=lambda item: -len(item[1])):
        yield f"{len(given):>3} {module}: {', '.join(sorted(set(given)))}"


def _large(every: Sequence[Module]) -> Iterator[str]:
    for folder, count in folders(every).most_common():
        if count > FOLDER_P90:
            yield f"{count:>4} modules    {folder}"
    for module in every:
        if (lines := len(module.text.splitlines())) > FILE:
            yield f"{lines:>4} lines      {module.path}"
        for function in functions(module.tree):
            if (lines := length(function)) > FUNCTION_P99:
                yield f"{lines:>4} lines      {module.path}:{function.lineno} {function.name}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
