"""Kinds of companies in other companies: slower, faster, smaller, with larger and smaller changes."""

import pytest

from revenue_health.contribution.validation.hard.truth import fingerprint, stored_truth
from revenue_health.contribution.validation.hard.variants import VARIANTS, run_variant, run_variants
from revenue_health.contribution.validation.hard.world.kinds import KINDS


def test_a_variant_changes_size_pace_strength_and_books() -> None:
    slow = VARIANTS["slow"].of(KINDS["lie_since"])
    assert (slow.stretch, slow.scale, slow.amount_sd) == (2.5, 0.3, 1.1)
    assert slow.records.lies == pytest.approx(0.48)
    weak = VARIANTS["weak"].of(KINDS["slow_legal"])
    assert [change.factor for change in weak.changes] == [pytest.approx(0.5**0.5)]
    assert VARIANTS["fast"].of(KINDS["small"]).scale == KINDS["small"].scale
    assert VARIANTS["slow"].of(KINDS["queue"]).reviewers == 335
    assert VARIANTS["slow"].of(KINDS["tails"]).amount_sd == 2.0


def test_the_truth_of_the_ordinary_company_stays_what_it_is() -> None:
    assert stored_truth("sales").fingerprint == fingerprint(KINDS["sales"])


def test_an_innocent_is_whoever_changed_nothing() -> None:
    run = run_variant(("fast", "small_still", 1), buckets=4)
    assert (run.doers, run.named, run.innocents) == ((), {}, ())


@pytest.mark.slow
def test_no_innocent_is_named_in_another_company() -> None:
    kinds = [name for name in KINDS if name != "regime"]  # sales did change, before the period
    runs = run_variants(variants=list(VARIANTS), kinds=kinds, seeds=[31], processes=2)
    assert sum(bool(run.innocents) for run in runs) <= len(runs) // 20
