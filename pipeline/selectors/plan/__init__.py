"""The plan, the baselines beside it, and how far the data reach."""
