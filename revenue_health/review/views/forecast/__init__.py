"""The forecast, the what-if and its scenarios."""
