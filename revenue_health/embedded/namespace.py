"""PostgreSQL refuses to run as root: give it another user number without making a user.

As root, the child enters a user namespace in which our files belong to `nobody` and it is `nobody`: nothing is
chowned, no user is added. Where the kernel or a container forbids that, it becomes the real `nobody` and gets
its folders by chown.
"""

from __future__ import annotations

import functools
import os
import pwd
import subprocess
import sys
from pathlib import Path


def is_root() -> bool:
    return os.getuid() == 0


def enter() -> None:
    """In a child, before exec: become `nobody` in a user namespace that maps it to the present user."""
    account = pwd.getpwnam("nobody")
    uid, gid = os.getuid(), os.getgid()
    os.unshare(os.CLONE_NEWUSER)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{account.pw_uid} {uid} 1")
    Path("/proc/self/gid_map").write_text(f"{account.pw_gid} {gid} 1")


@functools.cache
def available() -> bool:
    """Whether this machine lets us enter a user namespace, found out by doing it."""
    if sys.platform != "linux":
        return False
    try:
        subprocess.run([sys.executable, "-S", "-c", ""], preexec_fn=enter, check=True, capture_output=True)
    except (OSError, subprocess.SubprocessError):
        return False
    return True


def give_to_nobody(*folders: Path) -> None:
    """The fallback: hand folders with all that is in them to the real `nobody`."""
    account = pwd.getpwnam("nobody")
    for folder in folders:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, account.pw_uid, account.pw_gid, follow_symlinks=False)
