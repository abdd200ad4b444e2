"""Lists of deals: opportunities, the reader's own queue, what changed since a day."""
