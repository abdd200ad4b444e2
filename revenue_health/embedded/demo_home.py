"""Building a demo home: a simulated company, generated, loaded like any other, computed, with people to sign in as.

The marker is written last. A home with the other file, `demo-building.json`, is one whose building was cut off: its
database is dropped and made again.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone
from psycopg import sql

from revenue_health.embedded.home import Home
from revenue_health.embedded.process import ServerError
from revenue_health.embedded.serving import prepare
from revenue_health.embedded.session import DATABASE, close_connections, create_database
from revenue_health.embedded.steps import Steps
from revenue_health.embedded.supervisor import say

OPPORTUNITIES = 20_000
YEARS = 3
MOST_PROCESSES = 4
"""Scoring waits for nothing but the processor, and somebody waits for the demo."""
ENOUGH_TO_SHARE = 100
"""Deals from which on several processes score; fewer are scored by one before others have started."""


@dataclass(frozen=True, kw_only=True)
class DemoChoice:
    """What the person asked for; None where they did not."""

    as_of: date | None = None
    seed: int | None = None
    opportunities: int | None = None
    years: int | None = None
    password: str | None = None


@dataclass(frozen=True, kw_only=True)
class Built:
    """What a demo home holds: the last day of its company, the seed it grew from, its size and years of history."""

    as_of: str
    seed: int
    opportunities: int
    years: int = YEARS

    def to_dict(self) -> dict[str, object]:
        return asdict(self)


def built(home: Home) -> Built | None:
    """What the home was built with, None when it is not (wholly) built."""
    try:
        facts = json.loads(home.demo_marker.read_text())
        return Built(
            as_of=facts["as_of"],
            seed=facts["seed"],
            opportunities=facts["opportunities"],
            years=facts.get("years", YEARS),
        )
    except (OSError, ValueError, KeyError):
        return None


def build(home: Home, choice: DemoChoice, steps: Steps) -> Built:
    """Build the home's demo company. One that is already built stays; only passwords are reset on request."""
    present = built(home)
    if present is None:
        return _build_anew(home, choice, steps)
    options = {
        "--as-of": (choice.as_of and choice.as_of.isoformat(), present.as_of),
        "--seed": (choice.seed, present.seed),
        "--opportunities": (choice.opportunities, present.opportunities),
        "--years": (choice.years, present.years),
    }
    for option, (chosen, has) in options.items():
        if chosen is not None and chosen != has:
            raise ServerError(
                f"This home was built with {option} {has}. For {option} {chosen} use another home: --home DIR."
            )
    prepare(home, steps)
    if choice.password is not None:
        _people(choice.password)
    return present


class _PastForecasts:
    """The track record, made by a process of its own while this one does what takes one processor: a pack that was
    frozen before it would say another landing than the pages do once it is there."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, str(Path(settings.BASE_DIR) / "manage.py"), "track_record", "--json"]
        self._process = subprocess.Popen(
            command,
            env=os.environ | {"REVENUE_HEALTH_HOME": str(self._home.path)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def wait(self) -> None:
        """Until they are there; what could not be made here a worker makes once the demo is served."""
        if self._process is not None and self._process.wait():
            say("  They could not be made now: a worker makes them once the demo is served.")

    def stop(self) -> None:
        """Where the building was cut off: it would hold the servers for minutes."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            self._process.wait()


def _build_anew(home: Home, choice: DemoChoice, steps: Steps) -> Built:
    will = Built(
        as_of=(choice.as_of or timezone.now().date()).isoformat(),
        seed=1 if choice.seed is None else choice.seed,
        opportunities=OPPORTUNITIES if choice.opportunities is None else choice.opportunities,
        years=YEARS if choice.years is None else choice.years,
    )
    building = home.path / "demo-building.json"
    if building.exists():
        # Its own marker says that a build was cut off here, so there is nothing of anybody's to lose.
        _clear(home)
    else:
        _refuse_own_data(home)
    building.write_text(json.dumps(will.to_dict()))
    prepare(home, steps)
    folder = home.path / "demo-company"
    past = _PastForecasts(home)
    try:
        for name, text, work in _table(folder, will, choice, past):
            with steps.step(name, text):
                work()
    finally:
        past.stop()
    home.demo_marker.write_text(json.dumps(will.to_dict() | {"seconds": steps.seconds}))
    building.unlink()
    return will


def _table(
    folder: Path, will: Built, choice: DemoChoice, past: _PastForecasts
) -> list[tuple[str, str, Callable[[], object]]]:
    """The building steps after the tables: name, what is said, what is done."""
    # Without --as-of the company ends today and the figures are of this moment.
    then: dict[str, Any] = {} if choice.as_of is None else {"as_of": will.as_of}
    then["processes"] = min(os.cpu_count() or 1, MOST_PROCESSES) if will.opportunities >= ENOUGH_TO_SHARE else 1
    options = {
        "seed": will.seed,
        "opportunities": will.opportunities,
        "years": will.years,
        "as_of": date.fromisoformat(will.as_of),
    }
    return [
        ("generate", "Simulating a company", lambda: call_command("generate", folder, **options)),
        ("load", "Loading its folder", lambda: call_command("load", folder)),
        ("people", "Making its people", lambda: _people(choice.password)),
        ("recompute", "Computing custody, flows and leaks", lambda: call_command("recompute", **then)),
        ("past", "Starting forecasts of its past quarters", past.start),
        ("register", "Remembering its leaks", lambda: _register(will)),
        ("talk", "Letting its people talk", lambda: _discussion(will)),
        ("scorecards", "Filling in scorecards", lambda: _scorecards(will)),
        ("scenarios", "Trying out what-ifs", lambda: _scenarios(will)),
        ("track", "Waiting for forecasts of its past quarters", past.wait),
        ("packs", "Freezing a review", lambda: _packs(will)),
    ]


def _people(password: str | None) -> None:
    from departments.people.services.demo import demo_people_create

    demo_people_create(password=password)


def _register(will: Built) -> None:
    from revenue_health.contribution.services.demo_register import demo_register_create

    demo_register_create(as_of=date.fromisoformat(will.as_of), seed=will.seed)


def _discussion(will: Built) -> None:
    from departments.discussion.services.demo import demo_discussion_create

    demo_discussion_create(as_of=date.fromisoformat(will.as_of), seed=will.seed)


def _scorecards(will: Built) -> None:
    from departments.scorecards.services.demo import demo_scorecards_create

    demo_scorecards_create(as_of=date.fromisoformat(will.as_of), seed=will.seed)


def _scenarios(will: Built) -> None:
    from revenue_health.review.services.demo_verdict import demo_verdict_create

    demo_verdict_create(as_of=date.fromisoformat(will.as_of), seed=will.seed)


def _packs(will: Built) -> None:
    from revenue_health.review.services.demo_packs import demo_packs_create

    demo_packs_create(as_of=date.fromisoformat(will.as_of), seed=will.seed)


def _refuse_own_data(home: Home) -> None:
    """A home without a demo marker may hold a real company: never mix a simulated one into it."""
    with _connect(home, DATABASE) as connection:
        table = connection.execute("SELECT to_regclass('departments_company')").fetchone()
        if not table or table[0] is None:
            return
        if connection.execute("SELECT 1 FROM departments_company LIMIT 1").fetchone():
            raise ServerError(
                f"The home {home.path} holds a company of your own: `serve` shows it. "
                f"For the demo company give another home: demo --home DIR."
            )


def _clear(home: Home) -> None:
    """Remove what an interrupted build left behind."""
    close_connections()
    with _connect(home, "postgres") as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(DATABASE)))
    create_database(home)
    for folder in (home.custody_store, home.path / "demo-company"):
        shutil.rmtree(folder, ignore_errors=True)


def _connect(home: Home, database: str) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(host=str(home.sockets), user="postgres", dbname=database, autocommit=True)
