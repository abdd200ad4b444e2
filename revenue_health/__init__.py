"""Wiring of the project: settings, urls, Celery, the servers for a laptop, and the two top-floor apps."""
