"""What is written down of every change to a tracked table: rows made, changed and removed.

pghistory copies its default trackers deeply for every model, and a copied operation is no longer the operation its
statement-level triggers compare with; so these copy themselves by being made anew.
"""

from __future__ import annotations

from typing import Self

import pghistory
import pgtrigger


class Created(pghistory.InsertEvent):
    def __deepcopy__(self, memo: dict[int, object]) -> Self:
        return type(self)()


class Changed(pghistory.UpdateEvent):
    def __deepcopy__(self, memo: dict[int, object]) -> Self:
        return type(self)()


class Removed(pghistory.DeleteEvent):
    def __deepcopy__(self, memo: dict[int, object]) -> Self:
        return type(self)()


LEVEL = pgtrigger.Statement
"""One trigger run a statement: an import of a million rows is one statement."""
TRACKERS = (Created(), Changed(), Removed())
