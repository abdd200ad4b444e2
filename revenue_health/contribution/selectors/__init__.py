"""What is read: spans of time, flows as the model wants them, targets, bridges, and their figures as JSON."""
