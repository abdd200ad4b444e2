"""Pure functions of the review: no Django, no clock."""
