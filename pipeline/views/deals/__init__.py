"""Opportunities, one deal with its custody, and the reader's own queue."""
