"""Custody summed per week and per period, and the identity that the sums must keep."""
