"""Is the method true? Simulated companies whose true shares are known, and the table that compares.

Part of the product, so that `manage.py validate_method` prints the table of docs/method.md in a fresh checkout.
"""
