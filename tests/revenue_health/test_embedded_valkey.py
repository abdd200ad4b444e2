"""Valkey of a home keeps every queued message, killed or not."""

from __future__ import annotations

import os
import signal

import pytest
import redis

from revenue_health.embedded.home import Home
from revenue_health.embedded.valkey import Valkey

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
    process.wait(5)
    Valkey(home).start()
    with redis.Redis(unix_socket_path=str(home.valkey_socket)) as client:
        assert client.llen("celery") == 1000


def test_it_never_drops_messages_to_make_room(home: Home) -> None:
    Valkey(home).start()
    with redis.Redis(unix_socket_path=str(home.valkey_socket), decode_responses=True) as client:
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}


def test_it_is_stopped_and_gone(home: Home) -> None:
    server = Valkey(home)
    server.start()
    assert server.answers()
    server.stop()
    assert server.running() is None
    assert not server.answers()
