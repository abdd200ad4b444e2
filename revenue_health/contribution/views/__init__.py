"""Pages of the contribution model."""
