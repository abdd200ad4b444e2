"""Wiring of the project: settings, urls, Celery, the servers for a laptop, and the two top-floor apps."""

__version__ = "0.9.0"
"""The release that runs: in the page foot, in `doctor` and in backups; pyproject.toml says the same."""
