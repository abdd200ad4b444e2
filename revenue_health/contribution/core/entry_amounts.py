"""What deals were entered with, and what their writer left of it: the evidence for amounts that were never demand."""

from dataclasses import dataclass

import numpy as np

from revenue_health.contribution.core.flows import Floats
from revenue_health.contribution.core.long_tables import Axes, Table, sum_cells


@dataclass(frozen=True, kw_only=True)
class EntryAmounts:
    """Deals of one span that got past the stage where their writer corrects amounts.

    amount, corrected [B, 2, P, P]: at entry, and after the writer's own corrections, by bucket, whether the deal
    entered before the span (0) or in it (1), writer's and source's player. count: deals, likewise.
    """

    amount: Floats
    corrected: Floats
    count: Floats

    def plus(self, other: "EntryAmounts") -> "EntryAmounts":
        """Of two disjoint sets of deals together."""
        return EntryAmounts(
            amount=self.amount + other.amount,
            corrected=self.corrected + other.corrected,
            count=self.count + other.count,
        )

    def in_fewer_buckets(self, buckets: int) -> "EntryAmounts":
        """The same deals in fewer, larger buckets (bucket number modulo the new count)."""
        place = np.arange(self.amount.shape[0]) % buckets

        def joined(values: Floats) -> Floats:
            total = np.zeros((buckets, *values.shape[1:]))
            np.add.at(total, place, values)
            return total

        return EntryAmounts(amount=joined(self.amount), corrected=joined(self.corrected), count=joined(self.count))


def entry_amounts(*, axes: Axes, table: Table, buckets: int, unit: float = 1.0) -> EntryAmounts:
    """Sum the long table `entry_amounts` (see `long_tables`). A missing column `fresh` means entered in the span."""
    rows = np.asarray(table["bucket"]).astype(np.int64)
    fresh = np.asarray(table["fresh"]).astype(np.int64) if "fresh" in table else np.ones(rows.size, dtype=np.int64)
    players = len(axes.layout.players)
    keys = (rows, fresh, axes.player(table, "writer"), axes.player(table, "source"))

    def summed(name: str, scale: float) -> Floats:
        values = np.asarray(table[name]).astype(np.float64) / scale
        return sum_cells(keys, (buckets, 2, players, players), values)

    return EntryAmounts(amount=summed("amount", unit), corrected=summed("corrected", unit), count=summed("count", 1.0))
