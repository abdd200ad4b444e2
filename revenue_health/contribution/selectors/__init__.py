"""What is read: periods and baselines, flows as the model wants them, targets, bridges, and their figures as JSON."""
