"""What is kept in the cache is data with its types; a pickle in it is never read."""

from __future__ import annotations

import os
import pickle
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import pytest
import redis
from django.conf import settings
from django.core.cache import cache
from django.utils.safestring import mark_safe
from hypothesis import HealthCheck, given
from hypothesis import settings as example_settings
from hypothesis import strategies as st

from departments.models import Membership
from revenue_health.cache import JsonSerializer, Unreadable, decode, encode
from revenue_health.celery import app

BERLIN = ZoneInfo("Europe/Berlin")
PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
TYPED = PLAIN | st.decimals(allow_nan=False) | st.dates() | st.binary() | st.timedeltas() | st.datetimes()
NESTED = st.recursive(
    TYPED,
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text() | st.integers(), inner),
    max_leaves=20,
)


def again(value: Any) -> Any:
    serializer = JsonSerializer()
    data = serializer.dumps(value)
    return serializer.loads(data if isinstance(data, bytes) else str(data).encode())


@example_settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(NESTED)
def test_every_value_comes_back_with_its_types(value: object) -> None:
    found = again(value)
    assert found == value
    assert repr(found) == repr(value)


@pytest.mark.parametrize(
    "value",
    [
        {1, 2}, frozenset({("a", 1)}), {("a", 1): [Decimal("1.10")]}, {"!": "data", "v": [1]}, time(12, 30),
        datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=BERLIN), datetime(2026, 1, 1, tzinfo=UTC), float("inf"),
        Membership.Role.HEAD, timedelta(days=-1, microseconds=5), {"nested": ({"x": (1, [date(2026, 1, 1)])},)},
    ],
)  # fmt: skip
def test_types_that_json_does_not_have(value: object) -> None:
    found = again(value)
    assert (found, type(found)) == (value, type(value))
    if isinstance(value, datetime):
        assert isinstance(found, datetime)
        assert (found.fold, found.tzinfo) == (value.fold, value.tzinfo)


def test_arrays_keep_their_numbers_and_shape() -> None:
    for array in (np.arange(6, dtype=np.float64).reshape(2, 3), np.array(["2026-01-01"], dtype="datetime64[D]")):
        found = again(array)
        assert (found == array).all()
        assert (found.dtype, found.shape) == (array.dtype, array.shape)
    assert again(np.int64(7)) == 7


def test_markup_comes_back_as_text_that_is_escaped_again() -> None:
    assert type(again(mark_safe("<b>x</b>"))) is str


class Stranger(NamedTuple):
    x: int


@dataclass
class Foreign:
    x: int = field(default=1)


@pytest.mark.parametrize("value", [object(), Foreign(), Stranger(1), Path("x"), lambda: 1, np.array([object()])])
def test_what_would_need_a_pickle_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match="cannot be kept"):
        encode(value)


@pytest.mark.parametrize(
    "value",
    [
        {"!": "data", "v": ["os:system", {}]}, {"!": "enum", "v": ["subprocess:Popen", "x"]},
        {"!": "named", "v": ["revenue_health.cache:json.loads", []]},
        {"!": "data", "v": ["departments.models:User", {}]},
        {"!": "call", "v": 1},
        {"!": "data", "v": ["pipeline.selectors.deals.changes:ChangedRow", {"no_such_field": 1}]},
    ],
)  # fmt: skip
def test_nothing_else_is_built_from_the_cache(value: dict[str, Any]) -> None:
    with pytest.raises(Unreadable):
        decode(value)


def test_a_pickle_in_the_cache_is_not_run(tmp_path: Path) -> None:
    marker = tmp_path / "ran"

    class Evil:
        def __reduce__(self) -> tuple[Any, tuple[str]]:
            return os.system, (f"touch {marker}",)

    key = cache.make_key("evil")  # type: ignore[attr-defined]
    with redis.Redis.from_url(settings.CACHES["default"]["LOCATION"]) as client:
        client.set(key, pickle.dumps(Evil()))
        client.set(cache.make_key("old"), pickle.dumps({"a": 1}))  # type: ignore[attr-defined]
    assert cache.get("evil", "nothing") == "nothing"
    assert cache.get_many(["evil", "old", "none"]) == {}
    assert not marker.exists()


def test_commands_share_a_client() -> None:
    client = cache._cache  # type: ignore[attr-defined]  # of the backend, behind Django's proxy
    assert client.get_client("one") is client.get_client("another", write=True)


def test_values_of_another_release_count_as_not_there() -> None:
    older = b'{"!":"data","v":["pipeline.selectors.deals.changes:ChangedRow",{"older":1}]}'
    with redis.Redis.from_url(settings.CACHES["default"]["LOCATION"]) as client:
        client.set(cache.make_key("row"), older)  # type: ignore[attr-defined]
    assert cache.get("row") is None


def test_counting_in_the_cache_works() -> None:
    cache.set("count", 1, 5)
    assert cache.incr("count") == 2
    assert cache.get("count") == 2


def test_tasks_are_json_only() -> None:
    assert app.conf.accept_content == ["json"]
    assert app.conf.task_serializer == "json"
