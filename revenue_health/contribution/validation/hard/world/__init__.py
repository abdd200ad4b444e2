"""The simulated world of a hard company: who does what, what comes of it, and what its books say.

Nothing in here knows the model or any rate it estimates.
"""
