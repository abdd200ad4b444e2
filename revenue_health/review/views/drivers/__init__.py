"""The verdict and its evidence."""
