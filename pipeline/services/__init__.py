"""Changes to the truth and to what is derived from it."""
