"""What the executive pages write."""
