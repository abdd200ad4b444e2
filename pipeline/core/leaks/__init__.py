"""What custody and flows say of a period: wins, losses, leaks, and what of it is revenue."""
