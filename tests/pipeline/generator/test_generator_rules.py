"""Every rule of the company folder's format, counted on a generated folder: no row may break one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from pipeline.generator import generate_folder

AS_OF = date(2026, 11, 24)
FIRST = date(2023, 11, 24)
TABLES = (
    "accounts", "departments", "entries", "events", "handoffs", "loss_reasons", "measurables", "opportunities",
    "pipelines", "plan", "rates", "sources", "stages",
)  # fmt: skip


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    folder = tmp_path_factory.mktemp("generated") / "company"
    generate_folder(folder=folder, opportunities=20_000, seed=1, as_of=AS_OF)
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for table in TABLES:
            connection.execute(f"CREATE TABLE {table} AS {_reader(folder / f'{table}.csv')}")
        connection.execute(
            "CREATE VIEW born AS SELECT opportunity, min(occurred_at) AS first_at FROM events GROUP BY opportunity"
        )
        yield connection


def _reader(path: Path) -> str:
    """All columns as text, then instants and amounts parsed strictly: a wrong form fails the whole module."""
    names = path.read_text("utf-8").split("\n", 1)[0].split(",")
    casts = {"amount": "DECIMAL(18,2)", "rate": "DOUBLE", "target": "DECIMAL(18,2)"}
    columns = []
    for name in names:
        kind = casts.get(name, "TIMESTAMPTZ" if name.endswith("_at") else "VARCHAR")
        columns.append(f"nullif({name}, '')::{kind} AS {name}, {name} AS {name}_text")
    source = f"read_csv('{path}', all_varchar=true, header=true)"
    return f"SELECT {', '.join(columns)}, row_number() OVER () AS line FROM {source}"


BROKEN = {
    "opportunity keys twice": "SELECT key FROM opportunities GROUP BY key HAVING count(*) > 1",
    "hand-off keys twice": "SELECT key FROM handoffs GROUP BY key HAVING count(*) > 1",
    "account keys twice": "SELECT key FROM accounts GROUP BY key HAVING count(*) > 1",
    "opportunities without events": "SELECT key FROM opportunities ANTI JOIN events ON opportunity = key",
    "events of unknown opportunities": "SELECT 1 FROM events ANTI JOIN opportunities ON opportunity = key",
    "hand-offs of unknown opportunities": "SELECT 1 FROM handoffs h ANTI JOIN opportunities o ON h.opportunity = o.key",
    "hand-offs of unknown departments": "SELECT 1 FROM handoffs h ANTI JOIN departments d ON h.department = d.key",
    "accounts unknown": "SELECT 1 FROM opportunities o ANTI JOIN accounts a ON o.account = a.key",
    "sources unknown": "SELECT 1 FROM opportunities o ANTI JOIN sources s ON o.source = s.key",
    "pipelines unknown": "SELECT 1 FROM opportunities o ANTI JOIN pipelines p ON o.pipeline = p.key",
    "stages not of the pipeline": """SELECT 1 FROM events e JOIN opportunities o ON o.key = e.opportunity
        ANTI JOIN stages s ON s.key = e.stage AND s.pipeline = o.pipeline WHERE e.stage != 'lost'""",
    "stage owners unknown": "SELECT 1 FROM stages s ANTI JOIN departments d ON s.owner_department = d.key",
    "reasons unknown": "SELECT 1 FROM events e ANTI JOIN loss_reasons r ON e.reason = r.key WHERE e.reason IS NOT NULL",
    "reasons elsewhere than on losses": "SELECT 1 FROM events WHERE stage != 'lost' AND reason IS NOT NULL",
    "losses without reason": "SELECT 1 FROM events WHERE stage = 'lost' AND reason IS NULL",
    "recorded before it occurred": "SELECT 1 FROM events WHERE recorded_at < occurred_at",
    "known after the as-of date": f"""SELECT 1 FROM events
        WHERE (recorded_at AT TIME ZONE 'Europe/Berlin')::DATE >= DATE '{AS_OF}'""",
    "before the history": f"SELECT 1 FROM events WHERE occurred_at < DATE '{FIRST}'",
    "instants without Z": r"""SELECT 1 FROM events
        WHERE NOT regexp_full_match(occurred_at_text, '\d{4}-\d\d-\d\dT[\d:]{8}Z')""",
    "amounts not positive": "SELECT 1 FROM events WHERE amount <= 0",
    "amounts without two decimals": r"SELECT 1 FROM events WHERE NOT regexp_full_match(amount_text, '\d+\.\d\d')",
    "events out of order": """SELECT 1 FROM (SELECT *, lag(opportunity) OVER w AS o, lag(occurred_at) OVER w AS t
        FROM events WINDOW w AS (ORDER BY line)) WHERE o > opportunity OR (o = opportunity AND t > occurred_at)""",
    "work outside of business hours": """SELECT 1 FROM events, LATERAL (SELECT occurred_at AT TIME ZONE 'Europe/Berlin'
        AS here) WHERE hour(here) NOT BETWEEN 9 AND 17 OR isodow(here) > 5""",
    "hand-offs before the deal": "SELECT 1 FROM handoffs JOIN born USING (opportunity) WHERE requested_at < first_at",
    "hand-offs that start before asked": "SELECT 1 FROM handoffs WHERE started_at < requested_at",
    "hand-offs that end before asked": "SELECT 1 FROM handoffs WHERE completed_at < requested_at",
    "hand-offs that end before started": "SELECT 1 FROM handoffs WHERE completed_at < started_at",
    "hand-offs due before asked": "SELECT 1 FROM handoffs WHERE due_at IS NULL OR due_at < requested_at",
    "outcomes of open hand-offs": "SELECT 1 FROM handoffs WHERE (outcome IS NULL) != (completed_at IS NULL)",
    "outcomes unknown": """SELECT 1 FROM handoffs
        WHERE outcome NOT IN ('approved', 'returned', 'rejected', 'cancelled')""",
    "assignees before the start": "SELECT 1 FROM handoffs WHERE (assignee IS NULL) != (started_at IS NULL)",
    "hand-offs after the as-of date": f"""SELECT 1 FROM handoffs WHERE greatest(requested_at, started_at, completed_at)
        >= TIMESTAMPTZ '{AS_OF} 00:00:00+01'""",
    "wins twice": """SELECT opportunity FROM events JOIN stages ON key = stage AND earns = '1'
        GROUP BY opportunity HAVING count(*) > 1""",
    "currencies without a rate": """SELECT 1 FROM opportunities o ANTI JOIN rates r USING (currency)
        WHERE currency != 'EUR'""",
    "rates missing a month": """SELECT currency, count(*) AS n FROM rates GROUP BY currency HAVING n != 37""",
    "plan twice": "SELECT 1 FROM plan GROUP BY pipeline, period_start, segment HAVING count(*) > 1",
    "plan of unknown pipelines": "SELECT 1 FROM plan p ANTI JOIN pipelines l ON p.pipeline = l.key",
    "entries of unknown measurables": "SELECT 1 FROM entries e ANTI JOIN measurables m ON e.measurable = m.key",
    "entries of computed measurables": """SELECT 1 FROM entries e JOIN measurables m ON e.measurable = m.key
        WHERE m.source != 'manual'""",
    "entries not on Mondays": "SELECT 1 FROM entries WHERE isodow(week::DATE) != 1",
    "entries twice": "SELECT 1 FROM entries GROUP BY measurable, week HAVING count(*) > 1",
    "goals twice": "SELECT 1 FROM measurables GROUP BY key, effective_from HAVING count(*) > 1",
    "upper goals elsewhere than between": """SELECT 1 FROM measurables
        WHERE (goal_rule = 'between') != (goal_high IS NOT NULL) OR goal_high::DOUBLE < goal::DOUBLE""",
}  # fmt: skip


@pytest.mark.parametrize("rule", BROKEN)
def test_no_row_has(database: duckdb.DuckDBPyConnection, rule: str) -> None:
    assert database.execute(BROKEN[rule]).fetchall() == []


SHARES = {
    "events written down late": ("SELECT avg((recorded_at > occurred_at)::INT) FROM events", 0.02, 0.04),
    "events an opportunity": ("SELECT count(*) / 20000 FROM events", 3.3, 3.7),
    "hand-offs an opportunity": ("SELECT count(*) / 20000 FROM handoffs", 2.0, 2.4),
    "lost deals opened again": (
        """SELECT avg((next IS NOT NULL)::INT) FROM (SELECT stage, lead(stage) OVER (PARTITION BY opportunity
        ORDER BY line) AS next FROM events) WHERE stage = 'lost'""", 0.01, 0.03,
    ),
    "opportunities that went back": (
        """SELECT count(DISTINCT opportunity) / 20000 FROM (SELECT opportunity, position::INT AS place,
        lag(position::INT) OVER (PARTITION BY opportunity ORDER BY e.line) AS before FROM events e JOIN opportunities o
        ON o.key = opportunity JOIN stages s ON s.key = stage) WHERE place < before""", 0.01, 0.06,
    ),
    "hand-offs beside another": (
        """SELECT count(*) / 20000 FROM handoffs a JOIN handoffs b ON a.opportunity = b.opportunity AND a.key < b.key
        AND b.requested_at < a.completed_at AND b.requested_at >= a.requested_at""", 0.05, 0.3,
    ),
    "wins lost again": (
        """WITH won AS (SELECT opportunity, occurred_at AS won_at FROM events JOIN stages ON key = stage
        AND earns = '1')
        SELECT count(DISTINCT e.opportunity) / (SELECT count(*) FROM won) FROM events e JOIN won USING (opportunity)
        WHERE stage = 'lost' AND occurred_at > won_at""", 0.008, 0.03,
    ),
    "open deals": (
        """SELECT count(*) FROM (SELECT arg_max(stage, line) AS last FROM events GROUP BY opportunity)
        WHERE last NOT IN ('lost', 'customer', 'renewed')""", 300, 1200,
    ),
    "currencies": ("SELECT count(DISTINCT currency) FROM opportunities", 3, 3),
    "reps": ("SELECT count(DISTINCT owner) FROM opportunities", 18, 18),
    "teams": ("SELECT count(DISTINCT team) FROM opportunities", 3, 3),
    "measurables of the poorest department": (
        "SELECT min(n) FROM (SELECT count(DISTINCT key) AS n FROM measurables GROUP BY department)", 5, 6,
    ),
    "weeks of entries": ("SELECT count(DISTINCT week) FROM entries", 155, 157),
    "late entries": ("SELECT avg((note IS NOT NULL)::INT) FROM entries", 0.02, 0.08),
}  # fmt: skip


@pytest.mark.parametrize("figure", SHARES)
def test_company_has_its_share_of(database: duckdb.DuckDBPyConnection, figure: str) -> None:
    query, low, high = SHARES[figure]
    (value,) = database.execute(query).fetchone()
    assert low <= value <= high
