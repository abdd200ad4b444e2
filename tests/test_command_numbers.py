"""Whole numbers of command-line options have bounds: a slip of the hand starts no million processes."""

from __future__ import annotations

import pytest
from django.core.management import call_command, get_commands, load_command_class
from django.core.management.base import CommandError

from departments.management.arguments import whole_number

_OURS = ("departments", "pipeline", "revenue_health")
_NAMES_A_ROW = {("undo_import", "id")}
"""Looked up, and refused by name where there is none."""


def test_no_option_takes_any_whole_number() -> None:
    own = {name: app for name, app in get_commands().items() if app.split(".")[0] in _OURS}
    assert {"recompute", "scorecard", "generate", "demo"} <= set(own)
    unbounded = {
        (name, action.dest)
        for name, app in own.items()
        for action in load_command_class(app, name).create_parser("manage.py", name)._actions
        if action.type is int and action.dest != "verbosity"
    }
    assert unbounded == _NAMES_A_ROW


@pytest.mark.parametrize(
    ("command", "low", "high"),
    [
        (["recompute", "--processes"], 1, 64),
        (["validate_method", "--seeds"], 1, 1_000),
        (["scorecard", "--department", "sales", "--weeks"], 1, 260),
        (["demo", "--port"], 0, 65_535),
        (["demo", "--opportunities"], 1, 9_999_999),
        (["serve", "--port"], 0, 65_535),
    ],
)
def test_beyond_its_bounds_nothing_begins(command: list[str], low: int, high: int) -> None:
    for value in (low - 1, high + 1, -1, 10**20, "x", "1e3", "", "\u0661"):
        with pytest.raises(CommandError, match=f"is not a whole number from {low:,} to {high:,}|expected one argument"):
            call_command(*command, str(value))


def test_within_them_it_is_the_number() -> None:
    parse = whole_number(0, 2**63)
    assert [parse(text) for text in ("0", "7", "007", str(2**63))] == [0, 7, 7, 2**63]
