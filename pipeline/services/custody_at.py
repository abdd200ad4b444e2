"""Custody as it was known at an earlier instant, without a run of its own.

The custody store of today is cut at the instant (pipeline.core.flows.truncated). Only deals about which something was
recorded later than it happened were known otherwise then; they are read again and computed anew, so that what comes
out is what `recompute --as-of` finds.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import duckdb
import pyarrow as pa

from pipeline.core.custody.custody import custody_compute
from pipeline.core.flows.truncated import truncated_custody
from pipeline.custody_store import custody_cursor
from pipeline.models import RecomputeRun
from pipeline.services.recompute.reading import Selection, arrow_connection, extent_read, structure_read, truth_read

_RECORDED_LATER = """
SELECT DISTINCT opportunity FROM events WHERE "at" <= $as_of AND recorded_at >= $as_of ORDER BY opportunity
"""


@contextmanager
def custody_at(*, run: RecomputeRun, as_of: int) -> Iterator[duckdb.DuckDBPyConnection]:
    """A cursor over the custody of a run as it was known at `as_of` (epoch seconds), while the block lasts.

    Attributes of deals and the structure of the company are those of today, as in every run. Raises
    CustodyStoreMissing.
    """
    cursor = custody_cursor(run)
    with truncated_custody(cursor, as_of=as_of, anew=_computed_anew(cursor, as_of)) as cut:
        yield cut


def _computed_anew(cursor: duckdb.DuckDBPyConnection, as_of: int) -> dict[str, pa.Table] | None:
    """Custody of the deals that were known otherwise then; None where there are none, or a store that cannot say."""
    if not cursor.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = 'events' UNION ALL "
                          "SELECT 1 FROM duckdb_views() WHERE view_name = 'events'").fetchone():  # fmt: skip
        return None
    late = [row[0] for row in cursor.execute(_RECORDED_LATER, {"as_of": as_of}).fetchall()]
    if not late:
        return None
    instant, selection = datetime.fromtimestamp(as_of, UTC), Selection(ids=late)
    with arrow_connection() as arrow:
        structure, extent = structure_read(as_of=instant), extent_read(arrow)
        data, _ = truth_read(arrow, selection, structure=structure, extent=extent, as_of=instant)
    custody = custody_compute(data)
    ids = pa.table({"opportunity": pa.array(late, pa.int64())})
    return {"opportunities": ids, **vars(custody)}
