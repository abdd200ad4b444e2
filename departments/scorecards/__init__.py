"""Scorecards: measurables, goals, and a value a week; cells, pasted blocks, files."""
