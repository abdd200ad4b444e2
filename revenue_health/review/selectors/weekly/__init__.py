"""The weekly review, read."""
