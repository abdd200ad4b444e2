"""A queue with reviewers: first come, first served, one deal each; a deal that is lost leaves at once."""

from heapq import heapify, heappop, heappush

import numpy as np

from revenue_health.contribution.validation.hard.world.clocks import Floats


def review_ends(arrival: Floats, work: Floats, lost: Floats, *, reviewers: int, later: int) -> Floats:
    """When each deal's review would be done, days; inf for one that was lost while it waited.

    arrival [N], work [N] days of review, lost [N] the day on which the deal is lost wherever it is then (inf: never).
    reviewers before day 0, later from then on: those who leave finish what they are at.
    """
    end: Floats = np.full(arrival.size, np.inf)
    # Free since long before the first deal comes.
    free = [-1e9] * reviewers
    heapify(free)
    to_leave = max(reviewers - later, 0)
    for deal in np.argsort(arrival, kind="stable").tolist():
        while to_leave and max(free[0], arrival[deal]) >= 0:
            heappop(free)
            to_leave -= 1
        begin = max(free[0], float(arrival[deal]))
        if lost[deal] <= begin:
            continue
        end[deal] = begin + work[deal]
        heappop(free)
        heappush(free, min(float(end[deal]), float(lost[deal])))
    return end
