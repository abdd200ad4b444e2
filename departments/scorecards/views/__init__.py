"""Pages of the scorecards."""
