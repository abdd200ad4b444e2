"""Sources: files of other systems, their mappings and what was taken in of them."""
