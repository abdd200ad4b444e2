"""A list that comes every week gives back what happened, to within what a week can hide.

What it can hide: where a deal was between two files, so moves there and back, stages passed through, and all but the
last amount; when in the week it moved, where the file gives no date; the amount of a deal when it was lost; a deal that
came and went between two files; and that one which ended and was then deleted was ever won or lost.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings

from tests.core.strategies import thorough
from tests.pipeline.imports.conversion.weekly_files import (
    BEGIN,
    COMPANIES,
    FILES,
    FIRST,
    GONE,
    LOST,
    STAGES,
    STAYS,
    ZONE,
    Files,
    History,
    Step,
    at,
    same,
    taken_in,
)


def check_weeks(company: History, files: Files) -> None:
    log, taken = taken_in(company, files)
    end = taken[-1]
    for key, history in company.items():
        for moment in taken:
            true = at(history, moment)
            assert same(log.at(key, moment, moment), true), f"{key} as it was known at {moment}"
            assert same(log.at(key, moment, end), true), f"{key} at {moment} as it is known now"


def check_flows(company: History, files: Files) -> None:
    """Moves by week: those of the log are those by which the history differs between the files, and no others."""
    log, taken = taken_in(company, files)
    for since, until in pairwise(taken):
        moves: Counter[tuple[str, str]] = Counter()
        for events in log.events.values():
            ordered = sorted(events)
            for before, after in pairwise(ordered):
                if since < after[0] <= until and before[3] != after[3]:
                    moves[before[3], after[3]] += 1
        true: Counter[tuple[str, str]] = Counter()
        for history in company.values():
            before, after = at(history, since), at(history, until)
            if after is None or (before and before.place == after.place):
                continue
            if before is None:
                if after.place in ("won", LOST):
                    true["lead", after.place] += 1
            elif not (after.place == GONE and before.place in ("won", LOST)):
                true[before.place, after.place] += 1
        assert moves == true, f"from {since} to {until}"


few = settings(max_examples=15, derandomize=True, deadline=None)


@few
@given(company=COMPANIES, files=FILES)
def test_every_file_is_given_back_then_and_now(company: History, files: Files) -> None:
    check_weeks(company, files)


@few
@given(company=COMPANIES, files=FILES)
def test_the_flows_of_a_week_are_those_between_its_files(company: History, files: Files) -> None:
    check_flows(company, files)


@pytest.mark.slow
@thorough
@given(company=COMPANIES, files=FILES)
def test_many_companies_are_given_back(company: History, files: Files) -> None:
    check_weeks(company, files)
    check_flows(company, files)


def test_a_day_of_the_file_before_lies_after_it() -> None:
    """The file of Friday 17:00 had the deal in Offer; it was won that evening, of which the next file knows the day."""
    friday = FIRST.astimezone(ZONE)
    company = {"D": [Step(BEGIN, "lead", 50), Step(BEGIN + timedelta(days=2), "offer", 50),
                     Step(friday.replace(hour=19), "won", 60)]}  # fmt: skip
    log, _ = taken_in(company, Files(days=True, changed=""))
    (occurred, _, recorded, place, amount) = max(log.events["D"])
    assert (place, amount, recorded) == ("won", "60", FIRST + timedelta(days=7))
    assert occurred == FIRST + timedelta(seconds=1)


def test_an_amount_mended_after_the_win_is_not_of_the_day_of_the_win() -> None:
    company = {"D": [Step(BEGIN, "lead", 50), Step(FIRST - timedelta(days=3), "won", 60),
                     Step(FIRST + timedelta(days=4), "won", 75)]}  # fmt: skip
    log, (_, second, *_) = taken_in(company, Files(days=True, changed=""))
    assert max(log.events["D"])[:1] + max(log.events["D"])[3:] == (second, "won", "75")


def test_a_deal_never_goes_back_unless_the_files_say_so() -> None:
    steps = [Step(BEGIN + timedelta(days=9 * n), place, 50) for n, place in enumerate(STAGES)]
    for changed in ("", "stage", "anything"):
        for days in (True, False):
            log, _ = taken_in({"D": STAYS, "D1": steps}, Files(days=days, changed=changed))
            places = [STAGES.index(event[3]) for event in sorted(log.events["D1"])]
            assert places == sorted(places)
