"""What is owed for a week, and by whom."""
