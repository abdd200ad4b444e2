"""A backup that is one: database, files and key in a single checked file, and the way back."""
