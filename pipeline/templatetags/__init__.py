"""Template tags of the pipeline floor."""
