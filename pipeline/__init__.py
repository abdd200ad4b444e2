"""First floor: what flows, from accounts and events to custody, flows and leaks."""
