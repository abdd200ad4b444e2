"""Which deals share a bucket is chance, and so is a part of every jackknife's standard error.

Forty buckets tell a standard error to about a ninth, so that a verdict near its border would turn if deals were only
called otherwise. The same deals in six times as many buckets tell it as well as the mean over several ways to deal
them out. All deals as one group are enough for that: what is asked is how far off the error of the forty buckets is.
"""

from collections.abc import Callable
from dataclasses import replace

from revenue_health.contribution.core.gates.company import near_border
from revenue_health.contribution.core.gates.shares import Pipelines
from revenue_health.contribution.core.intervals import standard_error
from revenue_health.contribution.core.model.bridge import Bridge, Party
from revenue_health.contribution.core.model.groups import group_bridge, summed, whole_of

MOST = 1.6
"""Factor by which a standard error is moved at most, up or down: more would be another model, not another hash."""


def steadied(bridge: Bridge, pipelines: Pipelines, fine: Callable[[], Pipelines]) -> Bridge:
    """The bridge with every department's replicates spread as many buckets say, where that could matter to a verdict.

    fine: see `steadying_factors`; only read where some department is near the border of the interval or beyond it.
    """
    if not near_border(bridge, pipelines, MOST):
        return bridge
    factors = steadying_factors(fine(), bridge.replicates)
    return replace(bridge, parties=tuple(_spread(party, factors.get(party.key, 1.0)) for party in bridge.parties))


def steadying_factors(fine: Pipelines, buckets: int) -> dict[str, float]:
    """By party, the standard error of many buckets over that of fewer, larger ones.

    fine: the deals of a comparison in few groups and many buckets, of which numbers that are equal modulo `buckets` are
    one of the larger ones.
    """
    few = _errors(
        {key: {name: flows.in_fewer_buckets(buckets) for name, flows in each.items()} for key, each in fine.items()}
    )
    many = _errors(fine)
    return {key: min(max(many[key] / error, 1 / MOST), MOST) for key, error in few.items() if error > 0}


def _errors(pipelines: Pipelines) -> dict[str, float]:
    """Standard errors of all parties' shares."""
    parts = []
    for groups in pipelines.values():
        together = whole_of(groups.values())
        parts += [group_bridge(group=group, together=together, factors=False, pairs=True) for group in groups.values()]
    return {party.key: float(standard_error(party.replicates)) for party in summed(parts, None).parties}


def _spread(party: Party, factor: float) -> Party:
    whole = party.replicates[0]
    return replace(party, replicates=whole + factor * (party.replicates - whole))
