"""Servers for a laptop: PostgreSQL and Valkey from wheels, one supervisor, one home folder."""
