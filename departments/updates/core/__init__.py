"""The rules of reminding, pure."""
