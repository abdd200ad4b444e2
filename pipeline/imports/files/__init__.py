"""Reading and writing files: headers, records, tables of CSV and Arrow, sources, new folders."""
