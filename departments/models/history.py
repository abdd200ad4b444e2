"""What a recorded change is: a row of the table `<model>event` that a trigger of the database wrote."""

from __future__ import annotations

import pghistory.models
from django.db import models


class Event(pghistory.models.Event):
    """One change of a tracked row: its values after it (before it, for a deletion), and who did it by which page.

    Audit reads by time across all kinds, so the time is indexed.
    """

    pgh_created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        abstract = True
