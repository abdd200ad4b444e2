"""A review as slides: made once, at freezing, so that a pack's words and charts never change with the code.

Each slide has one message, one chart or none, tables with the numbers, and notes for the presenter. The board, the
page of the pack, PDF, PowerPoint, Excel and CSV all print these same slides.
"""

from __future__ import annotations

from departments.json_types import Json
from revenue_health.review.core.slides import Slide
from revenue_health.review.selectors.packs.slides import (
    bridge,
    changes,
    forecast,
    headline,
    leaks,
    method,
    people,
    since,
    track,
)

BUILDERS = (
    headline.headline,
    since.since_last_pack,
    bridge.bridge,
    bridge.shares,
    changes.changes,
    leaks.leak_map,
    leaks.largest,
    forecast.forecast,
    track.track,
    people.scorecards,
    people.commitments,
    people.replies,
    people.decisions,
    method.method,
)


def build_slides(content: Json) -> tuple[Slide, ...]:
    """The slides of a review's figures; one that has nothing to show is left out."""
    return tuple(slide for build in BUILDERS if (slide := build(content)) is not None)
