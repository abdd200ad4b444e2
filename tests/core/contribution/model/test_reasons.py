"""A note about one segment names it; only what all of them say stands as one about the company."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from revenue_health.contribution.core.model.groups import reasons_together

EMPTY = "nothing was in the pipeline in this period"
NEW = "no baseline: nothing was in the pipeline then, so nothing can be compared"
NO_PLAN = "no plan: the bridge starts at the baseline"


def test_what_one_segment_says_names_it() -> None:
    found = reasons_together([(EMPTY,), (), (NEW,)], names=("small", "large", ""), word="segment")
    assert found == (f"segment small: {EMPTY}", f"segment (none): {NEW}")


def test_what_several_say_names_each_and_what_all_say_names_none() -> None:
    found = reasons_together([(EMPTY, NEW), (NEW,), (NEW, EMPTY)], names=("a", "b", "c"), word="segment")
    assert found == (f"segments a, c: {EMPTY}", NEW)


@given(
    st.lists(st.lists(st.sampled_from([EMPTY, NEW, NO_PLAN, "other"]), unique=True, max_size=4), min_size=1, max_size=6)
)
def test_nothing_is_lost_and_nothing_is_said_of_more_than_said_it(parts: list[list[str]]) -> None:
    names = [f"<{place}>" for place in range(len(parts))]
    told = reasons_together(parts, names=names, word="segment")
    for reason in (EMPTY, NEW, "other"):
        having = [name for name, part in zip(names, parts, strict=True) if reason in part]
        said = [text for text in told if text.endswith(reason)]
        assert len(said) == bool(having)
        if said and len(having) < len(parts):
            assert [name for name in names if name in said[0]] == having
        elif said:
            assert said == [reason]
    assert NO_PLAN not in told
