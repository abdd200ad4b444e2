"""The two signal colours stand in the tokens of pages and once for paper; both are the same."""

from __future__ import annotations

import re
from pathlib import Path

from django.conf import settings

from revenue_health.review.charts.drawing import FILLS
from revenue_health.review.core.slides import Tone
from revenue_health.review.services.exports.deck_charts import LOOKS


def test_paper_and_decks_have_the_colours_of_pages() -> None:
    tokens = (Path(settings.BASE_DIR) / "static/css/base/tokens.css").read_text()
    light = dict(re.findall(r"--(good|bad): light-dark\((#[0-9a-f]{6}),", tokens))
    assert light == {"good": FILLS[Tone.GOOD], "bad": FILLS[Tone.BAD]}
    assert {name: f"#{LOOKS[name][1]}".lower() for name in ("good", "bad")} == light
