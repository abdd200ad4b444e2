"""demo: builds once and whole, starts anew after being cut off, never mixes with a real company, serves quickly."""

from __future__ import annotations

import http.client
import json
import re
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from revenue_health.embedded.home import PROJECT, Home
from tests.revenue_health.conftest import environment, manage, new_home, processes_of

pytestmark = pytest.mark.servers

BUILD = (
    "demo",
    "--build-only",
    "--json",
    "--opportunities",
    "30",
    "--years",
    "1",
    "--as-of",
    "2026-06-30",
    "--seed",
    "7",
)


SECRET = "Secret-of-the-demo-1"
CLICK = """
import http.client, re, sys
connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]))
connection.request("GET", "/accounts/login/")
answer = connection.getresponse()
cookies = "; ".join(value.partition(";")[0] for name, value in answer.getheaders() if name.lower() == "set-cookie")
token = re.search('csrfmiddlewaretoken" value="([^"]+)"', answer.read().decode())[1]
headers = {"Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"}
connection.request("POST", "/sign-in-as/ceo/", "csrfmiddlewaretoken=" + token, headers)
answer = connection.getresponse()
print(answer.status, answer.headers.get("Location"))
"""


def click(port: int | None, user: str | None = None) -> str:
    """What signing in with one click answers to a process of this account, or of another one."""
    # Another account may not run an interpreter that lies in somebody's folder.
    python = shutil.which("python3", path="/usr/bin:/usr/local/bin") if user else sys.executable
    assert python
    command = [python, "-I", "-S", "-c", CLICK, str(port)]
    run = subprocess.run(command, capture_output=True, text=True, user=user, check=False, cwd="/")
    return run.stdout.strip() or run.stderr


def cut_off_building(home: Home) -> None:
    """Start building and kill it when the company is being loaded."""
    command = [sys.executable, "manage.py", *BUILD]
    building = subprocess.Popen(command, cwd=PROJECT, env=environment(home), stderr=subprocess.PIPE, text=True)
    with building:
        assert building.stderr is not None
        for line in building.stderr:
            if "Loading" in line:
                building.send_signal(signal.SIGKILL)
                break


@pytest.fixture(scope="module")
def demo_home() -> Iterator[tuple[Home, dict[str, object]]]:
    """A home in which the company was built, with what that printed."""
    with new_home(tables=True) as home:
        yield home, build(home)


def build(home: Home) -> dict[str, object]:
    built = manage(home, *BUILD, "--password", "Demo-people-1")
    assert built.returncode == 0, built.stderr
    return json.loads(built.stdout)


def built_whole(home: Home, answer: dict[str, object]) -> bool:
    assert (answer["as_of"], answer["seed"], answer["opportunities"]) == ("2026-06-30", 7, 30)
    assert {"load", "recompute", "total"} <= set(answer["seconds"])
    code = "from pipeline.models import Opportunity as O; from departments.models import User as U; "
    code += "print(O.objects.count(), U.objects.get(username='ceo').check_password('Demo-people-1'))"
    return manage(home, "shell", "-v0", "-c", code).stdout.strip() == "30 True" and processes_of(home) == []


def test_a_company_is_built_with_its_people(demo_home: tuple[Home, dict[str, object]]) -> None:
    assert built_whole(*demo_home)


@pytest.mark.slow
def test_a_building_that_was_cut_off_is_done_anew() -> None:
    # The first building finds its tables, the second makes them anew.
    with new_home(tables=True) as home:
        cut_off_building(home)
        assert not home.demo_marker.exists()
        assert built_whole(home, build(home))


def test_a_built_home_is_not_built_again(demo_home: tuple[Home, dict[str, object]]) -> None:
    again = manage(demo_home[0], *BUILD)
    assert "load" not in json.loads(again.stdout)["seconds"]


def test_another_seed_needs_another_home(demo_home: tuple[Home, dict[str, object]]) -> None:
    refused = manage(demo_home[0], "demo", "--build-only", "--seed", "8")
    assert refused.returncode == 1
    assert "built with --seed 7" in refused.stderr


def test_it_serves_and_lets_one_sign_in(demo_home: tuple[Home, dict[str, object]]) -> None:
    home = demo_home[0]
    begun = time.monotonic()
    command = [sys.executable, "manage.py", "demo", "--home", str(home.path), "--password", SECRET]
    demo = subprocess.Popen(command, cwd=PROJECT, env=environment(home), stdout=subprocess.PIPE, text=True)
    with demo:
        assert demo.stdout is not None
        address = urlsplit(next(re.findall(r"http://\S+", line)[0] for line in demo.stdout if "http://" in line))
        took = time.monotonic() - begun
        connection = http.client.HTTPConnection(address.hostname or "", address.port)
        connection.request("GET", "/accounts/login/")
        page = connection.getresponse().read().decode()
        connection.close()
        processes = subprocess.run(["ps", "-ef"], capture_output=True, text=True, check=True).stdout
        mine, others = click(address.port), click(address.port, user="nobody")
        mailed = manage(home, "shell", "-v0", "-c", "from django.conf import settings; print(settings.SITE_URL)")
        before_loading = click(address.port)
        assert not home.own_data.exists()
        loaded = manage(home, "load", str(home.path / "demo-company"))
        after_loading = click(address.port)
        demo.send_signal(signal.SIGINT)
    assert 'action="/sign-in-as/ceo/"' in page
    assert SECRET not in processes
    assert (mine, others) == ("302 /start/", "302 /accounts/login/")
    assert mailed.stdout.strip() == f"http://127.0.0.1:{address.port}"
    assert loaded.returncode == 0, loaded.stderr
    assert (before_loading, after_loading) == ("302 /start/", "404 None")
    readable = [path for path in home.path.rglob("*") if stat.S_IMODE(path.lstat().st_mode) & 0o077]
    assert [path for path in readable if home.path / "static" not in path.parents] == []  # those are for everybody
    assert stat.S_IMODE(home.path.stat().st_mode) == 0o700
    assert demo.returncode == 0
    assert took < 60  # 3 s on an idle machine; this one may be busy
    assert processes_of(home) == []


def test_a_home_with_a_company_of_its_own_is_refused(home_with_tables: Home) -> None:
    home = home_with_tables
    code = "from departments.models import Company; Company.objects.create(name='Ours', reporting_currency='EUR')"
    assert manage(home, "shell", "-v0", "-c", code).returncode == 0
    refused = manage(home, "demo", "--build-only")
    assert refused.returncode == 1
    assert "holds a company of your own" in refused.stderr
    assert not home.demo_marker.exists()


def test_a_taken_port_is_an_error_only_when_it_was_asked_for(home: Home) -> None:
    from revenue_health.embedded.process import ServerError
    from revenue_health.embedded.programs import listen

    with listen(18_700, exact=False) as first:
        taken = first.getsockname()[1]
        with listen(taken, exact=False) as second:
            assert second.getsockname()[1] > taken
        with pytest.raises(ServerError, match=f"Port {taken} is taken"):
            listen(taken, exact=True)


def test_demo_leaves_a_server_alone(home: Home) -> None:
    env = environment(home) | {"DATABASE_URL": "postgres://x@localhost/x", "REDIS_URL": "redis://x", "SECRET_KEY": "x"}
    command = [sys.executable, "manage.py", "demo"]
    told = subprocess.run(command, cwd=PROJECT, env=env, capture_output=True, text=True, timeout=60)
    assert told.returncode == 1
    assert "unset DATABASE_URL" in told.stderr
    assert list(home.path.iterdir()) == []
