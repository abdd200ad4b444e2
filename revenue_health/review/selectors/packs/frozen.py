"""A pack's content as pages and files read it: whose figures, as known when, who is named, and the slides."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from departments.json_types import Json
from revenue_health.review.core.slide_codec import slides_from_json
from revenue_health.review.core.slides import Slide
from revenue_health.review.models import Pack
from revenue_health.review.selectors.packs.cells import instant_text


@dataclass(frozen=True, kw_only=True)
class FrozenReview:
    """What a pack shows. people: names with what stands for each where names are hidden."""

    company: str
    currency: str
    time_zone: str
    as_of: datetime
    frozen_by: str
    people: dict[str, str]
    slides: tuple[Slide, ...]

    @property
    def known(self) -> str:
        """The instant up to which things were known, in the company's time zone of then."""
        return instant_text(self.as_of, self.time_zone)

    def slide(self, key: str) -> Slide | None:
        """The slide of that key, None where the pack has none."""
        return next((slide for slide in self.slides if slide.key == key), None)


def frozen_review(pack: Pack) -> FrozenReview:
    """What a pack shows, by the format it was frozen in. Raises FormatUnknown."""
    return review_from_json(pack.figures)


def review_from_json(content: Json) -> FrozenReview:
    """The same from parsed content."""
    return FrozenReview(
        company=content["company"],
        currency=content["currency"],
        time_zone=content["time_zone"],
        as_of=datetime.fromisoformat(content["as_of"]),
        frozen_by=content["pack"]["frozen_by"],
        people={person["name"]: person["instead"] for person in content["people"]},
        slides=slides_from_json(content["slides"], pack_format=content.get("format", 1)),
    )
