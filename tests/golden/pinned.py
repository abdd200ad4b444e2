"""The companies whose answers are pinned, and how an answer is written down."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path
from typing import Any

from django.core.management import call_command

from departments.models import Company
from departments.people.services.demo import demo_people_create
from pipeline.selectors.data.runs import latest_run
from pipeline.services.imports import company_folder_load
from pipeline.services.recompute import recompute
from revenue_health.contribution.services.nightly_run import run_nightly_steps
from revenue_health.review.services.packs import pack_freeze

FOLDER = Path(__file__).parent
AS_OF = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
"""The clock stands here, a Friday morning in the fourth quarter, while a company is built and read."""
DIGITS = 9
"""Significant digits of a pinned float."""
PROCESSOR = 1e-7
"""How far a float may be off, as a part of itself: another processor's vectors sum in another order, and an interval's
end is many sums. On one kind of processor files are equal byte for byte; figures in cents are so on every one."""
NOISE = 1e-6
"""What is smaller, in units of money, is what such sums leave of nothing."""


@dataclass(frozen=True, kw_only=True)
class PinnedCompany:
    """A company of the generator; `slow` ones are compared by `make check-slow` only."""

    name: str
    opportunities: int
    seed: int
    slow: bool = False


COMPANIES = (
    PinnedCompany(name="small", opportunities=400, seed=7, slow=True),
    PinnedCompany(name="tiny", opportunities=120, seed=11),
    PinnedCompany(name="demo", opportunities=20_000, seed=1, slow=True),
)
COMMANDS: dict[str, tuple[str, ...]] = {
    "leaks": ("leaks",),
    "contributions": ("contributions",),
    "contributions-last-quarter": ("contributions", "--period", "2026-Q3"),
    "contributions-by-segment": ("contributions", "--by", "segment"),
    "forecast": ("forecast",),
    "review": ("review",),
    "whatif": ("whatif", "--set", "contract:legal:wait_days=4"),
}


def company_build(company: PinnedCompany, folder: Path) -> None:
    """Into an empty database, with the clock at NOW: generate, load, compute, score."""
    call_command(
        "generate",
        folder,
        opportunities=company.opportunities,
        seed=company.seed,
        as_of=AS_OF,
        verbosity=0,
        json=True,
        stdout=StringIO(),
    )
    company_folder_load(path=folder)
    demo_people_create(password="quiet-river-stone")
    run_nightly_steps(run=recompute(as_of=NOW))


def answers() -> dict[str, str]:
    """Name to the text that is pinned: every command's JSON, and what a pack froze."""
    texts = {}
    for name, arguments in COMMANDS.items():
        out = StringIO()
        call_command(*arguments, "--json", stdout=out)
        texts[name] = pinned(json.loads(out.getvalue()))
    run = latest_run()
    assert run
    pack = pack_freeze(run=run, company=Company.objects.get(), user=None, now=NOW, title="Pinned")
    texts["pack"] = pinned({"content": pack.figures})
    return texts


def pinned(value: Any) -> str:
    """JSON a person can compare line by line, floats rounded to DIGITS significant digits."""
    return json.dumps(_rounded(value), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def differences(one: Any, other: Any, at: str = "") -> list[str]:
    """Where two answers differ by more than another processor explains, as `path: pinned, now`."""
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        return [line for key in one for line in differences(one[key], other[key], f"{at}.{key}")]
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        pairs = enumerate(zip(one, other, strict=True))
        return [line for place, pair in pairs for line in differences(*pair, f"{at}[{place}]")]
    is_float = isinstance(one, float) or isinstance(other, float)
    if is_float and isinstance(one, int | float) and isinstance(other, int | float):
        equal = math.isclose(one, other, rel_tol=PROCESSOR, abs_tol=NOISE)
    else:
        equal = one == other and type(one) is type(other)
    return [] if equal else [f"{at}: {json.dumps(one)[:200]}, {json.dumps(other)[:200]}"]


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_rounded(each) for each in value]
    if not isinstance(value, float):
        return value
    return float(f"{value:.{DIGITS}g}") if abs(value) >= NOISE else 0.0
