"""Imports, uploads and runs: how old the figures are and where they come from."""
