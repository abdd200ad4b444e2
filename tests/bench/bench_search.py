"""The search over many deals: `python -m tests.bench.bench_search [--deals 1000000]`.

Rows with names like those of the demo company are written by SQL into a home of its own, once with the index of words
and once without it; printed are the seconds of both, and for rare and common texts the median of what a search takes.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TEXTS = ("vesterholm", "vest klin", "zandwijk research group", "re", "spectro", "24 spectrometers", "O-000123", "zzz")
REPEATS = 15


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--deals", type=int, default=1_000_000)
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        measure(options.deals)
        return
    from revenue_health.embedded.home import Home
    from revenue_health.embedded.session import servers_of, session

    with tempfile.TemporaryDirectory(prefix="rh-bench-") as folder:
        os.environ["REVENUE_HEALTH_HOME"] = folder
        home = Home(Path(folder).resolve())
        with session(home, servers_of(home)):
            command = [sys.executable, "-m", "tests.bench.bench_search", "--measure", "--deals", str(options.deals)]
            subprocess.run(command, check=True)


def measure(deals: int) -> None:
    """In a home whose servers run: write the rows, then search."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "revenue_health.settings")
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from pipeline.selectors.deals.search import accounts_matching, deals_matching

    call_command("migrate", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO pipeline_pipeline (key, name) VALUES ('new', 'New')")
    print(f"{deals:,} deals with the index of words: {written(deals):.1f} s", flush=True)
    with connection.cursor() as cursor:
        began = time.perf_counter()
        cursor.execute("SELECT gin_clean_pending_list('opportunity_words'), gin_clean_pending_list('account_words')")
        print(f"sorting what waits into it: {time.perf_counter() - began:.1f} s", flush=True)
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX opportunity_words, account_words")
    print(f"the same without: {written(deals):.1f} s", flush=True)
    began = time.perf_counter()
    with connection.cursor() as cursor:
        for table in ("opportunity", "account"):
            words = "to_tsvector('simple'::regconfig, COALESCE(name, ''))"
            cursor.execute(f"CREATE INDEX {table}_words ON pipeline_{table} USING gin ({words})")
        print(f"making the index of what is there, as an upgrade does: {time.perf_counter() - began:.1f} s", flush=True)
        cursor.execute("ANALYZE pipeline_opportunity, pipeline_account")
    for text in TEXTS:
        seconds = []
        for _ in range(REPEATS):
            began = time.perf_counter()
            rows = len(deals_matching(text=text, limit=6)) + len(accounts_matching(text=text, limit=6))
            seconds.append(time.perf_counter() - began)
        print(f"{text:26} {rows:3} rows {statistics.median(seconds) * 1000:7.1f} ms, longest {max(seconds) * 1000:.1f}")


def written(deals: int) -> float:
    """Seconds to write accounts and deals anew; names are drawn as the generator draws them."""
    from django.db import connection

    from pipeline.generator import invented_names

    name = "(%s::text[])[1 + floor(random() * %s)::int]"
    parts = (invented_names.FIRST, invented_names.SECOND, invented_names.THIRD)
    values = [value for part in parts for value in (list(part), len(part))]
    quantities = [str(number) for number in invented_names.QUANTITIES]
    products = [list(invented_names.PRODUCTS), len(invented_names.PRODUCTS)]
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE pipeline_account, pipeline_opportunity RESTART IDENTITY CASCADE")
        began = time.perf_counter()
        cursor.execute(
            "INSERT INTO pipeline_account (key, name, industry, size, region, profile)"
            f" SELECT 'A-' || n, trim({name} || ' ' || {name} || ' ' || {name}), '', '', '', ''"
            " FROM generate_series(1, %s) n",
            [*values, deals // 5],
        )
        cursor.execute(
            "INSERT INTO pipeline_opportunity (key, name, pipeline_id, account_id, owner, team, currency, segment)"
            f" SELECT 'O-' || lpad(n::text, 9, '0'), a.name || ' - ' || {name} || ' ' || {name}, p.id, a.id,"
            " '', '', 'EUR', '' FROM generate_series(1, %s) n JOIN pipeline_account a ON a.id = 1 + n %% %s"
            " CROSS JOIN pipeline_pipeline p",
            [quantities, len(quantities), *products, deals, deals // 5],
        )
        return time.perf_counter() - began


if __name__ == "__main__":
    main()
