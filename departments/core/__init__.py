"""Pure rules of scorecards: numbers and dates in, numbers and dates out; no Django, no clock."""
