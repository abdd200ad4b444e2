"""Packs, read: their content, their slides and their pages."""
