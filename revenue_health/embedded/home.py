"""Where one installation keeps its data when it runs its own PostgreSQL and Valkey.

Standard library only: settings and manage.py read it before anything else is imported.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pwd
import secrets
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

# sun_path holds 104 bytes on macOS, 108 on Linux, with a closing zero.
SOCKET_PATH_LIMIT = 103
PROJECT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True)
class Home:
    """One data folder: database files, message log, custody store, secret key, logs.

    The sockets do not live in it: their paths may be at most about 107 bytes long, so they get a short
    folder of their own under the temporary directory, named by a hash of the data folder.
    """

    path: Path

    @classmethod
    def current(cls) -> Home:
        """The home named by REVENUE_HEALTH_HOME, else `.revenue_health` in the project folder."""
        named = os.environ.get("REVENUE_HEALTH_HOME")
        return cls(Path(named).expanduser().resolve() if named else PROJECT / ".revenue_health")

    @property
    def sockets(self) -> Path:
        digest = hashlib.sha256(str(self.path).encode()).hexdigest()[:12]
        # Not TMPDIR: it differs between terminals, and every command of a home must find the same sockets.
        folder = Path("/tmp")  # noqa: S108  (a folder of its own in it, checked by make_sockets)
        return (folder if folder.is_dir() else Path(tempfile.gettempdir())) / f"rh-{os.getuid()}-{digest}"

    def make_sockets(self, name: str) -> None:
        """Make the folder for a socket of this name, entered by its owner only; refuse one a stranger made."""
        if len(os.fsencode(self.sockets / name)) > SOCKET_PATH_LIMIT:
            raise OSError(f"The socket path {self.sockets / name} is too long for this system.")
        self.sockets.mkdir(mode=0o700, exist_ok=True)
        state = self.sockets.lstat()
        # As root it may have been handed to `nobody` (see namespace.py).
        owners = {os.getuid()} | ({pwd.getpwnam("nobody").pw_uid} if os.getuid() == 0 else set())
        if not stat.S_ISDIR(state.st_mode) or state.st_uid not in owners:
            raise OSError(f"{self.sockets} belongs to somebody else; remove it.")
        if stat.S_IMODE(state.st_mode) != 0o700:
            self.sockets.chmod(0o700)

    def remove_sockets(self) -> None:
        """Remove the folder again when nothing listens in it any more."""
        with contextlib.suppress(OSError):
            self.sockets.rmdir()

    @property
    def postgres_data(self) -> Path:
        return self.path / "postgres"

    @property
    def valkey_data(self) -> Path:
        return self.path / "valkey"

    @property
    def valkey_socket(self) -> Path:
        return self.sockets / "valkey.sock"

    @property
    def cache_data(self) -> Path:
        """What the cache had when it was stopped last."""
        return self.path / "cache"

    @property
    def cache_socket(self) -> Path:
        return self.sockets / "cache.sock"

    @property
    def custody_store(self) -> Path:
        return self.path / "custody"

    @property
    def uploads(self) -> Path:
        return self.path / "imports"

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    @property
    def run(self) -> Path:
        """Locks and process numbers of what runs now."""
        return self.path / "run"

    @property
    def demo_marker(self) -> Path:
        """Present only in a home that `demo` built; allows one-click sign-in there and nowhere else."""
        return self.path / "demo.json"

    @property
    def own_data(self) -> Path:
        """Present once a demo home took in a company of somebody's own: from then on it is no demo any more."""
        return self.path / "own-data"

    @property
    def site_file(self) -> Path:
        """The address this home was last served at, for links in mails."""
        return self.run / "address"

    def site_url(self) -> str:
        """Where the home is served, or was served last."""
        try:
            return self.site_file.read_text().strip()
        except OSError:
            return "http://localhost:8000"

    def close(self) -> None:
        """Make the folder, or an existing one, readable by its owner only: mails, uploads, deals and logs lie in it."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        state = self.path.stat()
        if state.st_uid == os.getuid() and stat.S_IMODE(state.st_mode) & 0o077:
            self.path.chmod(0o700)

    @property
    def redis_url(self) -> str:
        return f"unix://{self.valkey_socket}"

    @property
    def cache_url(self) -> str:
        return f"unix://{self.cache_socket}"

    def secret_key(self) -> str:
        """The installation's own key, made at first use and kept in the home, readable by its owner only."""
        file = self.path / "secret_key"
        if not file.exists():
            self.path.mkdir(parents=True, exist_ok=True)
            # Linked into place whole: a second process that starts meanwhile never reads half a key.
            own = self.path / f".secret_key.{secrets.token_hex(8)}"
            with os.fdopen(os.open(own, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as handle:
                handle.write(secrets.token_urlsafe(50))
            try:
                os.link(own, file)
            except FileExistsError:
                pass
            finally:
                own.unlink()
        return file.read_text().strip()


def take_home_option(command: str, arguments: list[str]) -> None:
    """Let `--home DIR` take effect before the settings are read."""
    if command not in {"demo", "serve", "backup", "restore"}:
        return
    for position, argument in enumerate(arguments):
        name, _, value = argument.partition("=")
        if name == "--home":
            value = value or "".join(arguments[position + 1 : position + 2])
            if value:
                os.environ["REVENUE_HEALTH_HOME"] = value
