"""Who wrote it: amounts that are entered too large, and taken back later by those who wrote them, were never demand.

A writer's inflation is how much larger its entries stand to what it leaves of them than in the baseline. Demand and
opening stock then have a real part, which is the source's (or the opening pipeline's), and a blown-up part, which the
writer switches together with its own corrections (the factor value): entry and correction meet in one party.
"""

from dataclasses import dataclass

import numpy as np

from revenue_health.contribution.core.entry_amounts import EntryAmounts
from revenue_health.contribution.core.flows import Floats, FlowArrays
from revenue_health.contribution.core.intervals import replicated, standard_error

CLEARLY = 3.0
"""Standard errors from which an inflation is one."""
LEAST = 0.03
"""And at least this part of the amount."""
DEALS = 30.0
"""Deals each span must have seen corrected."""
JACKKNIFE = 10
"""Buckets from which the jackknife tells the standard error; with fewer, `SPREAD` and the number of deals do."""
SPREAD = 0.2
"""Standard deviation of the logarithm of one deal's amount at entry over what is left of it."""


@dataclass(frozen=True, kw_only=True)
class Inflation:
    """A writer (player) whose entries are blown up compared with the baseline.

    entered, before: entry over corrected amount in the period and the baseline. sources [P]: factor on the demand of
    each source; opening [J]: factor on the opening stock of each custody, 1 where nothing is blown up.
    """

    writer: int
    entered: float
    before: float
    sources: Floats
    opening: Floats


def inflations_of(spans: tuple[EntryAmounts, EntryAmounts] | None, period: FlowArrays) -> tuple[Inflation, ...]:
    """Every writer whose entry amounts are clearly blown up (or held down) in the period. spans: baseline, period, of
    all groups together; period: its flows, for the stage where the writer corrects."""
    if spans is None:
        return ()
    inflations = (_of_writer(spans, period, writer) for writer in range(len(period.layout.players)))
    return tuple(inflation for inflation in inflations if inflation)


def _of_writer(spans: tuple[EntryAmounts, EntryAmounts], period: FlowArrays, writer: int) -> Inflation | None:
    both = [0, 1]
    fresh = _moved(spans, writer, [1])
    old = _moved(spans, writer, [0])
    whole = _moved(spans, writer, both)
    if fresh == old == whole == 0.0:
        return None
    new, open_ = fresh or whole, old
    before, now = (_ratio(span, writer, both) for span in spans)
    return Inflation(
        writer=writer,
        entered=float(now[0]),
        before=float(before[0]),
        sources=_by_source(spans[1], writer, np.exp(new)),
        opening=_by_custody(period, writer, np.exp(open_)),
    )


def _ratio(span: EntryAmounts, writer: int, which: list[int]) -> Floats:
    """Entry over corrected amount, [R]."""
    amount = replicated(span.amount[:, which, writer].sum(axis=(1, 2)))
    corrected = replicated(span.corrected[:, which, writer].sum(axis=(1, 2)))
    usable = (amount > 0) & (corrected > 0)
    return np.where(usable, amount / np.where(usable, corrected, 1.0), 1.0)


def _moved(spans: tuple[EntryAmounts, EntryAmounts], writer: int, which: list[int]) -> float:
    """Log of the inflation of the deals that entered before or in the period, 0 where it is not clear. The baseline's
    deals count whenever they entered: it is long."""
    counts = spans[0].count[:, :, writer].sum(), spans[1].count[:, which, writer].sum()
    if min(counts) < DEALS:
        return 0.0
    moved = np.log(_ratio(spans[1], writer, which)) - np.log(_ratio(spans[0], writer, [0, 1]))
    by_count = SPREAD * float(np.sqrt(1 / counts[0] + 1 / counts[1]))
    error = float(standard_error(moved)) if moved.size > JACKKNIFE else by_count
    size = float(moved[0])
    return size if abs(size) > max(CLEARLY * error, np.log1p(LEAST)) else 0.0


def _by_source(now: EntryAmounts, writer: int, factor: float) -> Floats:
    """The writer's part of each source's corrected amounts blown up, over what it would be without."""
    real = now.corrected.sum(axis=(0, 1))
    total = real.sum(axis=0)
    part = np.where(total > 0, real[writer] / np.where(total > 0, total, 1.0), 0.0)
    return np.asarray(1 + np.clip(part, 0.0, 1.0) * (factor - 1))


def _by_custody(period: FlowArrays, writer: int, factor: float) -> Floats:
    """Stock up to the stage where the writer corrects most is blown up, behind it it is corrected."""
    layout = period.layout
    written = np.abs(period.revalued[..., writer].sum(axis=(0, 1)))
    by_stage = np.bincount(layout.stage_of, weights=written, minlength=len(layout.stages))
    return np.where(layout.stage_of <= int(np.argmax(by_stage)), factor, 1.0)
