"""The gates of verdicts over stored flows: what they look at, and what they say of a comparison."""
