"""From staged rows to the tables of the product, and back out of them: merge, checks after it, undo."""
