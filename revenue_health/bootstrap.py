"""Prepares the environment from any python3: finds Python 3.12 or later, creates .venv, installs the locked packages.

Standard library only, and no syntax newer than Python 3.6, since it must run before anything is installed and tell an
old interpreter in plain words what is missing. Everything is said on standard error: commands with --json own standard
output. `python3 revenue_health/bootstrap.py [--dev]` prepares the environment and does nothing else.
"""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PASSWORD_VARIABLE = "DEMO_PASSWORD"  # noqa: S105  (its name)
MINIMUM = (3, 12)
# Wheels of the locked requirements exist up to this version; a later one is tried when there is nothing else.
NEWEST = (3, 14)
PROJECT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(PROJECT, ".venv")
STAMP = os.path.join(VENV, ".requirements-sha256")
WINDOWS = os.name == "nt"
VENV_PYTHON = os.path.join(VENV, "Scripts", "python.exe") if WINDOWS else os.path.join(VENV, "bin", "python")
# If all of these can be imported by an interpreter outside .venv, somebody manages it by hand (a container image).
LANDMARKS = ("django", "psycopg", "celery", "redis", "duckdb", "pyarrow", "environ", "whitenoise", "gunicorn")
DEV_LANDMARKS = ("pytest", "pytest_django", "xdist", "hypothesis", "playwright", "yaml")
PROBE = (
    "import sys, venv, importlib.util as u; "
    "print('%d.%d %d' % (sys.version_info[0], sys.version_info[1], u.find_spec('ensurepip') is not None))"
)


class BootstrapError(Exception):
    """Why the environment could not be prepared, and what to do about it."""


def say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def hide_password(arguments: "list[str]") -> None:
    """Start again with a password of `demo --password X` in the environment, which only this account can read.

    Every account of the machine sees command lines (ps). Environments are for their owner.
    """
    for position, argument in enumerate(arguments):
        name, equals, value = argument.partition("=")
        if arguments[1:2] != ["demo"] or name != "--password":
            continue
        if not equals:
            following = arguments[position + 1 : position + 2]
            if not following or following[0].startswith("-"):
                return  # asked for at the terminal
            value = following[0]
        os.environ[PASSWORD_VARIABLE] = value
        say("A password on the command line can be seen by others: use --password without one, or --password-file.")
        remaining = arguments[:position] + arguments[position + (1 if equals else 2) :]
        os.execv(sys.executable, [sys.executable, *remaining])  # noqa: S606  (this very program)


def text_only(arguments: "list[str]") -> None:
    """Stop with a sentence at an argument that is not text: neither the database nor a terminal can take it."""
    for argument in arguments:
        try:
            argument.encode("utf-8")
        except UnicodeEncodeError:
            seen = argument.encode("utf-8", "backslashreplace").decode()
            sys.exit(f"The argument “{seen}” is not UTF-8 text; write it anew, or rename the file it names.")


def requirements(dev: bool) -> str:
    return os.path.join(PROJECT, "requirements", "dev.txt" if dev else "base.txt")


def _sha256(path: str) -> str:
    with open(path, "rb") as handle:
        return hashlib.sha256(handle.read()).hexdigest()


def prepared(dev: bool) -> bool:
    """Whether .venv holds the requirements as locked now."""
    try:
        with open(STAMP) as handle:
            stamps = handle.read().split()
    except OSError:
        return False
    return os.path.exists(VENV_PYTHON) and ("dev:" if dev else "base:") + _sha256(requirements(dev)) in stamps


def _version(python: str) -> "tuple[tuple[int, int], bool] | None":
    """Version of an interpreter and whether it can make a venv with pip; None when it does not run.

    Running it is the only proof: a pyenv shim of an unselected version is there and exits with 127.
    """
    try:
        probe = subprocess.run([python, "-c", PROBE], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=20)
        version, has_pip = probe.stdout.decode().split()
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    major, minor = version.split(".")
    return (int(major), int(minor)), has_pip == "1"


def _candidates() -> "list[str]":
    """Interpreters that may be recent enough, the likeliest first."""
    names = ["python3.%d" % minor for minor in range(NEWEST[1], MINIMUM[1] - 1, -1)]
    # The interpreter under a venv, since .venv itself may be about to be made anew.
    paths = [
        getattr(sys, "_base_executable", "") or sys.executable,
        *[path for path in map(shutil.which, names) if path],
    ]
    # Beside a folder of shims on PATH lie pyenv's versions; HOME may be empty or another's, so also ask the user list.
    roots = [os.environ.get("PYENV_ROOT", ""), os.path.expanduser("~/.pyenv")]
    roots += [os.path.dirname(folder) for folder in os.environ.get("PATH", "").split(os.pathsep) if folder]
    if not WINDOWS:
        import pwd

        roots.append(os.path.join(pwd.getpwuid(os.getuid()).pw_dir, ".pyenv"))
    for root in roots:
        versions = os.path.join(root, "versions") if root else ""
        if versions and os.path.isdir(versions):
            paths += [os.path.join(versions, v, "bin", "python3") for v in sorted(os.listdir(versions), reverse=True)]
    for folder in ("/usr/local/bin", "/opt/homebrew/bin", "/opt/local/bin"):
        paths += [os.path.join(folder, name) for name in names]
    return list(dict.fromkeys(path for path in paths if path and os.path.exists(path)))


def find_python() -> "tuple[str, bool] | None":
    """A Python >= 3.12 that really runs, and whether it has pip to give; None when there is none."""
    fallback = None
    for python in _candidates():
        version = _version(python)
        if version is None or version[0] < MINIMUM:
            continue
        if version[0] <= NEWEST and version[1]:
            return python, True
        fallback = fallback or (python, version[1])
    return fallback


def find_uv() -> "str | None":
    places = [shutil.which("uv"), os.path.expanduser("~/.local/bin/uv"), os.path.expanduser("~/.cargo/bin/uv")]
    for uv in places:
        if uv and os.path.exists(uv):
            return uv
    return None


def _run(command: "list[str]") -> bool:
    """Run an installer, everything it says going to standard error."""
    try:
        return subprocess.call(command, stdout=sys.stderr.fileno(), cwd=PROJECT) == 0
    except OSError as error:
        say("  %s: %s" % (command[0], error))
        return False


def make_venv() -> None:
    """Make .venv anew with the best interpreter there is."""
    uv, python = find_uv(), find_python()
    if os.path.isdir(VENV):
        shutil.rmtree(VENV)
    if python and python[1]:
        say("  .venv with %s" % python[0])
        if _run([python[0], "-m", "venv", VENV]):
            return
        shutil.rmtree(VENV, ignore_errors=True)
    if uv:
        say("  .venv with uv")
        if _run([uv, "venv", "--quiet", "--seed", "--python", python[0] if python else "3.13", VENV]):
            return
    if python:
        raise BootstrapError(
            "%s cannot make a virtual environment: install its venv package (Debian, Ubuntu: apt install "
            "python3-venv), or uv." % python[0]
        )
    raise BootstrapError(
        "Revenue Health needs Python %d.%d or later. This is Python %d.%d, and no later one was found on PATH, under "
        "pyenv or by uv.\nInstall one (apt install python3.12 python3.12-venv; brew install python@3.13; pyenv install "
        "3.13; or uv, which fetches one by itself) and run the same command again."
        % (MINIMUM + tuple(sys.version_info[:2]))
    )


def install(dev: bool) -> None:
    """Install the locked requirements, each file checked against its hash; by uv where it is, else by pip."""
    path, uv = requirements(dev), find_uv()
    fast = [str(uv), "pip", "install", "--quiet", "--python", VENV_PYTHON]
    if uv and _run([*fast, "--require-hashes", "-r", path]):
        return
    # uv does not read pip's own configuration (a company's package index), hence this second way.
    pip = [VENV_PYTHON, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--progress-bar", "off"]
    pip.append("--no-compile")  # of twenty thousand files few are ever used; those are compiled when they are
    if not _run([*pip, "--no-input", "--require-hashes", "-r", path]):
        raise BootstrapError(
            "The packages of %s could not be installed (see above). It needs a package index that pip can reach; run "
            "the same command again when it can." % os.path.relpath(path, PROJECT)
        )


def _works() -> bool:
    version = _version(VENV_PYTHON) if os.path.exists(VENV_PYTHON) else None
    return version is not None and version[0] >= MINIMUM


@contextmanager
def _alone() -> "Iterator[None]":
    """Lock, so that only one process at a time prepares the environment of this project."""
    if WINDOWS:
        yield
        return
    import fcntl

    # Lock the folder itself, so that there is no lock file that could be left behind or removed.
    descriptor = os.open(PROJECT, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            say("Another process prepares the Python environment; waiting for it ...")
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def prepare(dev: bool) -> None:
    """Make .venv hold the locked requirements; does nothing when it does."""
    if prepared(dev):
        return
    with _alone():
        # Another process may have prepared it while we waited for the lock.
        if prepared(dev):
            return
        begun = time.time()
        say("Preparing the Python environment (once, up to a minute) ...")
        fresh = not _works()
        if fresh:
            make_venv()
        say("  installing the packages of %s" % os.path.relpath(requirements(dev), PROJECT))
        try:
            install(dev)
        except BootstrapError:
            if fresh:
                raise
            say("  once more, in a new .venv")
            make_venv()
            install(dev)
        # dev.txt holds the packages of base.txt too.
        stamps = ["base:" + _sha256(requirements(False))] + (["dev:" + _sha256(requirements(True))] if dev else [])
        descriptor, partial = tempfile.mkstemp(dir=VENV)
        with os.fdopen(descriptor, "w") as handle:
            handle.write("\n".join(stamps) + "\n")
        os.replace(partial, STAMP)
        say("  done in %.0f s" % (time.time() - begun))


def _managed(dev: bool) -> bool:
    """Whether this interpreter is managed by somebody else, but has all we need."""
    landmarks = LANDMARKS + (DEV_LANDMARKS if dev else ())
    return sys.version_info[:2] >= MINIMUM and all(importlib.util.find_spec(name) for name in landmarks)


def ensure(arguments: "list[str]") -> None:
    """Return when this interpreter can run the command; else prepare .venv and become its Python."""
    dev = arguments[1:2] == ["test"]
    in_venv = os.path.abspath(sys.prefix) == os.path.abspath(VENV)
    # An interpreter outside .venv that has all packages is an image somebody built: it gets no .venv beside it.
    if (in_venv and prepared(dev)) or (not in_venv and _managed(dev)):
        return
    try:
        prepare(dev)
    except (BootstrapError, OSError) as error:
        say(str(error))
        sys.exit(1)
    command = [VENV_PYTHON, *arguments]
    if WINDOWS:
        sys.exit(subprocess.call(command))
    os.execv(VENV_PYTHON, command)  # noqa: S606  (becoming our own interpreter is the point)


if __name__ == "__main__":
    try:
        prepare("--dev" in sys.argv[1:])
    except BootstrapError as problem:
        say(str(problem))
        sys.exit(1)
