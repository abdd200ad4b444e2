"""Changes to people: roles, invitations, passwords."""
