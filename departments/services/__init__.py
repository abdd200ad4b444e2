"""Changes to who we are and what we promised."""
