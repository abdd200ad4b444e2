"""What is logged, and how: one configuration for web, worker, beat and commands (see config.py)."""
