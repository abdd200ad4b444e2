"""The data page and the pages of one import."""
