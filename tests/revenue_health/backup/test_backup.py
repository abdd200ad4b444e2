"""A backup restored is the installation it was made of; whatever is wrong with it is found before anything changes."""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from departments.jobs import JobTask
from departments.models import Company, User
from revenue_health.backup import archive, create, restore
from revenue_health.backup.archive import archive_writer
from revenue_health.backup.errors import BackupError
from revenue_health.backup.nightly import nightly_backup_create
from revenue_health.backup.sealing import seal, unseal
from revenue_health.tasks import backup_nightly
from tests.kept_company import everything_empty

NOW = datetime(2026, 11, 28, 5, 23, tzinfo=UTC)
READ_BY_PEOPLE = (
    ("leaks",),
    ("flows", "--period", "2026-Q3"),
    ("register",),
    ("review",),
    ("forecast",),
    ("contributions",),
    ("scorecard", "--department", "legal"),
)


def answers() -> dict[str, Any]:
    """What the commands say, without the age of the figures, which goes on."""
    said = {}
    for name, *arguments in READ_BY_PEOPLE:
        out = StringIO()
        call_command(name, *arguments, "--json", stdout=out)
        said[name] = json.loads(out.getvalue())
    return said


def triggers() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal")
        return int(cursor.fetchone()[0])


def back_up(tmp_path: Path, passphrase: str = "") -> Path:
    target = tmp_path / "company.backup"
    create.backup_create(target=target, passphrase=passphrase, now=NOW)
    return target


def bring_back(source: Path, *, replace: bool = True, passphrase: str = "") -> restore.Restored:
    return restore.backup_restore(source=source, passphrase=passphrase, replace=replace)


def test_everything_answers_as_before(company: None, settings: Any, tmp_path: Path) -> None:
    before, guarded, people = answers(), triggers(), list(User.objects.values_list("username", "password"))
    source = back_up(tmp_path)
    everything_empty()
    shutil.rmtree(settings.UPLOADS)
    restored = bring_back(source, replace=False)
    assert answers() == before
    assert triggers() == guarded > 0
    assert list(User.objects.values_list("username", "password")) == people
    assert (restored.packs, restored.packs_verified, restored.migrated) == (1, 1, 0)
    assert (settings.UPLOADS / "7" / "errors.csv").read_text() == "file,line\n"
    assert not (settings.UPLOADS / "dry-run").exists()
    assert not list(Path(settings.CUSTODY_STORE).glob(".restore-*"))


def test_data_are_replaced_only_when_asked_to(company: None, tmp_path: Path) -> None:
    source = back_up(tmp_path)
    Company.objects.update(name="Changed since")
    with pytest.raises(BackupError, match="--replace"):
        bring_back(source, replace=False)
    assert Company.objects.get().name == "Changed since"
    bring_back(source)
    assert Company.objects.get().name != "Changed since"


def test_a_damaged_backup_changes_nothing(company: None, tmp_path: Path) -> None:
    source = back_up(tmp_path)
    damaged = bytearray(source.read_bytes())
    with zipfile.ZipFile(source) as file:
        info = file.getinfo(archive.DATABASE)
    damaged[info.header_offset + 200] ^= 0xFF
    source.write_bytes(damaged)
    with pytest.raises(BackupError, match="damaged"):
        bring_back(source)
    source.write_bytes(damaged[: len(damaged) // 2])
    with pytest.raises(BackupError, match="damaged"):
        bring_back(source)
    assert Company.objects.count() == 1


def rewritten(source: Path, **changed: Any) -> Path:
    """The backup with another manifest."""
    target = source.with_suffix(".other")
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == archive.MANIFEST:
                content = json.dumps(json.loads(content) | changed).encode()
            new.writestr(name, content)
    return target


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"format": 99}, "format 99"),
        ({"migrations": ["departments.9999_later"]}, "newer than this one"),
        ({"postgres_major": 99}, "PostgreSQL 99"),
        ({"members": {}}, "does not hold what its manifest says"),
        ({"tables": {"departments_company": 2}}, "departments_company has 1 rows"),
    ],
)
@pytest.mark.always(2)
def test_what_does_not_fit_is_refused_in_words(
    company: None, tmp_path: Path, changed: dict[str, Any], message: str
) -> None:
    source = rewritten(back_up(tmp_path), **changed)
    before = triggers()
    with pytest.raises(BackupError, match=message):
        bring_back(source)
    assert Company.objects.count() == 1
    assert triggers() == before


def test_a_backup_with_a_path_out_of_its_folders_is_refused(company: None, tmp_path: Path) -> None:
    source = back_up(tmp_path)
    with zipfile.ZipFile(source) as file:
        members = json.loads(file.read(archive.MANIFEST))["members"]
    evil = rewritten(source, members={**members, "uploads/../../evil": {"bytes": 1, "sha256": "0"}})
    with zipfile.ZipFile(evil, "a") as file:
        file.writestr("uploads/../../evil", "x")
    with pytest.raises(BackupError, match="outside its folders"):
        bring_back(evil)


def test_nobody_else_may_use_the_database_meanwhile(company: None, tmp_path: Path) -> None:
    import psycopg

    source = back_up(tmp_path)
    with psycopg.connect(**connection.get_connection_params()), pytest.raises(BackupError, match="Stop web, worker"):
        bring_back(source)


def interrupted(target: Path) -> None:
    with archive_writer(target) as writer, writer.entry("uploads/x") as stream:
        stream.write(b"x")
        raise RuntimeError("in the middle")


def test_a_backup_never_overwrites_and_leaves_no_half_file(company: None, tmp_path: Path) -> None:
    source = back_up(tmp_path)
    with pytest.raises(BackupError, match="exists already"):
        back_up(tmp_path)
    with pytest.raises(RuntimeError, match="in the middle"):
        interrupted(tmp_path / "half")
    assert [path.name for path in tmp_path.glob("*half*")] == []
    assert source.stat().st_mode & 0o777 == 0o600


@pytest.mark.slow
def test_the_key_travels_sealed(company: None, settings: Any, tmp_path: Path) -> None:
    source = back_up(tmp_path, passphrase="correct horse")
    assert settings.SECRET_KEY.encode() not in source.read_bytes()
    with pytest.raises(BackupError, match="passphrase does not open"):
        bring_back(source, passphrase="battery staple")
    assert bring_back(source, passphrase="correct horse").key == "the same"
    assert bring_back(source).key == "left out"
    key_file = tmp_path / "key"
    old, settings.SECRET_KEY = settings.SECRET_KEY, "another installation"
    restore.backup_restore(source=source, passphrase="correct horse", replace=True, key_file=key_file)
    assert key_file.read_text() == old
    assert key_file.stat().st_mode & 0o777 == 0o600


def test_sealing_is_different_every_time_and_opens() -> None:
    one, two = seal("secret", passphrase="p"), seal("secret", passphrase="p")
    assert one != two
    assert unseal(one, passphrase="p") == unseal(two, passphrase="p") == "secret"


def test_nightly_backups_go_by_age_and_other_files_stay(company: None, settings: Any, tmp_path: Path) -> None:
    settings.BACKUP_DIR, settings.BACKUP_KEEP = str(tmp_path / "nights"), 2
    for night in range(3):
        nightly_backup_create(now=NOW + timedelta(days=night))
        (tmp_path / "nights" / "mine.txt").write_text("mine")
    names = sorted(path.name for path in (tmp_path / "nights").iterdir())
    assert names == ["mine.txt", "revenue-health-20261129T052300Z.backup", "revenue-health-20261130T052300Z.backup"]


def test_tonights_backup_is_made_once_and_what_a_killed_worker_left_goes(
    company: None, settings: Any, tmp_path: Path
) -> None:
    nights = tmp_path / "nights"
    nights.mkdir()
    settings.BACKUP_DIR, settings.BACKUP_KEEP = str(nights), 2
    (nights / ".revenue-health-20261128T052300Z.backup.7.partial").write_text("half")
    (nights / ".mine.partial").write_text("mine")
    links = Path(settings.CUSTODY_STORE) / ".backup-dead"
    links.mkdir(parents=True)
    os.utime(links, (0, 0))
    assert nightly_backup_create(now=NOW)
    # The worker died after writing it, and the job is done again.
    assert nightly_backup_create(now=NOW + timedelta(minutes=2)) is None
    assert sorted(path.name for path in nights.iterdir()) == [".mine.partial", "revenue-health-20261128T052300Z.backup"]
    assert not links.exists()
    assert isinstance(backup_nightly, JobTask)


def test_the_commands_speak_json_and_sentences(company: None, tmp_path: Path) -> None:
    out = StringIO()
    call_command("backup", tmp_path / "one", "--json", stdout=out)
    said = json.loads(out.getvalue())
    assert (said["packs"], said["key"]) == (1, "left out")
    out = StringIO()
    call_command("restore", tmp_path / "one", "--replace", "--json", stdout=out)
    assert json.loads(out.getvalue())["packs_verified"] == 1
    with pytest.raises(CommandError, match="no file"):
        call_command("restore", tmp_path / "none", "--json")
    empty = tmp_path / "empty"
    empty.write_text("\n")
    with pytest.raises(CommandError, match="is empty"):
        call_command("backup", tmp_path / "two", passphrase_file=empty)
