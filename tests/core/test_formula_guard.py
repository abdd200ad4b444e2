"""The one guard against formulas: what it guards, what it leaves alone, and the way back."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from departments.core.formula_guard import guarded, is_formula, unguarded
from tests.formulas import FORMULAS

HARMLESS = ["", "Calls", "a=b", "5", "-5", "+5.25", "-12.5", "'quoted'", "’=1", "12 = 12", "(-5)", "−5", "'"]


@pytest.mark.parametrize("text", FORMULAS)
def test_what_a_spreadsheet_would_run_is_guarded(text: str) -> None:
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_harmless_stays(text: str) -> None:
    assert guarded(text) == text


@pytest.mark.parametrize("value", [-5, 5.5, Decimal("-1.5"), None, True])
def test_what_is_no_text_stays(value: object) -> None:
    assert guarded(value) is value


@given(st.text(alphabet="'=+-@\t\r\n ＝a5.", max_size=8))
def test_the_guard_comes_off_again_and_leaves_no_formula(text: str) -> None:
    written = guarded(text)
    assert unguarded(written) == text
    assert not is_formula(written)
