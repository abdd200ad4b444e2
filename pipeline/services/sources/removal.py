"""Removing what sources keep: the files of one upload, or a source with all of its files and mappings.

Imports stay, and so do their deals: those are taken out by undoing the import.
"""

from __future__ import annotations

import logging

from django.db import transaction
from django.utils.translation import gettext as _

from departments.models import User
from pipeline.imports.problems import ImportProblem
from pipeline.models import DataSource, SourcePull
from pipeline.services.sources.storage import pull_remove

logger = logging.getLogger(__name__)
_State = SourcePull.State
BUSY = (_State.READING, _State.LOOKING, _State.IMPORTING, _State.COMPUTING)


class RemovalRefused(ImportProblem):
    """A worker needs the files at this moment."""


def pull_files_remove(*, token: str, user: User | None) -> None:
    """Remove the files of an upload. One that was imported stays in the list; one that never was goes altogether.

    Raises RemovalRefused while a worker is at it.
    """
    with transaction.atomic():
        pull = SourcePull.objects.select_for_update().filter(token=token).first()
        if pull is None:
            return
        _refuse_busy([pull])
        if pull.batch_id is None:
            pull.delete()
        # Files go last: if this transaction is rolled back, the rows still have them.
        transaction.on_commit(lambda: pull_remove(token))
    logger.info("files of upload %s of a source removed by %s", token, user or "a command")


def source_remove(*, source: DataSource, user: User | None) -> None:
    """Remove a source with its uploads, their files and its mappings. Raises RemovalRefused while a worker is busy."""
    with transaction.atomic():
        pulls = list(SourcePull.objects.select_for_update().filter(source=source))
        _refuse_busy(pulls)
        tokens, name = [pull.token for pull in pulls], source.name
        source.delete()
        transaction.on_commit(lambda: _folders_remove(tokens))
    logger.info("source %s with %s uploads removed by %s", name, len(tokens), user or "a command")


def _folders_remove(tokens: list[str]) -> None:
    for token in tokens:
        pull_remove(token)


def _refuse_busy(pulls: list[SourcePull]) -> None:
    busy = next((pull for pull in pulls if pull.state in BUSY), None)
    if busy is not None:
        raise RemovalRefused(
            _("A worker is at {name} at this moment. Wait until it is done, then remove it.").format(name=busy.name)
        )
