"""The order of a parallel run names modules that are there: one that was moved would quietly run last again."""

from __future__ import annotations

from tests.longest_first import LONGEST, TESTS


def test_every_module_that_is_to_begin_is_there_and_named_once() -> None:
    assert [name for name in LONGEST if not (TESTS / name).is_file()] == []
    assert len(set(LONGEST)) == len(LONGEST)
