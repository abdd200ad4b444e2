"""What the pipeline tells the floors above it, which it does not know."""

from django.dispatch import Signal

figures_ready = Signal()
"""A run is DONE: `run` (RecomputeRun) and `trigger` (command, nightly or button)."""
