"""Pure custody, flows and leaks over Arrow tables: no Django, no ORM, no clock, no environment."""
