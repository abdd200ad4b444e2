"""The weekly review and what changed."""
