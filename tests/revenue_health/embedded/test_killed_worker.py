"""A worker killed by `kill -9` in the middle of its work: another ends the work within two minutes, nothing twice.

The tests share one installation and one company: the first takes the company in, the others go on with it.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import psycopg
import pytest

from revenue_health.embedded.home import PROJECT, Home
from tests.revenue_health.conftest import Served, environment, manage, new_home, wait_until

pytestmark = [pytest.mark.servers, pytest.mark.slow]
TWO_MINUTES = 120.0
DEALS = 12_000
PEOPLE = 400
IDLE = "SELECT 1 WHERE NOT EXISTS (SELECT FROM departments_job WHERE state IN ('waiting', 'running'))"

UPLOAD = """
from pathlib import Path
from pipeline.services.uploads import upload_store
from pipeline.tasks import folder_check_requested
token = upload_store(pieces=[Path({zip!r}).read_bytes()], name={name!r})
folder_check_requested.delay(token=token)
print(token)
"""
TAKE_IN = """
from pipeline.services.uploads import upload_confirm
from pipeline.tasks import folder_import_requested
assert upload_confirm(token={token!r})
folder_import_requested.delay(token={token!r}, user_id=None)
"""
RECOMPUTE = """
from pipeline.tasks import recompute_requested
recompute_requested.delay(full=True)
"""
NOW = """
from django.utils import timezone
from departments.models import Company, Department, Measurable, Membership, User
from pipeline.selectors.data.runs import latest_run
now, company, run = timezone.now(), Company.objects.get(), latest_run()
"""
EVIDENCE = """
from revenue_health.contribution.models import ScoreRun
from revenue_health.review.services.evidence import evidence_request
from revenue_health.review.tasks import evidence_asked
period = ScoreRun.objects.filter(run=run, status="done").order_by("label").last().label
evidence_asked.delay(evidence_request(run=run, period=period, baseline="", user=None, now=now).pk)
"""
PACK = """
from revenue_health.review.services.exports import export_request
from revenue_health.review.services.packs import pack_freeze
from revenue_health.review.tasks import pack_export_requested
pack = pack_freeze(run=run, company=company, user=None, now=now)
export, _ = export_request(pack=pack, kind="pdf", user=None, now=now)
pack_export_requested.delay(export.pk)
"""
REMIND = f"""
from departments.updates.tasks import reminder_asked
legal = Department.objects.get(key="legal")
Measurable.objects.create(department=legal, key="killed", name="Killed", source="manual")
people = User.objects.bulk_create(
    User(username=f"head{{n}}", email=f"head{{n}}@example.com", time_zone="UTC") for n in range({PEOPLE})
)
Membership.objects.bulk_create(Membership(user=one, department=legal, role="head") for one in people)
week = company.close_rule.last_closed_week(now)
reminder_asked.delay(legal.pk, week.isoformat(), people[0].pk)
"""
BACK_UP = """
from revenue_health.tasks import backup_nightly
backup_nightly.delay()
"""


@dataclass
class Installation:
    """A served home, and what is asked of its database from outside."""

    served: Served
    backups: Path
    _connections: list[psycopg.Connection[tuple[object, ...]]] = field(default_factory=list)

    @property
    def home(self) -> Home:
        return self.served.home

    def ask(self, sql: str, *parameters: object) -> list[tuple[object, ...]]:
        if not self._connections:
            self._connections.append(
                psycopg.connect(host=str(self.home.sockets), user="postgres", dbname="revenue_health", autocommit=True)
            )
        return self._connections[0].execute(sql, parameters).fetchall()

    def close(self) -> None:
        for one in self._connections:
            one.close()

    def run(self, code: str) -> str:
        done = manage(self.home, "shell", "-v0", "-c", code)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def kill_while_running(self, code: str, task: str, *, after: float) -> None:
        """Request the task; end the worker and its pool by SIGKILL while it works on it. The supervisor starts anew."""
        running = "SELECT 1 FROM departments_job WHERE task LIKE %s AND state = 'running'"
        command = [sys.executable, "manage.py", "shell", "-v0", "-c", code]
        with subprocess.Popen(command, cwd=PROJECT, env=environment(self.home), stdout=subprocess.DEVNULL) as asking:
            wait_until(lambda: bool(self.ask(running, f"%{task}")), 90)
            time.sleep(after)
            assert self.ask(running, f"%{task}"), "it ended before it could be killed"
            worker = self.served.pid("worker")
            assert worker > 0, "the group of number 0 is our own"
            os.killpg(os.getpgid(worker), signal.SIGKILL)
            assert asking.wait(60) == 0

    def within_two_minutes(self, sql: str) -> None:
        """Two minutes count from the worker's restart, which takes its time on a busy machine."""
        wait_until(lambda: self.served.pid("worker") > 0, 60)
        wait_until(lambda: bool(self.ask(sql)), TWO_MINUTES)

    def idle(self) -> None:
        wait_until(lambda: bool(self.ask(IDLE)), 300)
        assert self.ask("SELECT task, error FROM departments_job WHERE state = 'failed'") == []


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    backups = tmp_path_factory.mktemp("backups")
    with new_home() as home:
        served = Served.start(home, BACKUP_DIR=str(backups))
        installation = Installation(served, backups)
        yield installation
        installation.close()
        served.stop()


@pytest.fixture(scope="module")
def archive(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A company folder, zipped."""
    folder = tmp_path_factory.mktemp("generated") / "company"
    assert manage(installation.home, "generate", str(folder), "--opportunities", str(DEALS)).returncode == 0
    with ZipFile(folder.with_suffix(".zip"), "w", ZIP_DEFLATED) as target:
        for file in folder.iterdir():
            target.write(file, file.name)
    return folder.with_suffix(".zip")


@pytest.fixture
def company(installation: Installation, archive: Path) -> Installation:
    """With the company in it and figures computed, nothing left to do."""
    if installation.ask("SELECT count(*) FROM pipeline_opportunity") == [(0,)]:
        assert manage(installation.home, "load", str(archive)).returncode == 0
    installation.idle()
    if installation.ask("SELECT count(*) FROM pipeline_recomputerun WHERE status = 'done'") == [(0,)]:
        installation.run(RECOMPUTE)
        installation.idle()
    return installation


def test_look_and_import_killed_end_once(installation: Installation, archive: Path) -> None:
    deals, state = "SELECT count(*) FROM pipeline_opportunity", "SELECT 1 FROM pipeline_upload WHERE name || state = "
    second = installation.run(UPLOAD.format(zip=str(archive), name="early.zip"))
    installation.within_two_minutes(f"{state} 'early.zipchecked'")
    installation.kill_while_running(
        UPLOAD.format(zip=str(archive), name="first.zip"), "folder_check_requested", after=0.5
    )
    # One that comes now waits in line; nobody uploads it again.
    installation.run(UPLOAD.format(zip=str(archive), name="later.zip"))
    installation.within_two_minutes(f"{state} 'first.zipchecked'")
    installation.within_two_minutes(f"{state} 'later.zipchecked'")
    assert installation.ask("SELECT count(*) FROM pipeline_importbatch") == [(0,)]

    ((first,),) = installation.ask("SELECT token FROM pipeline_upload WHERE name = 'first.zip'")
    installation.kill_while_running(TAKE_IN.format(token=first), "folder_import_requested", after=0.5)
    installation.within_two_minutes(f"{state} 'first.zipimported'")
    done = installation.ask("SELECT status, (files->'opportunities.csv'->>'new')::int FROM pipeline_importbatch")
    assert sorted(done) == [("done", DEALS), ("failed", None)]
    assert installation.ask(deals) == [(DEALS,)]

    installation.run(TAKE_IN.format(token=second))
    installation.within_two_minutes(f"{state} 'early.zipimported'")
    assert installation.ask(deals) == [(DEALS,)]
    installation.idle()


def test_a_recompute_killed_is_done_again(company: Installation) -> None:
    done = "SELECT count(*) FROM pipeline_recomputerun WHERE status = 'done'"
    ((before,),) = company.ask(done)
    company.kill_while_running(RECOMPUTE, "recompute_requested", after=0.2)
    assert company.ask(done) == [(before,)]
    company.within_two_minutes(f"SELECT 1 WHERE ({done}) > {before}")
    company.idle()
    # Once, and as it was requested: in full, not also as the nightly run would.
    runs = company.ask("SELECT trigger, status FROM pipeline_recomputerun ORDER BY id DESC LIMIT 2")
    assert runs == [("button", "done"), ("button", "failed")]
    assert company.ask(done) == [(before + 1,)]  # type: ignore[operator]


def test_an_evidence_pdf_killed_is_made_once(company: Installation) -> None:
    company.kill_while_running(NOW + EVIDENCE, "evidence_asked", after=0.3)
    company.within_two_minutes("SELECT 1 FROM review_evidenceexport WHERE status = 'done' AND length(pdf) > 10000")
    company.idle()
    assert company.ask("SELECT count(*) FROM review_evidenceexport") == [(1,)]


def test_a_pack_export_killed_leaves_one_whole_file(company: Installation) -> None:
    company.kill_while_running(NOW + PACK, "pack_export_requested", after=0.3)
    company.within_two_minutes("SELECT 1 FROM review_packexport WHERE status = 'done'")
    company.idle()
    ((name, size),) = company.ask("SELECT file, size FROM review_packexport")
    (file,) = company.home.path.rglob(f"*{name}*")
    assert (file.name, file.stat().st_size) == (name, size)
    assert file.read_bytes().startswith(b"%PDF")


def test_reminders_killed_go_on_and_nobody_gets_one_twice(company: Installation) -> None:
    company.kill_while_running(NOW + REMIND, "reminder_asked", after=0.5)
    company.within_two_minutes(f"SELECT 1 FROM departments_reminder HAVING count(*) >= {PEOPLE}")
    company.idle()
    mails = "".join(file.read_text() for file in (company.home.path / "mail").iterdir())
    received = Counter(re.findall(r"^To: (head\d+@example\.com)$", mails, re.M))
    assert set(received.values()) == {1}
    # The mail on its way in the very moment of the kill may be lost; it is never sent twice.
    assert len(received) >= PEOPLE - 1


def test_a_nightly_backup_killed_is_written_once(company: Installation) -> None:
    company.kill_while_running(BACK_UP, "backup_nightly", after=0.2)
    wait_until(lambda: any(company.backups.glob("revenue-health-*.backup")), TWO_MINUTES + 60)
    company.idle()
    (backup,) = company.backups.iterdir()
    assert backup.suffix == ".backup"
