"""What a company reads that chose milder words: the same verdicts, in good grammar, with the sign in the verb."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from revenue_health.contribution.core.comparison import MoneyInterval, PartyKind
from revenue_health.contribution.core.gates.gate import Gate, GateName
from revenue_health.contribution.core.verdict import Verdict
from revenue_health.contribution.selectors.comparison.sentences import (
    only_together_note,
    verdict_clauses,
    verdict_in_full,
    verdict_sentence,
)
from revenue_health.contribution.verdict_words import (
    MILDER,
    OWNERS,
    page_word,
    using_verdict_words,
    verdict_word,
    verdict_words,
)
from tests.core.contribution.gates.test_drawings_of_gates import LEGAL

MARKETING = replace(
    LEGAL,
    key="marketing",
    name="Marketing",
    verdict=Verdict.CONTRIBUTES,
    share=MoneyInterval(amount=60_000.0, low=20_000.0, high=100_000.0),
    simultaneous=MoneyInterval(amount=60_000.0, low=10_000.0, high=110_000.0),
)
PRODUCTION = replace(LEGAL, key="production", name="Production")
SALES = replace(LEGAL, key="sales", name="Sales", gates={GateName.DATA: Gate(passed=False, detail="too few deals")})


@pytest.fixture(autouse=True)
def milder() -> Iterator[None]:
    with using_verdict_words(MILDER):
        yield


def test_a_verdict_is_what_happened_with_its_amount() -> None:
    """A loss of 100 k between 50 and 150 k: `cost` says the minus, so the range is turned round with it."""
    assert verdict_sentence(LEGAL, "EUR") == (
        "Legal cost us EUR 100 k (90 % range EUR 50.0 k to EUR 150 k, if the records are right)."
    )
    assert verdict_sentence(MARKETING, "EUR") == (
        "Marketing added EUR 60.0 k (90 % range EUR 10.0 k to EUR 110 k, if the records are right)."
    )
    assert verdict_in_full(LEGAL, "EUR").endswith(
        "Holds unless more than 43 % of the losses booked on it had been somebody else’s. Since 2026-Q2, not new this "
        "quarter."
    )


def test_what_may_be_its_own_has_no_sign_either() -> None:
    assert only_together_note(LEGAL, "EUR").endswith("at most half of it is Legal’s own (EUR 50.0 k).")


def test_one_or_several_have_the_same_past_tense() -> None:
    assert verdict_clauses([LEGAL]) == ["Legal cost us revenue"]
    assert verdict_clauses([LEGAL, MARKETING, PRODUCTION]) == [
        "Legal and Production cost us revenue",
        "Marketing added revenue",
    ]


def test_who_is_not_named_reads_as_ever() -> None:
    market = replace(LEGAL, key="market", name="Market", kind=PartyKind.MARKET)
    for party in (SALES, market):
        milder = verdict_sentence(party, "EUR")
        with using_verdict_words(OWNERS):
            assert verdict_sentence(party, "EUR") == milder


def test_tables_have_a_word_for_each_verdict() -> None:
    assert [verdict_word(verdict) for verdict in Verdict] == ["added", "cost us", "cannot tell", "not judged"]
    assert [page_word(verdict) for verdict in Verdict] == ["added", "cost us", "unclear", "not judged"]
    with using_verdict_words(OWNERS):
        assert [page_word(verdict) for verdict in Verdict] == ["contributes", "contaminates", "unclear", "not judged"]


def test_the_words_of_before_come_back() -> None:
    with pytest.raises(RuntimeError), using_verdict_words(OWNERS):
        raise RuntimeError
    assert verdict_words() == MILDER
    with pytest.raises(ValueError, match="to blame"):
        using_verdict_words("to blame").__enter__()
