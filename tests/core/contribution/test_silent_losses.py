"""The market's verdict says how many losses without a reason are counted with it, and gives none where all are."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from revenue_health.contribution.core.verdict import Judgement, Verdict
from revenue_health.contribution.selectors.comparison.contributions_json import _silent_losses

FIRM = Judgement(verdict=Verdict.CONTAMINATES, reason="the whole interval is below zero")


def party(key: str) -> Any:
    return SimpleNamespace(key=key, judgement=FIRM)


@pytest.mark.parametrize("unrecorded", [(0, 0), (0, 9)])
def test_nothing_is_added_where_every_loss_has_its_reason(unrecorded: tuple[int, int]) -> None:
    assert _silent_losses(party("market"), unrecorded) == {}


def test_some_are_counted_beside_the_verdict() -> None:
    found = _silent_losses(party("market"), (1200, 3400))
    assert found == {
        "reason": f"{FIRM.reason}; 1,200 of 3,400 losses of the period name no reason and are counted here"
    }


def test_all_of_them_leave_no_verdict() -> None:
    assert _silent_losses(party("market"), (3, 3))["verdict"] == str(Verdict.CANNOT_TELL)


def test_departments_are_charged_with_none() -> None:
    assert _silent_losses(party("sales"), (3, 3)) == {}
