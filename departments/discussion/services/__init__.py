"""Changes to what people said and promised."""
