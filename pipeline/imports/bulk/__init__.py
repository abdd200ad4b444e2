"""The first load of a large company: checked outside the database, written while the next file is read (ADR 32)."""
