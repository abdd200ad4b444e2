"""What is ahead: the forecast of a period, its curves, and what a promise would change."""
