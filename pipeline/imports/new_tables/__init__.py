"""New tables that a first import fills and puts in the place of the empty ones (docs/adr/0032)."""
