"""Packs: the archive, one pack, the board, files, links and decisions."""
