"""Who moved revenue, and the evidence."""
