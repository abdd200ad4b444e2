"""Valkey of a home keeps every queued message, killed or not."""

from __future__ import annotations

import os
import signal

import pytest
import redis

from revenue_health.embedded.home import Home
from revenue_health.embedded.valkey import Cache, Valkey

pytestmark = pytest.mark.servers


def test_a_thousand_queued_messages_survive_kill_9(home: Home) -> None:
    first = Valkey(home)
    first.start()
    with redis.Redis(unix_socket_path=str(home.valkey_socket)) as client:
        for number in range(1000):
            client.rpush("celery", number)
    process = first.running()
    assert process is not None
    os.kill(process.pid, signal.SIGKILL)
    process.wait(60)
    Valkey(home).start()
    with redis.Redis(unix_socket_path=str(home.valkey_socket)) as client:
        assert client.llen("celery") == 1000


def test_it_never_drops_messages_to_make_room(home: Home) -> None:
    Valkey(home).start()
    with redis.Redis(unix_socket_path=str(home.valkey_socket), decode_responses=True) as client:
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}


def test_queue_and_cache_are_two_with_a_bound_each(home: Home) -> None:
    queue, memory = Valkey(home), Cache(home)
    bounds = {}
    for server in (queue, memory):
        server.start()
        with redis.Redis(unix_socket_path=str(server.socket), decode_responses=True) as client:
            bounds[server.name] = client.config_get("maxmemory*")
            client.set("only", server.name)
    with redis.Redis(unix_socket_path=str(home.valkey_socket), decode_responses=True) as client:
        assert client.get("only") == "Valkey"
    assert bounds["Cache"]["maxmemory-policy"] == "allkeys-lru"
    assert all(int(bound["maxmemory"]) > 0 for bound in bounds.values())


def test_the_cache_is_warm_after_a_restart(home: Home) -> None:
    memory = Cache(home)
    for _ in range(2):
        memory.start()
        with redis.Redis(unix_socket_path=str(home.cache_socket)) as client:
            seen = client.incr("starts")
        memory.stop()
    assert seen == 2


def test_it_is_stopped_and_gone(home: Home) -> None:
    server = Valkey(home)
    server.start()
    assert server.answers()
    server.stop()
    assert server.running() is None
    assert not server.answers()
