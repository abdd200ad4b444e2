"""People: accounts, sign-in, invitations, roles, password reset, the audit and the access log."""
