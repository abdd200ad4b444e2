"""What the executive pages read."""
