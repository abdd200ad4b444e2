"""Which tests run, and in which order."""

from __future__ import annotations

import pytest

from tests.collection import LONGEST, TESTS, mark_beyond_always


def test_every_module_that_is_to_begin_is_there_and_named_once() -> None:
    assert [name for name in LONGEST if not (TESTS / name).is_file()] == []
    assert len(set(LONGEST)) == len(LONGEST)


@pytest.mark.parametrize(("most", "run"), [(1, [0]), (2, [0, 6]), (3, [0, 3, 6]), (7, list(range(7)))])
def test_of_many_cases_some_are_always_run(request: pytest.FixtureRequest, most: int, run: list[int]) -> None:
    def one() -> None: ...

    items = [pytest.Function.from_parent(request.node.parent, name=f"one[{case}]", callobj=one) for case in range(7)]
    for item in items:
        item.add_marker(pytest.mark.always(most))
    mark_beyond_always(items)
    assert [number for number, item in enumerate(items) if not item.get_closest_marker("slow")] == run
