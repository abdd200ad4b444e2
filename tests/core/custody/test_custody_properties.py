"""Custody on random histories against the plain reference, and the properties that have to hold for any history."""

from itertools import pairwise

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.custody.custody import Custody, custody_compute, partitions
from tests.core.strategies import companies, custody_of, owned_stages, thorough


def rows(table):
    return [tuple(row.values()) for row in table.to_pylist()]


def expected(company, name):
    deals = sorted(company.deals(), key=lambda deal: deal.row["opportunity"])
    return [row for deal in deals for row in getattr(deal, name)()]


@thorough
@given(companies(stages_of=owned_stages))
def test_visits_are_those_of_the_reference(company):
    assert sorted(rows(custody_of(company).visits), key=lambda r: (r[0], r[3])) == expected(company, "visit_rows")


@thorough
@given(companies(stages_of=owned_stages))
def test_holds_are_those_of_the_reference(company):
    found = sorted(rows(custody_of(company).holds), key=lambda r: (r[0], r[3], r[4], r[7]))
    assert found == expected(company, "hold_rows")


@thorough
@given(companies(stages_of=owned_stages))
def test_moves_are_those_of_the_reference_in_their_order(company):
    found = rows(custody_of(company).moves.drop_columns(["writer"]))
    assert sorted(found, key=lambda r: r[0]) == expected(company, "move_rows")


@thorough
@given(companies(stages_of=owned_stages))
def test_holds_of_a_visit_add_up_to_it_and_never_overlap(company):
    custody = custody_of(company)
    pieces = {}
    for row in custody.holds.to_pylist():
        pieces.setdefault((row["opportunity"], row["visit"]), []).append(row)
    for visit in custody.visits.to_pylist():
        held = pieces.pop((visit["opportunity"], visit["visit"]))
        assert held[0]["from_at"] == visit["entered_at"]
        assert held[-1]["to_at"] == visit["left_at"]
        assert held[-1]["amount_out"] == visit["amount_out"]
        for one, following in pairwise(held):
            assert one["from_at"] < one["to_at"] == following["from_at"]
    assert not pieces


@thorough
@given(companies(most=6), st.integers(2, 4))
def test_partitions_put_together_are_the_whole(company, count):
    parts = [custody_compute(part, threads=1) for part in partitions(company.data(), count)]
    whole = custody_of(company)
    for name in ("visits", "holds", "moves"):
        joined = pa.concat_tables([getattr(part, name) for part in parts])
        assert sorted(rows(joined), key=repr) == sorted(rows(getattr(whole, name)), key=repr)


@thorough
@given(companies(most=4))
def test_what_happens_later_is_not_known_yet(company):
    known = company.only({o["opportunity"] for o in company.opportunities})
    limit = (company.as_of + 1) * 1_000_000
    known.events[:] = [e for e in known.events if e["at_us"] < limit]
    known.handoffs[:] = [h for h in known.handoffs if h["requested_us"] < limit]
    for handoff in known.handoffs:
        later = handoff["completed_us"] is not None and handoff["completed_us"] >= limit
        known.handoffs[known.handoffs.index(handoff)] = {**handoff, "completed_us": None} if later else handoff
    seen: Custody = custody_of(known)
    assert rows(seen.holds) == rows(custody_of(company).holds)
