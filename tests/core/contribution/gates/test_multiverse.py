"""Every defensible way to calculate: one sign in all, clear in most, and not because of a fortieth of the deals."""

import numpy as np

from revenue_health.contribution.core.gates.multiverse import Variant, multiverse_gate


def gate(
    *amounts: float, share: float = -10.0, replicates: tuple[float, ...] = (-9.0, -11.0)
) -> tuple[bool | None, str]:
    result = multiverse_gate(
        "legal",
        share=share,
        single=4.0,
        variants=[Variant(name=f"way {place}", shares={"legal": amount}) for place, amount in enumerate(amounts)],
        replicates=np.array([share, *replicates]),
        clear_part=0.8,
    )
    return result.passed, result.detail


def test_agreement_passes() -> None:
    assert gate(-9.0, -8.0, -12.0, -5.0, -3.0) == (True, "the same sign in all 5 ways to calculate, clear in 4")


def test_one_other_sign_is_enough_to_stop_it() -> None:
    assert gate(-9.0, -8.0, -12.0, -5.0, 0.5) == (False, "the sign turns way 4")


def test_two_unclear_of_five_stop_it() -> None:
    passed, detail = gate(-9.0, -8.0, -12.0, -3.9, -3.0)
    assert passed is False
    assert detail == "not clear way 3, way 4"


def test_a_sign_that_hangs_on_one_fortieth_of_the_deals_stops_it() -> None:
    assert gate(-9.0, replicates=(-9.0, 0.5))[0] is False


def test_merit_is_held_to_the_same() -> None:
    assert gate(9.0, 8.0, 12.0, 5.0, 6.0, share=10.0, replicates=(9.0, 11.0))[0]
    assert gate(9.0, 8.0, -1.0, 5.0, 6.0, share=10.0, replicates=(9.0, 11.0))[0] is False
