"""What the columns and values of tables mean: proposals, the mapping's text, checks, and a look at deals."""
