"""What can stop a backup or a restore, in words for the person who runs the installation."""

from __future__ import annotations


class BackupError(RuntimeError):
    """Nothing was written, or what was there before is still there; the text says what to do."""
