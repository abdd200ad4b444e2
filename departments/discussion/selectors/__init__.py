"""What pages read of what people said and promised."""
