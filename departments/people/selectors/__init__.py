"""What pages read of people, of changes and of refusals."""
