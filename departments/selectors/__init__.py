"""What pages read of the ground floor."""
