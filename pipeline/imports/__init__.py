"""Ways in and out: the company folder, event logs, and their undoing."""
