"""Ground floor: who we are. Knows nothing of deals."""
