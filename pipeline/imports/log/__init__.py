"""Event logs (CSV, XES) to a folder in the folder format."""
