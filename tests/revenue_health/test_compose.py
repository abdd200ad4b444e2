"""The files for a server: every service healthy and not root, no secret inside, every variable explained."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import redis
import yaml

from revenue_health.embedded.home import PROJECT
from revenue_health.embedded.process import command_line
from revenue_health.embedded.valkey import binary
from tests.revenue_health.conftest import wait_until

TEXT = (PROJECT / "docker-compose.yml").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (PROJECT / "Dockerfile").read_text()


def test_all_services_are_there() -> None:
    assert set(SERVICES) == {"web", "worker", "beat", "migrate", "database", "broker", "cache"}
    assert SERVICES["database"]["image"].startswith("postgres:18")
    assert "database:/var/lib/postgresql" in SERVICES["database"]["volumes"]


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_a_service_is_not_root_and_cannot_become_it(name: str) -> None:
    service = SERVICES[name]
    assert str(service["user"]) not in {"root", "0", ""}
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]


@pytest.mark.parametrize("name", sorted(set(SERVICES) - {"migrate"}))
def test_a_lasting_service_has_a_health_check(name: str) -> None:
    of_the_image = "HEALTHCHECK" in DOCKERFILE and name == "web"
    assert of_the_image or SERVICES[name]["healthcheck"]["test"]


def test_web_worker_and_beat_wait_for_the_tables_and_share_the_files() -> None:
    for name in ("web", "worker", "beat"):
        assert SERVICES[name]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
        assert SERVICES[name]["volumes"] == [
            f"{folder}:/data/{folder}" for folder in ("custody", "uploads", "compiled", "backups")
        ]
    assert SERVICES["migrate"]["depends_on"]["database"]["condition"] == "service_healthy"


def test_secrets_come_from_the_environment_and_have_no_default() -> None:
    for service in SERVICES.values():
        for key, value in service.get("environment", {}).items():
            if re.search("SECRET|PASSWORD|DATABASE_URL", key):
                # Asked for, or empty where what it is for is not used.
                assert re.search(r"\$\{\w+:(\?|-\})", value), f"{key} has a value or a default"
    assert not re.search(r"\$\{\w*(SECRET|PASSWORD)\w*:-[^}]", TEXT)
    assert {"SECRET_KEY", "POSTGRES_PASSWORD", "VALKEY_PASSWORD", "SITE_URL"} <= set(re.findall(r"\$\{(\w+):\?", TEXT))


def test_every_variable_is_explained_and_the_required_ones_are_empty() -> None:
    example = (PROJECT / ".env.example").read_text()
    given = dict(re.findall(r"^([A-Z_]+)=(.*)$", example, re.MULTILINE))
    required = set(re.findall(r"\$\{(\w+):\?", TEXT))
    assert {name for name, value in given.items() if value == ""} >= required
    assert set(re.findall(r"\$\{(\w+)", TEXT)) <= set(given)


def test_every_setting_is_explained_and_can_be_set_with_docker_too() -> None:
    """But those of one process, of the image, and of a laptop."""
    settings = (PROJECT / "revenue_health" / "settings" / "__init__.py").read_text()
    read = set(re.findall(r"env\.\w+\(\s*\"([A-Z_]+)\"", settings)) | {"LOG_LEVEL", "LOG_FORMAT"}
    assert len(read) > 25
    assert read - set(re.findall(r"^#? ?([A-Z_]+)=", (PROJECT / ".env.example").read_text(), re.MULTILINE)) == {
        "DEBUG",
        "JOB_STALE_SECONDS",
    }
    of_the_image = {"CUSTODY_STORE", "UPLOADS", "STATIC_ROOT"}
    assert read - set(COMPOSE["x-app"]["environment"]) == {"DEBUG", "JOB_STALE_SECONDS"} | of_the_image


def test_only_the_web_is_reached_from_outside_and_only_from_this_machine() -> None:
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["web"]
    assert all(port.startswith("127.0.0.1:") for port in SERVICES["web"]["ports"])


def test_what_sends_mail_and_signs_people_in_reaches_outside() -> None:
    for name in ("web", "worker", "beat"):
        assert set(SERVICES[name]["networks"]) == {"inside", "outside"}
    for name in ("database", "broker"):
        assert SERVICES[name]["networks"] == ["inside"]
    assert not (COMPOSE["networks"]["outside"] or {}).get("internal")


def test_the_image_is_built_from_the_lock_and_runs_as_a_user() -> None:
    assert "--require-hashes" in DOCKERFILE
    assert DOCKERFILE.rindex("USER app") > DOCKERFILE.rindex("RUN ")
    copied = re.findall(r"^COPY (?!--from)(\S+)", DOCKERFILE, re.MULTILINE)
    ignored = (PROJECT / ".dockerignore").read_text()
    assert all(f"!{name.split('/')[0]}" in ignored and (PROJECT / name).exists() for name in copied)
    assert not re.search(r"^(ENV|ARG).*(SECRET|PASSWORD)", DOCKERFILE, re.MULTILINE)


def test_queue_and_cache_are_apart_each_with_a_password_a_bound_and_a_policy() -> None:
    app = COMPOSE["x-app"]["environment"]
    for name, variable, policy in (("broker", "REDIS_URL", "noeviction"), ("cache", "CACHE_URL", "allkeys-lru")):
        script = SERVICES[name]["command"][-1]
        assert "requirepass $$REDISCLI_AUTH" in script
        assert "VALKEY_PASSWORD" not in script  # not on the command line
        assert f"--maxmemory-policy {policy}" in script
        assert re.search(r"--maxmemory \d+mb", script)
        assert "${VALKEY_PASSWORD:?" in SERVICES[name]["environment"]["REDISCLI_AUTH"]
        assert app[variable].startswith("redis://:${VALKEY_PASSWORD:?")
        assert f"@{name}:6379" in app[variable]


@pytest.mark.servers
@pytest.mark.parametrize("name", ["broker", pytest.param("cache", marks=pytest.mark.slow)])
def test_the_script_of_a_valkey_starts_one_with_the_password(name: str, tmp_path: Path) -> None:
    socket = tmp_path / "s.sock"
    script = SERVICES[name]["command"][-1].replace("$$", "$").replace("valkey-server", binary(), 1)
    script = script.replace(" - ", f" - --port 0 --unixsocket {socket} --dir {tmp_path} ", 1)
    environment = {"REDISCLI_AUTH": "Valkey-secret-1"}
    with subprocess.Popen(["sh", "-c", script], env=environment, stdout=subprocess.DEVNULL) as run:
        try:
            wait_until(socket.exists)
            assert "Valkey-secret-1" not in command_line(run.pid)
            with redis.Redis(unix_socket_path=str(socket)) as stranger, pytest.raises(redis.AuthenticationError):
                stranger.ping()
            with redis.Redis(unix_socket_path=str(socket), password="Valkey-secret-1") as client:
                assert client.ping()
        finally:
            run.terminate()
