"""The scripts that slow tests run in other processes import what is there, so that a move of code is noticed today."""

from __future__ import annotations

import ast
import importlib
import re

import pytest

from tests.revenue_health.embedded import test_killed_worker as scripts

TEXTS = {name: text for name, text in vars(scripts).items() if isinstance(text, str) and "\nfrom " in text}


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_a_script_imports_what_is_there(name: str) -> None:
    code = re.sub(r"\{\w+!r}", "''", TEXTS[name])
    for statement in ast.walk(ast.parse(code)):
        if isinstance(statement, ast.ImportFrom):
            module = importlib.import_module(statement.module or "")
            missing = [alias.name for alias in statement.names if not hasattr(module, alias.name)]
            assert not missing, f"{module.__name__} has no {missing}"


def test_every_script_is_looked_at() -> None:
    assert {"UPLOAD", "NOW", "EVIDENCE", "PACK", "REMIND", "BACK_UP"} <= set(TEXTS)
