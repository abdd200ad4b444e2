"""How what a cell did more than before piled up week by week: the shape of a leak's past, from custody alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from pipeline.custody_store import custody_cursor
from pipeline.models import RecomputeRun
from revenue_health.contribution.core.flows import Floats
from revenue_health.contribution.selectors.register.leak_costs import CellKey

_HELD = """
SELECT stage, department, number,
    sum(amount::DOUBLE * (least(coalesce(to_at, $horizon), ends) - greatest(from_at, starts)))
FROM holds JOIN shape_weeks ON from_at < ends AND coalesce(to_at, $horizon) > starts GROUP BY ALL
"""
# ASOF takes the week that began last before the move.
_LOST = """
SELECT from_stage, department, number, sum(amount::DOUBLE) FROM moves ASOF JOIN shape_weeks ON "at" >= starts
WHERE kind = 'lost' AND "at" < ends GROUP BY ALL
"""


def weekly_excess(*, run: RecomputeRun, cells: Sequence[CellKey], edges: Sequence[int], before: int) -> Floats:
    """float[cells, weeks]: what each cell held (losses: lost) in each week above the mean of the first `before` weeks,
    as a part of that mean; never below zero. edges: starts of the weeks and the end of the last, epoch seconds."""
    cursor, weeks = custody_cursor(run), len(edges) - 1
    cursor.register("shape_weeks", pa.table({"number": range(weeks), "starts": edges[:-1], "ends": edges[1:]}))
    amounts = np.zeros((len(cells), weeks))
    place = {cell: index for index, cell in enumerate(cells)}
    for factors, query in ((("waiting", "value"), _HELD), (("losses",), _LOST)):
        parameters = {"horizon": int(run.as_of.timestamp())} if "$horizon" in query else {}
        for stage, department, week, amount in cursor.execute(query, parameters).fetchall():
            for factor in factors:
                if (stage, department, factor) in place:
                    amounts[place[stage, department, factor], week] = amount
    usual = amounts[:, :before].mean(axis=1, keepdims=True)
    return np.maximum(amounts / np.where(usual > 0, usual, 1.0) - 1.0, 0.0)
