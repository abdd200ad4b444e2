"""The kinds of change between two days: their names, what falls in each, and their order on a page."""

from dataclasses import dataclass
from enum import StrEnum

from departments.translation import gettext_noop


class BucketImpact(StrEnum):
    """What a change means for revenue; also its class in stylesheets and its name in frozen packs."""

    GOOD = "good"
    BAD = "bad"
    SOFT = "soft"


@dataclass(frozen=True, kw_only=True)
class Bucket:
    """One kind of change.

    order: its place in a list, what adds first. impact: won is good, though it leaves the open pipeline. moves: it
    changes how large the open pipeline is. coloured: the page prints its amount in the colour of its impact; what only
    moves a date or comes back stays uncoloured there. rare: it has a place only where a deal falls in it, since most
    companies never see one. meaning_within: what it means where one pipeline alone is looked at, if something else.
    """

    key: str
    name: str
    meaning: str
    meaning_within: str = ""
    order: int
    impact: BucketImpact = BucketImpact.SOFT
    moves: bool = True
    coloured: bool = False
    rare: bool = False


_GOOD, _BAD = BucketImpact.GOOD, BucketImpact.BAD
_RANKED = (
    Bucket(
        key="late",
        name=gettext_noop("Late entry"),
        meaning=gettext_noop(
            "Happened before the date, but was recorded after it: the review of that day could not know"
        ),
        order=9,
    ),
    Bucket(
        key="won",
        name=gettext_noop("Won"),
        meaning=gettext_noop("Was open on the date, reached an earning stage"),
        order=4,
        impact=_GOOD,
        coloured=True,
    ),
    Bucket(
        key="came_won",
        name=gettext_noop("Came and won within"),
        meaning=gettext_noop("Was not open on the date, reached an earning stage since: it came and was won within"),
        order=10,
        moves=False,
    ),
    Bucket(
        key="lost",
        name=gettext_noop("Lost"),
        meaning=gettext_noop("Was open on the date, was lost"),
        order=5,
        impact=_BAD,
        coloured=True,
    ),
    Bucket(
        key="lost_later",
        name=gettext_noop("Lost after it was won"),
        meaning=gettext_noop("Was won on the date, was lost since"),
        order=12,
        moves=False,
    ),
    Bucket(
        key="came_lost",
        name=gettext_noop("Came and lost within"),
        meaning=gettext_noop("Was not open on the date, was lost since: it came and was lost within"),
        order=11,
        moves=False,
    ),
    Bucket(
        key="withdrawn",
        name=gettext_noop("Withdrawn"),
        meaning=gettext_noop(
            "Was open on the date, was withdrawn since: deleted, merged or entered by mistake, and not lost"
        ),
        order=6,
    ),
    Bucket(
        key="withdrawn_later",
        name=gettext_noop("Withdrawn, was not open"),
        meaning=gettext_noop("Was won, or not known on the date, and was withdrawn since"),
        order=13,
        moves=False,
    ),
    Bucket(
        key="from_pipeline",
        name=gettext_noop("From another pipeline"),
        meaning=gettext_noop(
            "Was won in another pipeline on the date, is open in this one: what it had earned was taken back"
        ),
        meaning_within=gettext_noop("Was in another pipeline on the date, is open in this one"),
        order=16,
        rare=True,
    ),
    Bucket(
        key="reopened",
        name=gettext_noop("Reopened"),
        meaning=gettext_noop("Was lost or won, is open again"),
        order=1,
        impact=_GOOD,
    ),
    Bucket(
        key="new",
        name=gettext_noop("New"),
        meaning=gettext_noop("Was not known on the date, is open"),
        order=0,
        impact=_GOOD,
        coloured=True,
    ),
    Bucket(
        key="to_pipeline",
        name=gettext_noop("To another pipeline"),
        meaning=gettext_noop(
            "Open on both days, in another pipeline now; what its amount changed by meanwhile is the difference"
        ),
        meaning_within=gettext_noop("Was open in this pipeline on the date, went to another one since"),
        order=17,
        rare=True,
    ),
    Bucket(
        key="pulled_in",
        name=gettext_noop("Pulled in"),
        meaning=gettext_noop(
            "Expected close moved into the running quarter from later; or, at the same amount, to an earlier day"
        ),
        order=3,
        impact=_GOOD,
    ),
    Bucket(
        key="pushed_out",
        name=gettext_noop("Pushed out"),
        meaning=gettext_noop("Expected close moved out of the running quarter; or, at the same amount, to a later day"),
        order=8,
        impact=_BAD,
    ),
    Bucket(
        key="up",
        name=gettext_noop("Up"),
        meaning=gettext_noop("Open on both days, amount grew"),
        order=2,
        impact=_GOOD,
        coloured=True,
    ),
    Bucket(
        key="down",
        name=gettext_noop("Down"),
        meaning=gettext_noop("Open on both days, amount shrank"),
        order=7,
        impact=_BAD,
        coloured=True,
    ),
    Bucket(
        key="moved",
        name=gettext_noop("Moved"),
        meaning=gettext_noop("Open on both days in another stage, everything else the same"),
        order=14,
        moves=False,
    ),
    Bucket(
        key="idle",
        name=gettext_noop("Idle"),
        meaning=gettext_noop("Open on both days, nothing about it changed"),
        order=15,
        moves=False,
    ),
)
BUCKETS: dict[str, Bucket] = {bucket.key: bucket for bucket in _RANKED}
"""By key, in the published rank: a deal falls in the first bucket that fits. Crossing the end of the quarter comes
before a change of amount, any other change of the expected close after it."""
