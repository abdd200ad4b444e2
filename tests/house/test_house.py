"""The measuring measures: small trees whose figures are counted by hand."""

from __future__ import annotations

from pathlib import Path

from tests.house.dialect import bindings
from tests.house.measure import comments, percentile
from tests.house.reach import reach, root_view
from tests.house.source import Module, modules


def module(name: str, text: str) -> Module:
    return Module(name, Path(f"{name.replace('.', '/')}.py"), text, is_package=False)


def test_a_percentile_is_the_nearest_rank() -> None:
    assert [percentile(range(1, 11), share) for share in (0.5, 0.9, 1)] == [5, 9, 10]
    assert percentile([], 0.9) == 0


def test_docstrings_are_neither_comment_nor_code() -> None:
    assert comments('"""Two\nlines."""\n\n# why\nx = 1  # what\n') == (2, 1)


def test_a_name_is_dialect_when_the_word_stands_alone() -> None:
    text = "def _asked(one, weeks_asked):\n    found = [word for word in one]\n    return found\n"
    assert sorted(binding.name for binding in bindings([module("pipeline.a", text)]) if binding.is_dialect) == [
        "_asked",
        "found",
        "one",
    ]


def test_the_walk_follows_imports_and_no_locals() -> None:
    tree = {
        "pipeline.a": module("pipeline.a", "from pipeline.b import go, row\ndef view(row):\n    return go(row)\n"),
        "pipeline.b": module(
            "pipeline.b", "def go(x):\n    return _deeper(x)\n\ndef _deeper(x): ...\ndef row(): ...\n"
        ),
    }
    walked = reach(tree, ("pipeline.a", "view"))
    assert walked.functions == {("pipeline.a", "view"): 0, ("pipeline.b", "go"): 1, ("pipeline.b", "_deeper"): 2}
    assert walked.modules == {"pipeline.a", "pipeline.b"}


def test_the_root_is_the_weekly_review() -> None:
    assert root_view(modules())[0] == "revenue_health.review.views.weekly.review"
