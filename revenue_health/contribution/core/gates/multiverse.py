"""The fourth gate: every defensible way to calculate must say the same.

Another baseline, another idea of what a change does to deals in progress, deals grouped by size or origin or not at
all, with and without queues, other days, and without any one fortieth of the deals. Source: specification curves,
Simonsohn, Simmons and Nelson, Nature Human Behaviour 4 (2020) 1208.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from departments.translation import gettext_noop
from revenue_health.contribution.core.flows import Floats
from revenue_health.contribution.core.gates.gate import Gate


@dataclass(frozen=True, kw_only=True)
class Variant:
    """One way to calculate: what it does otherwise, in words, and every party's share in money."""

    name: str
    shares: dict[str, float]


def multiverse_gate(
    party: str, *, share: float, single: float, variants: Sequence[Variant], replicates: Floats, clear_part: float
) -> Gate:
    """Whether a share has the same sign in all variants and is clear in most of them.

    share, single: the share and half its single interval, in money. replicates [1 + B]: without each bucket of deals.
    clear_part: part of the variants in which it must be further from zero than `single`.
    """
    sign = np.sign(share)
    amounts = {variant.name: variant.shares.get(party, 0.0) for variant in variants}
    against = [name for name, amount in amounts.items() if amount * sign <= 0]
    if against:
        return Gate(passed=False, detail=gettext_noop("the sign turns {ways}").format(ways=_listed(against)))
    if (replicates[1:] * sign <= 0).any():
        return Gate(passed=False, detail=gettext_noop("the sign turns without one fortieth of the deals"))
    unclear = [name for name, amount in amounts.items() if abs(amount) <= single]
    clear = len(amounts) - len(unclear)
    if clear < clear_part * len(amounts):
        return Gate(passed=False, detail=gettext_noop("not clear {ways}").format(ways=_listed(unclear)))
    return Gate(
        passed=True,
        detail=gettext_noop("the same sign in all {count} ways to calculate, clear in {clear}").format(
            count=len(amounts), clear=clear
        ),
    )


def _listed(names: Sequence[str]) -> str:
    first = list(names[:3])
    more = len(names) - len(first)
    listed = ", ".join(first)
    return gettext_noop("{listed} and {more} more").format(listed=listed, more=more) if more else listed
