"""Pages of people, of one's own account, of sign-in and of the audit."""
