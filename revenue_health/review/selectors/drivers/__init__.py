"""What is behind one line of the ledger, read."""
