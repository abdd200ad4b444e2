"""Revenue, booked move by move (docs/adr: money is earned once).

A deal stands *earned* while it is in an earning stage or any later one of its pipeline, or has finished there. What
changes that is a booking; everything else, moving between two earned stages for one, books nothing. So money is earned
once, however often a deal comes back, and the bookings of a span add up to what stands at its end less what stood at
its start. The leak map, the trend, scorecards, the model and the revenue curves all read bookings from here.
"""

from collections import defaultdict

from pipeline.core.leaks.figures import Figure
from pipeline.core.leaks.period import Period
from pipeline.core.tenures import OWNED_UNTIL_THEN, TENURES

WON, RAISED, REVERSED = "won", "raised", "reversed"

STAGE_RULES = """rules AS (
    SELECT stage, pipeline, owner, earns, limit_seconds,
        coalesce(position >= min(position) FILTER (earns) OVER (PARTITION BY pipeline), false) AS after_earning
    FROM stages
)"""
"""`after_earning`: an earning stage or one behind it."""


def bookings_of(moves: str) -> str:
    """SQL of `rules` and `bookings`, to follow WITH, over a table of moves (see Custody) and `stages`.

    bookings: the columns of the move, `booked` and `revenue` (minor units, signed).
        won: the deal came to stand earned: a move into or past the first earning stage, an entry there, a return there
            after a loss. raised: it was revalued upwards while earned. reversed, never above 0: it was lost, withdrawn,
            moved to a stage before earning or revalued downwards while earned, or was reopened before earning after it
            had finished. `department` of the last is who owned the stage the deal had finished in.

    A deal that goes from one pipeline to another and stands earned in both books nothing; one that does not stand
    earned in the other is reversed in the one it leaves, one that does only there is won there.
    """
    return f"""{STAGE_RULES}, {TENURES}, standing AS (
        SELECT m.* REPLACE (
                CASE WHEN kind = 'reopened' AND m.from_stage IS NOT NULL THEN had.owner ELSE m.department END
            AS department),
            coalesce(went.after_earning, false) AS before,
            CASE WHEN kind IN ('lost', 'withdrawn', 'finished', 'revalued') THEN false
                ELSE coalesce(came.after_earning, false) END AS after
        FROM {moves} AS m LEFT JOIN rules AS went ON went.stage = m.from_stage
            LEFT JOIN rules AS came ON came.stage = m.to_stage
            LEFT JOIN tenures AS had ON had.stage = m.from_stage AND m.kind = 'reopened'
                AND {OWNED_UNTIL_THEN.format(instant='m."at"', tenure="had")}
    ), bookings AS (
        SELECT * EXCLUDE (before, after), CASE
                WHEN kind = 'revalued' AND amount > 0 THEN '{RAISED}'
                WHEN kind = 'revalued' OR before THEN '{REVERSED}'
                ELSE '{WON}' END AS booked,
            CASE WHEN kind = 'revalued' OR after THEN amount ELSE -amount END AS revenue
        FROM standing
        WHERE (kind = 'revalued' AND before) OR (kind NOT IN ('revalued', 'finished') AND before <> after
                AND NOT (kind = 'pipeline_out' AND after) AND NOT (kind = 'pipeline_in' AND before))
    )"""  # noqa: S608  (the name of a table, never a user's text)


class Bookings:
    """What was earned and taken back in the period, in all and by the stage it was taken back from."""

    def __init__(self, period: Period) -> None:
        rows = period.rows(
            f""", {bookings_of("chosen_moves")} SELECT booked, from_stage, sum(revenue), count(*) FROM bookings
            WHERE "at" >= $start AND "at" < $close GROUP BY ALL"""  # noqa: S608
        )
        self.won, self.reversed = Figure(), Figure()
        self.reversed_from: dict[int, Figure] = defaultdict(Figure)
        for booked, from_stage, revenue, count in rows:
            if booked == REVERSED:
                taken_back = Figure(amount=-int(revenue), count=count)
                self.reversed += taken_back
                self.reversed_from[from_stage] += taken_back
            else:  # a deal that grew after it was won is not won again
                self.won += Figure(amount=int(revenue), count=count if booked == WON else 0)
