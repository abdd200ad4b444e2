"""From the files that came to plain tables: UTF-8, commas, one header row."""
