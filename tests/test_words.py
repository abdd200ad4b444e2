"""No phrase that docs/words.md has replaced stands in a template or in a sentence of the code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
SENTENCES = ("departments", "pipeline", "revenue_health")
NOT_READ = ("migrations", "validation", "embedded", "bootstrap.py")


def replaced() -> list[str]:
    """The phrases of the table's first column."""
    return re.findall(r"^\| `([^`]+)` \|", (ROOT / "docs" / "words.md").read_text(), flags=re.MULTILINE)


def texts() -> Iterator[tuple[str, str]]:
    """Where a text stands, and the text: templates, and strings of the code that are no docstrings."""
    for path in (ROOT / "templates").rglob("*.*"):
        yield str(path.relative_to(ROOT)), path.read_text()
    for name in SENTENCES:
        for path in (ROOT / name).rglob("*.py"):
            if not any(part in str(path) for part in NOT_READ):
                yield from strings(path)


def strings(path: Path) -> Iterator[tuple[str, str]]:
    tree = ast.parse(path.read_text())
    bodies = [
        node.body
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and node.body
    ]
    documented = {id(body[0].value) for body in bodies if isinstance(body[0], ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documented:
            yield f"{path.relative_to(ROOT)}:{node.lineno}", node.value


def test_no_replaced_phrase_is_left() -> None:
    phrases = replaced()
    assert len(phrases) > 20
    left = [f"{place}: {phrase}" for place, text in texts() for phrase in phrases if stands_in(phrase, text)]
    assert left == []


def stands_in(phrase: str, text: str) -> bool:
    """A phrase in small letters is found however it is written, one with a capital only as it stands."""
    return phrase in (text.lower() if phrase.islower() else text)


def test_a_phrase_in_small_letters_is_found_at_the_beginning_of_a_sentence_too() -> None:
    assert stands_in("as known then", "As known then")
    assert stands_in("Leave it", "Leave it")
    assert not stands_in("Leave it", "leave it out")


def test_the_sign_of_a_verdict_warns_of_nothing_else() -> None:
    """▲ contributes: what is late, over a limit or not saved has a sign of its own."""
    late = re.compile(r"▲ [^<>]{0,40}(overdue|passed|over limit|[Nn]ot saved|Missing)|is_overdue %}▲")
    assert [place for place, text in texts() if late.search(text)] == []
