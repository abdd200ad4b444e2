"""The week's updates: what a person owes, the form and the link that take it, reminders."""
