"""Changes to scorecards."""
