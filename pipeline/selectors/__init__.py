"""What pages, commands and exports read; nothing here changes anything."""
