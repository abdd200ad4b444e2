"""Search over everything one may see: pages, deals, accounts, departments, leaks, commitments, packs."""
