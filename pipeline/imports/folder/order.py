"""The order of a deal's events, where the file and its dates say two things."""

from __future__ import annotations

from django.db import connection

from departments.translation import gettext_noop
from pipeline.imports.folder.staging import Staging
from pipeline.imports.problems import Problem

_MOST = 100_000


def order_check(staging: Staging) -> None:
    """Refuse a date without a time that stands after an instant of the same deal and day.

    It counts as the start of the day, so it would come before what the file says it follows: a deal would be won
    before it was offered.
    """
    staged = staging.files.get("events.csv")
    if staged is None or not staged.lines_alone:
        return
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE IF NOT EXISTS dates_alone (line bigint) ON COMMIT DROP")
        cursor.execute("TRUNCATE dates_alone")
        cursor.execute("INSERT INTO dates_alone SELECT unnest(%s::bigint[])", [staged.lines_alone])
        if len(staged.lines_alone) == staged.read:
            return
        cursor.execute(
            "SELECT e.line, (e.occurred_at AT TIME ZONE %s)::date::text, min(o.line) FROM in_events e"
            " JOIN dates_alone USING (line) JOIN in_events o ON o.opportunity = e.opportunity AND o.line < e.line"
            " AND o.occurred_at > e.occurred_at"
            " AND (o.occurred_at AT TIME ZONE %s)::date = (e.occurred_at AT TIME ZONE %s)::date"
            " GROUP BY e.line, e.occurred_at ORDER BY e.line",
            [staging.zone] * 3,
        )
        rows = cursor.fetchall()
    for line, day, other in rows:
        reason = gettext_noop(
            "has no time, so it counts as the start of the day and would come before line {other}, which has "
            "one; write the time"
        ).format(other=other)
        staging.problems.add(Problem(file="events.csv", line=line, column="occurred_at", value=day, reason=reason))


def order_check_known(staging: Staging, batch: int) -> None:
    """The same where what it follows was loaded before: among the events that are new, once they are merged.

    Leaves alone what an earlier import brought itself: a folder that is loaded again changes nothing.
    """
    staged = staging.files.get("events.csv")
    if staged is None or not staged.lines_alone:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('pg_temp.new_events') IS NOT NULL")
        if cursor.fetchone() != (True,):
            return  # nothing was known before
        cursor.execute(
            "SELECT n.line, (n.occurred_at AT TIME ZONE %s)::date::text,"
            " to_char(min(k.occurred_at) AT TIME ZONE %s, 'HH24:MI') FROM new_events n JOIN dates_alone USING (line)"
            " JOIN pipeline_event k ON k.opportunity_id = n.opportunity_id AND k.occurred_at > n.occurred_at"
            # No day is longer: of a deal with a long history only that day is looked at.
            " AND k.occurred_at < n.occurred_at + interval '26 hours'"
            " AND (k.occurred_at AT TIME ZONE %s)::date = (n.occurred_at AT TIME ZONE %s)::date"
            " WHERE k.batch_id IS DISTINCT FROM %s GROUP BY n.line, n.occurred_at ORDER BY n.line LIMIT %s",
            [*[staging.zone] * 4, batch, _MOST],
        )
        rows = cursor.fetchall()
    for line, day, clock in rows:
        reason = gettext_noop(
            "has no time, so it counts as the start of the day and would come before an event of the deal at "
            "{clock} of that day, which was loaded before; write the time"
        ).format(clock=clock)
        staging.problems.add(Problem(file="events.csv", line=line, column="occurred_at", value=day, reason=reason))
