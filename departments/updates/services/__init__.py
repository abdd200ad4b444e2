"""Taking in a week's values, update links, reminders."""
