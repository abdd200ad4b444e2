"""A period against its baseline: the days, the bridge between plan and actual, its figures and sentences."""
