"""What one department does to another one's figures: load on its waits, deals sent to it, amounts it writes."""
