"""The services of docker-compose.yml as processes in network namespaces that are linked as the file says.

No engine is needed: each service gets a namespace with one leg in each of its networks, its own commands, its own
environment. Needs root and `ip` (iproute2); otherwise the test is skipped, saying so.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import yaml

from revenue_health.embedded.home import PROJECT, Home
from revenue_health.embedded.postgres import binaries
from revenue_health.embedded.valkey import binary

COMPOSE: dict[str, Any] = yaml.safe_load((PROJECT / "docker-compose.yml").read_text())
SUBNETS = {"inside": "10.177.1", "outside": "10.177.2"}
MAIL_HOST, MAIL_PORT = "mail.test", 2525
VALUES = {
    "SECRET_KEY": "only-for-this-test-0123456789",
    "POSTGRES_PASSWORD": "only-for-this-test",
    "VALKEY_PASSWORD": "only-for-this-test",
    "ALLOWED_HOSTS": "revenue.test",
    "SITE_URL": "https://revenue.test",
    "EMAIL_URL": f"smtp://{MAIL_HOST}:{MAIL_PORT}",
}
pytestmark = [
    pytest.mark.slow,
    pytest.mark.servers,
    pytest.mark.skipif(os.getuid() != 0 or not shutil.which("ip"), reason="needs root and ip (iproute2)"),
]


def filled(value: Any) -> str:
    """A value of the file with its variables replaced, as compose does."""

    def variable(match: re.Match[str]) -> str:
        name, default = match[1], match[2] or ""
        return VALUES.get(name) or (default[2:] if default.startswith((":-", "-")) else "")

    return re.sub(r"\$\{(\w+)(:?[-?][^}]*)?\}", variable, str(value)).replace("$$", "$")


class Machine:
    """Namespaces of the services and of a mail server outside, and what runs in them."""

    def __init__(self, folder: Path, cleanup: ExitStack) -> None:
        self.folder, self.cleanup = folder, cleanup
        self.places = [*COMPOSE["services"], "internet"]
        networks = {name: service["networks"] for name, service in COMPOSE["services"].items()}
        self.networks = {**networks, "internet": ["outside"]}
        for network in SUBNETS:
            self._namespace(f"rhnet-{network}")
            self.run(f"rhnet-{network}", "ip", "link", "add", "bridge", "type", "bridge")
            self.run(f"rhnet-{network}", "ip", "link", "set", "bridge", "up")
        for number, place in enumerate(self.places):
            self._namespace(f"rh-{place}")
            self.run(f"rh-{place}", "ip", "link", "set", "lo", "up")
            for network in self.networks[place]:
                self._link(place, network, number)
            self._hosts(place)

    def _namespace(self, name: str) -> None:
        subprocess.run(["ip", "netns", "add", name], check=True)
        self.cleanup.callback(subprocess.run, ["ip", "netns", "del", name], check=False)

    def _link(self, place: str, network: str, number: int) -> None:
        leg, port = f"{network[:3]}{number}", f"p{number}"
        ip = ["ip", "link", "add", leg, "netns", f"rh-{place}", "type", "veth", "peer", "name", port]
        subprocess.run([*ip, "netns", f"rhnet-{network}"], check=True)
        self.run(f"rhnet-{network}", "ip", "link", "set", port, "master", "bridge", "up")
        self.run(f"rh-{place}", "ip", "address", "add", f"{SUBNETS[network]}.{10 + number}/24", "dev", leg)
        self.run(f"rh-{place}", "ip", "link", "set", leg, "up")

    def _hosts(self, place: str) -> None:
        """Names are known in the networks one is in, as compose's resolver does it."""
        lines = ["127.0.0.1 localhost"]
        for number, other in enumerate(self.places):
            for network in self.networks[other]:
                names = MAIL_HOST if other == "internet" else other
                lines.append(f"{SUBNETS[network]}.{10 + number} {names}" if network in self.networks[place] else "")
        file = Path("/etc/netns") / f"rh-{place}" / "hosts"
        file.parent.mkdir(parents=True, exist_ok=True)
        self.cleanup.callback(shutil.rmtree, file.parent, ignore_errors=True)
        file.write_text("\n".join(lines) + "\n")

    def run(self, namespace: str, *command: str, **more: Any) -> subprocess.CompletedProcess[str]:
        line = ["ip", "netns", "exec", namespace, *command]
        return subprocess.run(line, check=True, capture_output=True, text=True, **more)

    def start(self, place: str, *command: str, env: dict[str, str] | None = None, user: bool = False) -> Path:
        """Start a program; returns the file it writes to."""
        log = self.folder / f"{place}.log"
        become = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"] if user else []
        with log.open("wb") as out:
            process = subprocess.Popen(
                ["ip", "netns", "exec", f"rh-{place}", *become, *command],
                env={**os.environ, "PYTHONUNBUFFERED": "1", **(env or {})},
                cwd=PROJECT,
                stdout=out,
                stderr=out,
            )
        self.cleanup.callback(process.wait, 30)
        self.cleanup.callback(process.terminate)
        return log


def environment(folder: Path) -> dict[str, str]:
    """What compose gives the application's services; its folders are of this test."""
    given = {name: filled(value) for name, value in COMPOSE["x-app"]["environment"].items()}
    folders = {"CUSTODY_STORE": folder / "custody", "UPLOADS": folder / "uploads", "BACKUP_DIR": folder / "backups"}
    return {**given, **{name: str(path) for name, path in folders.items()}, "HTTPS": "false"}


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    with ExitStack() as cleanup:
        yield Machine(tmp_path, cleanup)


def valkey_start(machine: Machine, name: str) -> None:
    """The service's own command line, with our binary under the name it uses."""
    programs = machine.folder / "programs"
    programs.mkdir(exist_ok=True)
    (programs / "valkey-server").unlink(missing_ok=True)
    (programs / "valkey-server").symlink_to(binary())
    service = COMPOSE["services"][name]
    data = machine.folder / name
    data.mkdir()
    env = {key: filled(value) for key, value in service["environment"].items()}
    command = [filled(part) for part in service["command"]]
    command = ["sh", "-c", f'cd "{data}" && {command[-1]}'] if command[0] == "sh" else command
    machine.start(name, *command, env={**env, "PATH": f"{programs}:{os.environ['PATH']}"})


def database_start(machine: Machine) -> None:
    folder, _ = binaries(Home(machine.folder).path / "binaries")
    data = machine.folder / "database"
    data.mkdir(mode=0o700)
    shutil.chown(data, "nobody", "nogroup")
    for parent in (machine.folder, *machine.folder.parents):
        if parent != Path("/") and parent.stat().st_uid == 0 and not parent.stat().st_mode & 0o001:
            parent.chmod(parent.stat().st_mode | 0o011)
    password = machine.folder / "password"
    password.write_text(VALUES["POSTGRES_PASSWORD"])
    password.chmod(0o644)
    prepare = [
        "setpriv",
        "--reuid=nobody",
        "--regid=nogroup",
        "--clear-groups",
        str(folder / "initdb"),
        "-D",
        str(data),
    ]
    subprocess.run(
        [*prepare, "-U", "revenue_health", "--auth=scram-sha-256", f"--pwfile={password}", "--no-sync"],
        check=True,
        capture_output=True,
    )
    with (data / "pg_hba.conf").open("a") as file:
        file.write(f"host all all {SUBNETS['inside']}.0/24 scram-sha-256\n")
    options = ["-c", "listen_addresses=*", "-k", str(data), "-c", "fsync=off"]
    machine.start("database", str(folder / "postgres"), "-D", str(data), *options, user=True)
    client = [str(folder / "psql"), "-h", "database", "-U", "revenue_health", "-d", "postgres", "-c"]
    env = {**os.environ, "PGPASSWORD": VALUES["POSTGRES_PASSWORD"]}
    until(lambda: machine.run("rh-migrate", *client, "CREATE DATABASE revenue_health", env=env))


def until(attempt: Any, seconds: float = 60.0) -> Any:
    """The first answer that is neither empty nor a failed command."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            if answer := attempt():
                return answer
        except subprocess.CalledProcessError as problem:
            if time.monotonic() > deadline:
                raise AssertionError(problem.stderr) from problem
        assert time.monotonic() < deadline, "nothing after a minute"
        time.sleep(0.5)


INVITE = """
from django.utils import timezone
from departments.models import Membership, User
from departments.people.services.invitations import invitation_create
from departments.people.tasks import invitation_mail
ceo = User.objects.create_user("ceo", email="ceo@revenue.test")
Membership.objects.create(user=ceo, role="executive")
made = invitation_create(
    email="new@revenue.test", role="board", department=None, invited_by=ceo, now=timezone.now()
)
invitation_mail.delay(made.pk)
"""


def test_a_mail_of_the_worker_arrives_outside_and_the_database_is_not_reached_from_there(machine: Machine) -> None:
    env = environment(machine.folder)
    sink = machine.start("internet", sys.executable, "-m", "aiosmtpd", "-n", "-l", f"0.0.0.0:{MAIL_PORT}")
    database_start(machine)
    valkey_start(machine, "broker")
    valkey_start(machine, "cache")
    app = {**os.environ, **env}
    migrate = COMPOSE["services"]["migrate"]["command"]
    machine.run("rh-migrate", sys.executable, *migrate[1:], env=app, cwd=PROJECT)
    worker = [filled(part) for part in COMPOSE["services"]["worker"]["command"]]
    machine.start("worker", sys.executable, "-m", *worker, env=env)
    machine.run("rh-web", sys.executable, "manage.py", "shell", "-c", INVITE, env=app, cwd=PROJECT)
    until(lambda: "To: new@revenue.test" in sink.read_text(errors="replace"))
    assert VALUES["SITE_URL"] in sink.read_text(errors="replace")
    unreachable = "import socket; socket.create_connection(('{}', 5432), timeout=2)"
    address = f"{SUBNETS['inside']}.{10 + machine.places.index('database')}"
    with pytest.raises(subprocess.CalledProcessError):
        machine.run("rh-internet", sys.executable, "-c", unreachable.format(address))
    machine.run("rh-worker", sys.executable, "-c", unreachable.format("database"))
