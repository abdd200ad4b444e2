"""Every kind of key is opened on the served dashboard at its most talkative; none of them is written down anywhere."""

from __future__ import annotations

import http.client
import json
import quopri
import re
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

import psycopg
import pytest

from revenue_health.embedded.process import command_line
from tests.revenue_health.conftest import Served, manage, new_home, processes_of, wait_until

pytestmark = pytest.mark.servers

LOUD = {
    "LOG_LEVEL": "DEBUG",
    "GUNICORN_CMD_ARGS": "--access-logfile -",
    "OIDC_CLIENT_ID": "dashboard",
    "OIDC_SECRET": "OidcSecret0123456789abcdefXYZ",
    "OIDC_SERVER_URL": "https://127.0.0.1:1/realm",
}
MAKE_KEYS = """
import json
from datetime import date, timedelta
from django.utils import timezone
from departments.models import Company, Department, Measurable, Membership, User
from departments.people.services.invitations import invitation_address, invitation_create
from departments.updates.services.update_links import update_link_address, update_link_issue
from revenue_health.review.models import Pack
from revenue_health.review.services.pack_links import link_create
now = timezone.now()
Company.objects.create(name="Ours", reporting_currency="EUR", time_zone="UTC")
legal = Department.objects.create(key="legal", name="Legal")
lea = User.objects.create_user("lea", "lea@example.com", "A-long-password-1")
Membership.objects.create(user=lea, role="head", department=legal)
Membership.objects.create(user=lea, role="executive")
Measurable.objects.create(department=legal, owner=lea, key="reviews", name="Reviews", unit="count")
monday = now.date() - timedelta(days=now.weekday())
update = update_link_issue(user=lea, department=legal.pk, week=monday, now=now)
invitation = invitation_create(email="new@example.com", role="head", department=legal, invited_by=lea, now=now)
pack = Pack.objects.create(title="P", period_label="Q", as_of=now, frozen_at=now, frozen_by=lea, method=1, run_number=1,
    content="{}", sha256="0" * 64)
_, board = link_create(pack=pack, user=lea, now=now, days=3, hide_names=True, label="")
print(json.dumps({"update": update_link_address(update), "invitation": invitation_address(invitation),
    "board": f"http://x/b/{board}/"}))
"""


@dataclass
class Browser:
    """Keeps cookies; remembers nothing else."""

    address: str
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(self, path: str, form: dict[str, str] | None = None) -> tuple[int, str, str]:
        """Status, where it leads, and the page."""
        where = urlsplit(self.address)
        connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=60)
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        body = None
        if form is not None:
            body = urlencode(form | {"csrfmiddlewaretoken": self.cookies.get("csrftoken", "")})
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request("GET" if form is None else "POST", path, body, headers)
        answer = connection.getresponse()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.partition(";")[0]
        page = answer.read().decode(errors="replace")
        connection.close()
        return answer.status, answer.headers.get("Location", ""), page


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, dict[str, str], str]]:
    """The dashboard after all keys were used, its keys by kind, and what the supervisor itself has written."""
    written = tmp_path_factory.mktemp("supervisor") / "stderr"
    with new_home(tables=True) as home:
        made = manage(home, "shell", "-v0", "-c", MAKE_KEYS)
        assert made.returncode == 0, made.stderr
        keys = {kind: urlsplit(address).path for kind, address in json.loads(made.stdout).items()}
        with written.open("w") as stderr:
            served = Served.start(home, stderr=stderr, **LOUD)
            try:
                _walk(served, keys)
                yield served, keys, written.read_text() + made.stderr
            finally:
                served.stop()


def _walk(served: Served, keys: dict[str, str]) -> None:
    """Open each key right and wrong, cut off, sent as a form, and while its table is away."""
    stranger = Browser(served.address)
    for kind in ("update", "invitation", "board"):
        for path in (keys[kind], keys[kind][:-4] + "/", keys[kind].rstrip("/"), f"/accounts/login/?next={keys[kind]}"):
            stranger.ask(path)
            stranger.ask(path, {"first_name": "N", "username": "x", "password": "short"})
    keys["password"] = "A-long-password-1"
    keys["reset"] = _reset(served, stranger)
    for path in (keys["reset"], keys["reset"][:-3] + "/", keys["reset"].rstrip("/")):
        stranger.ask(path)
    keys["code"], keys["state"] = "OidcCode0123456789abcdefXYZ", "OidcState0123456789abcdefXYZ"
    stranger.ask("/accounts/oidc/sso/login/", {})
    stranger.ask(f"/accounts/oidc/sso/login/callback/?code={keys['code']}&state={keys['state']}")
    keys["client secret"] = LOUD["OIDC_SECRET"]
    lea = Browser(served.address)
    lea.ask("/accounts/login/")
    lea.ask("/accounts/login/", {"login": "lea", "password": keys["password"]})
    keys["session"] = lea.cookies["sessionid"]
    assert lea.ask("/account/")[0] == 200
    lea.ask("/audit/?day=x")
    with psycopg.connect(host=str(served.home.sockets), user="postgres", dbname="revenue_health", autocommit=True) as c:
        tables = ("departments_updatelink", "departments_invitation", "review_packlink", "django_session")
        for table in tables:
            c.execute(f"ALTER TABLE {table} RENAME TO {table}_away")
        for kind in ("update", "invitation", "board"):
            assert stranger.ask(keys[kind])[0] == 500
        assert lea.ask("/account/")[0] == 500
        for table in tables:
            c.execute(f"ALTER TABLE {table}_away RENAME TO {table}")


def _reset(served: Served, stranger: Browser) -> str:
    """The path of a password reset, from the mail written to the home."""
    stranger.ask("/accounts/password/reset/")
    assert stranger.ask("/accounts/password/reset/", {"email": "lea@example.com"})[0] == 302
    found: list[str] = []

    def mailed() -> bool:
        mails = [quopri.decodestring(file.read_bytes()).decode() for file in (served.home.path / "mail").glob("*")]
        found.extend(re.findall(r"/accounts/password/reset/key/[\w-]+/", "\n".join(mails)))
        return bool(found)

    wait_until(mailed)
    return found[0]


def secrets_of(keys: dict[str, str]) -> dict[str, str]:
    """The part of each key that must not be seen; of a password reset the digest, which stands last."""
    ends = {kind: key.strip("/").rsplit("/", 1)[-1] for kind, key in keys.items()}
    return ends | {"reset": ends["reset"].rsplit("-", 1)[-1]}


def test_no_key_is_in_any_log(walked: tuple[Served, dict[str, str], str]) -> None:
    served, keys, stderr = walked
    time.sleep(1)  # the last lines of the last requests
    files = {path.name: path.read_text(errors="replace") for path in served.home.logs.iterdir()}
    assert "departments:update_link" in files["web.log"]
    assert "Traceback" in files["web.log"]
    assert '"GET ' in files["web.log"]  # the access log too
    for name, text in (files | {"stderr": stderr}).items():
        for kind, secret in secrets_of(keys).items():
            assert len(secret) > 12
            assert secret not in text, f"{kind} is in {name}"
            assert secret[: len(secret) // 2] not in text, f"half of {kind} is in {name}"


def test_no_key_is_in_the_process_list(walked: tuple[Served, dict[str, str], str]) -> None:
    served, keys, _ = walked
    lines = "\n".join(command_line(number) for number in processes_of(served.home))
    lines += subprocess.run(["ps", "-ef"], capture_output=True, text=True, check=True).stdout
    assert not [kind for kind, secret in secrets_of(keys).items() if secret in lines]


def test_no_key_is_in_the_audit_and_its_contexts(walked: tuple[Served, dict[str, str], str]) -> None:
    served, keys, _ = walked
    with psycopg.connect(host=str(served.home.sockets), user="postgres", dbname="revenue_health") as c:
        contexts = str(c.execute("SELECT metadata::text FROM pghistory_context").fetchall())
        contexts += str(c.execute("SELECT path, subject FROM departments_accesslog").fetchall())
    assert not [kind for kind, secret in secrets_of(keys).items() if secret in contexts]


def test_a_line_names_request_person_and_route(walked: tuple[Served, dict[str, str], str]) -> None:
    text = (walked[0].home.logs / "web.log").read_text()
    lines = [line for line in text.splitlines() if "request_finished" in line and "departments:account" in line]
    assert lines
    assert re.search(r"request_id=[0-9a-f]{8}-", lines[-1])
    assert "GET /account/" in lines[-1]
