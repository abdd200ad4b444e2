"""One key for everything that is remembered of a run: another release, run or store never meets it."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache

from departments.formats import using_number_language
from pipeline.models import RecomputeRun
from pipeline.run_cache import cached, cached_html, process_cache, run_key


@pytest.fixture(autouse=True)
def _empty() -> None:
    cache.clear()


def run_of(pk: int = 1, **changes: Any) -> RecomputeRun:
    return RecomputeRun(**({"pk": pk, "as_of": datetime(2026, 11, 28, tzinfo=UTC), "fingerprint": "f"} | changes))


def test_the_key_is_of_run_store_release_and_facts(settings: Any, tmp_path: Any) -> None:
    keys = [run_key(run_of()), run_key(run_of(2)), run_key(run_of(), "a"), run_key(run_of(fingerprint="g"))]
    keys.append(run_key(run_of(as_of=datetime(2026, 11, 29, tzinfo=UTC))))
    settings.CUSTODY_STORE = tmp_path
    keys.append(run_key(run_of()))
    settings.VERSION = "0.0.1"
    keys.append(run_key(run_of()))
    assert len(set(keys)) == len(keys)


def test_one_instant_in_two_time_zones_is_one_key() -> None:
    elsewhere = run_of().as_of.astimezone(tz=None) + timedelta(0)
    assert run_key(run_of(as_of=elsewhere)) == run_key(run_of())


def test_a_value_is_computed_once_and_anew_by_another_release(settings: Any) -> None:
    calls: list[int] = []

    def compute() -> int:
        calls.append(1)
        return len(calls)

    assert [cached(run_of(), "figure", compute) for _ in range(2)] == [1, 1]
    assert cached(run_of(), "figure", compute, of="another question") == 2
    settings.VERSION = "of tomorrow"
    assert cached(run_of(), "figure", compute) == 3


def test_html_is_drawn_once_per_language_of_numbers_and_release(settings: Any) -> None:
    drawn: list[str] = []

    def render() -> dict[str, str]:
        drawn.append("x")
        return {"panel": f"<b>{len(drawn)}</b>"}

    for _ in range(2):
        assert cached_html(run_of(), "page", render, of=1)["panel"] == "<b>1</b>"
    with using_number_language("de"):
        cached_html(run_of(), "page", render, of=1)
    settings.VERSION = "of tomorrow"
    cached_html(run_of(), "page", render, of=1)
    assert len(drawn) == 3


def test_a_process_keeps_the_last_results_alone(settings: Any) -> None:
    calls: list[tuple[int, int]] = []

    @process_cache(maxsize=2)
    def figure(run: RecomputeRun, number: int) -> int:
        calls.append((run.pk, number))
        return number

    for number in (1, 2, 1, 3, 1, 2):
        assert figure(run_of(), number) == number
    assert calls == [(1, 1), (1, 2), (1, 3), (1, 2)]
    settings.VERSION = "of tomorrow"
    figure(run_of(), 2)
    assert len(calls) == 5


def test_threads_that_ask_together_compute_once() -> None:
    calls, begun, go_on = [], threading.Event(), threading.Event()

    @process_cache(maxsize=1)
    def figure(*, run: RecomputeRun) -> int:
        calls.append(1)
        begun.set()
        go_on.wait(60)
        return 7

    results: list[int] = []
    threads = [threading.Thread(target=lambda: results.append(figure(run=run_of()))) for _ in range(3)]
    threads[0].start()
    assert begun.wait(60)
    for thread in threads[1:]:
        thread.start()
    go_on.set()
    for thread in threads:
        thread.join()
    assert (results, calls) == ([7, 7, 7], [1])


def test_what_fails_is_not_remembered() -> None:
    @process_cache(maxsize=1)
    def figure(run: RecomputeRun) -> int:
        raise ValueError

    for _ in range(2):
        with pytest.raises(ValueError):  # noqa: PT011
            figure(run_of())
