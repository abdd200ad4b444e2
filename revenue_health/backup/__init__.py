"""Backup and restore of the whole installation: database, files and key in a single verified file."""
