"""The audit names what is known of a locked package, and says so where it cannot ask."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from revenue_health.embedded.home import PROJECT


def audit(lock: Path, url: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(PROJECT / "requirements" / "audit.py"), str(lock)]
    return subprocess.run(command, env={**os.environ, "OSV_URL": url}, capture_output=True, text=True, check=False)


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    file = tmp_path / "base.txt"
    file.write_text("bad-one==1.0 \\\n    --hash=sha256:00\ngood_one==2.1 ; python_version > '3'\n# a==1\n")
    return file


class List(BaseHTTPRequestHandler):
    """Knows one vulnerability."""

    def do_POST(self) -> None:
        asked: dict[str, Any] = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        results = [
            {"vulns": [{"id": "PYSEC-1"}]} if q["package"]["name"] == "bad-one" else {} for q in asked["queries"]
        ]
        body = json.dumps({"results": results}).encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *more: Any) -> None:
        """Nothing."""


def test_a_known_vulnerability_fails_the_audit(lock: Path) -> None:
    with HTTPServer(("127.0.0.1", 0), List) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        found = audit(lock, f"http://127.0.0.1:{server.server_port}/")
        server.shutdown()
    assert found.returncode == 1
    assert "bad-one 1.0: PYSEC-1" in found.stdout
    assert "2 packages looked up, 1 with" in found.stdout


def test_a_list_that_is_away_is_said_and_passes(lock: Path) -> None:
    away = audit(lock, "http://127.0.0.1:1/")
    assert away.returncode == 0
    assert "Audit skipped" in away.stdout
