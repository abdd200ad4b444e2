"""Signals from the pipeline to the floors above, which it must not import."""

from django.dispatch import Signal

recompute_finished = Signal()
"""A run is DONE: `run` (RecomputeRun) and `trigger` (command, nightly or button)."""

import_reverting = Signal()
"""An import is about to be taken out, inside the transaction that does it: `rows`, a function from a model to a query
set of its rows that will be deleted. Receivers delete what they computed from them; what people wrote stays, and
refuses the undo."""

plan_imported = Signal()
"""Rows of the plan came, changed or went by an import or its undo, inside the transaction that does it. Edits by hand
send Django's own signals of PlanTarget."""
