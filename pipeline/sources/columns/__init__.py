"""What the columns of tables hold: kinds, ways of writing, values, and which columns join two tables."""
