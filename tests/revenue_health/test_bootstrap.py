"""The bootstrap: any python3 finds a recent one that really runs, or says in plain words what to install."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from revenue_health import bootstrap


def shim(folder: Path, name: str, script: str) -> Path:
    file = folder / name
    folder.mkdir(parents=True, exist_ok=True)
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)
    return file


@pytest.fixture
def bare_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """PATH and HOME of a machine with nothing but an old python3; returns its bin folder."""
    bin_folder = tmp_path / "bin"
    old = shim(bin_folder, "python3", "echo 3.8 1")
    monkeypatch.setenv("PATH", str(bin_folder))
    monkeypatch.setenv("HOME", str(tmp_path / "nowhere"))
    monkeypatch.delenv("PYENV_ROOT", raising=False)
    monkeypatch.setattr(bootstrap.sys, "_base_executable", str(old))
    monkeypatch.setattr("pwd.getpwuid", lambda uid: os)  # its pw_dir is asked for
    monkeypatch.setattr(os, "pw_dir", str(tmp_path), raising=False)
    monkeypatch.setattr(
        bootstrap.os.path, "exists", lambda path: str(path).startswith(str(tmp_path)) and os.access(path, 0)
    )
    return bin_folder


def test_a_shim_of_an_unselected_version_is_passed_over(bare_machine: Path) -> None:
    shim(bare_machine, "python3.14", "exit 127")
    good = shim(bare_machine, "python3.12", "echo 3.12 1")
    assert bootstrap.find_python() == (str(good), True)


def test_versions_beside_a_folder_of_shims_are_found_without_home(bare_machine: Path) -> None:
    good = shim(bare_machine.parent / "versions" / "3.13.0" / "bin", "python3", "echo 3.13 1")
    assert bootstrap.find_python() == (str(good), True)


def test_one_with_pip_is_preferred_to_one_without(bare_machine: Path) -> None:
    shim(bare_machine, "python3.14", "echo 3.14 0")
    good = shim(bare_machine, "python3.13", "echo 3.13 1")
    assert bootstrap.find_python() == (str(good), True)


def test_without_any_it_says_what_to_install(
    bare_machine: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(bootstrap, "VENV", str(tmp_path / ".venv"))
    with pytest.raises(bootstrap.BootstrapError, match=r"(?s)needs Python 3\.12 or later.*apt install python3\.12"):
        bootstrap.make_venv()


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project folder with locks and a .venv that was prepared for them."""
    (tmp_path / "requirements").mkdir()
    for name in ("base", "dev"):
        (tmp_path / "requirements" / f"{name}.txt").write_text(f"{name}==1\n")
    monkeypatch.setattr(bootstrap, "PROJECT", str(tmp_path))
    monkeypatch.setattr(bootstrap, "VENV", str(tmp_path / ".venv"))
    monkeypatch.setattr(bootstrap, "STAMP", str(tmp_path / ".venv" / "stamp"))
    monkeypatch.setattr(bootstrap, "VENV_PYTHON", str(shim(tmp_path / ".venv", "python", "echo 3.13 1")))
    return tmp_path


def test_prepared_once_until_the_lock_changes(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed: list[bool] = []
    monkeypatch.setattr(bootstrap, "install", installed.append)
    bootstrap.prepare(dev=False)
    bootstrap.prepare(dev=False)
    assert installed == [False]
    (project / "requirements" / "base.txt").write_text("base==2\n")
    bootstrap.prepare(dev=False)
    assert installed == [False, False]


def test_the_development_environment_serves_the_others_too(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "install", lambda dev: None)
    bootstrap.prepare(dev=False)
    assert not bootstrap.prepared(dev=True)
    bootstrap.prepare(dev=True)
    assert bootstrap.prepared(dev=True)
    assert bootstrap.prepared(dev=False)


def test_two_at_once_install_once(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    installed: list[bool] = []
    monkeypatch.setattr(bootstrap, "install", installed.append)
    first = os.open(project, os.O_RDONLY)
    fcntl.flock(first, fcntl.LOCK_EX)
    second = threading.Thread(target=bootstrap.prepare, args=(False,))
    second.start()
    said, deadline = "", time.monotonic() + 60
    while "waiting for it" not in said:
        assert time.monotonic() < deadline
        time.sleep(0.02)
        said += capsys.readouterr().err
    assert installed == []
    os.close(first)
    second.join(60)
    assert installed == [False]


def test_a_failed_installation_leaves_no_stamp(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "_run", lambda command: False)
    monkeypatch.setattr(bootstrap, "make_venv", lambda: None)
    with pytest.raises(bootstrap.BootstrapError, match="could not be installed"):
        bootstrap.prepare(dev=False)
    assert not bootstrap.prepared(dev=False)


def test_standard_output_stays_empty(
    project: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bootstrap, "VENV_PYTHON", str(shim(project / ".venv", "python", "echo talking")))
    monkeypatch.setattr(bootstrap, "_works", lambda: True)
    monkeypatch.setattr(bootstrap, "find_uv", lambda: None)
    bootstrap.prepare(dev=False)
    told = capfd.readouterr()
    assert told.out == ""
    assert "talking" in told.err


OLD = [
    p for v in ("3.8", "3.9", "3.10", "3.11") for p in Path("~/.pyenv/versions").expanduser().glob(f"{v}.*/bin/python3")
]


@pytest.mark.parametrize("python", [str(path) for path in OLD[:1]] or [sys.executable])
def test_an_old_python_runs_a_command(python: str, tmp_path: Path) -> None:
    """With the oldest interpreter at hand; where there is none, with this one."""
    env = {**os.environ, "REVENUE_HEALTH_HOME": str(tmp_path)}
    told = subprocess.run(
        [python, "manage.py", "version"], cwd=bootstrap.PROJECT, env=env, capture_output=True, text=True
    )
    assert told.returncode == 0, told.stderr
    assert told.stdout.startswith("6.")


@pytest.mark.parametrize("argument", [b"caf\xe9", b"--period=2026\xff", b"\xed\xa0\x80"])
def test_an_argument_that_is_no_text_ends_in_a_sentence(argument: bytes) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "leaks", argument], cwd=bootstrap.PROJECT, capture_output=True, check=False
    )
    assert done.returncode == 1
    assert b"is not UTF-8 text" in done.stderr
    assert b"Traceback" not in done.stderr
